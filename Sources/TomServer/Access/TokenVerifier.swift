import Crypto
import Foundation
import JWTKit

/// Checks a token's signature with the configured keys and hands out its claims.
struct TokenVerifier: Sendable {
    private let keys: JWTKeyCollection
    private let algorithms: Set<String>
    /// Identifiers a token's `kid` may name; `nil` with a shared secret, where `kid` has no meaning.
    private let keyIDs: Set<String>?

    /// The shortest secret that HS256 should be used with, in bytes (RFC 7518 section 3.2: as long as the hash). Shorter
    /// ones work, and the server warns of them when it starts.
    static let advisedSecretBytes = 32

    /// - Throws: `ServerError` when the secret is empty.
    init(secret: String) async throws(ServerError) {
        let key = try TokenMint.key(secret)
        keys = JWTKeyCollection()
        await keys.add(hmac: key, digestAlgorithm: .sha256)
        algorithms = ["HS256"]
        keyIDs = nil
    }

    /// - Parameter jwks: a JSON Web Key Set (RFC 7517); its keys without `kid` are tried for tokens without one.
    /// - Throws: `ServerError` naming `path` when it cannot be used.
    init(jwks: Data, path: String) async throws(ServerError) {
        keys = JWTKeyCollection()
        algorithms = ["RS256", "ES256", "EdDSA"]
        do {
            var ids = Set<String>()
            for (index, var key) in try JSONDecoder().decode(JWKS.self, from: jwks).keys.enumerated() {
                let id = key.keyIdentifier?.string ?? "#\(index)"
                key.keyIdentifier = JWKIdentifier(string: id)
                try await keys.add(jwk: key)
                ids.insert(id)
            }
            keyIDs = ids
        } catch { throw .unreadableFile("key set", path, "it is not a JSON Web Key Set of RSA, EC and OKP keys") }
        if keyIDs?.isEmpty != false { throw .unreadableFile("key set", path, "it holds no key") }
    }

    /// - Throws: `ServerError` with status 401.
    func claims(of token: String) async throws(ServerError) -> CallClaims {
        guard token.utf8.count <= PresentedToken.maxLength, let header = Self.header(of: token) else {
            throw .badToken(.malformed)
        }
        // the token may not choose how it is checked (RFC 8725 section 3.1)
        guard algorithms.contains(header.alg) else { throw .badToken(.algorithm) }
        if let keyIDs, let kid = header.kid, !keyIDs.contains(kid) { throw .badToken(.unknownKey) }
        do {
            return try await keys.verify(token, as: CallClaims.self, iteratingKeys: keyIDs != nil && header.kid == nil)
        } catch let error as JWTError where error.errorType == .signatureVerificationFailed {
            throw .badToken(.signature)
        } catch is DecodingError {
            throw .badToken(.missingClaim)
        } catch let error as JWTError where error.errorType == .malformedToken {
            throw .badToken(.missingClaim)
        } catch {
            // a key of another kind than the algorithm, or signature bytes that no key could have made
            throw .badToken(.signature)
        }
    }

    private struct Header: Decodable {
        var alg: String
        var kid: String?
    }

    private static func header(of token: String) -> Header? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let data = base64URL(parts[0]), base64URL(parts[1]) != nil, base64URL(parts[2]) != nil
        else { return nil }
        return try? JSONDecoder().decode(Header.self, from: data)
    }

    private static func base64URL(_ text: Substring) -> Data? {
        guard !text.isEmpty else { return nil }
        let plain = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}
