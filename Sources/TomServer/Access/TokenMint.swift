import Foundation
import JWTKit

/// Makes tokens for calls, as `tom token` and tests need them.
public enum TokenMint {
    /// Signs a token for one call with HS256.
    /// - Parameters:
    ///   - secret: the server's `JWT_SECRET`.
    ///   - callID: the call the token is for; `nil` for a token that only opens the operator's API.
    ///   - subject: who calls.
    ///   - ttlSeconds: how long it is valid; above zero.
    ///   - issuedAt: from when on, in seconds since the Unix epoch, now when `nil`; whole ones are
    ///     written, as some readers take no others.
    ///   - scope: `operator` opens `/v1/`.
    /// - Throws: `ServerError` when the secret is empty.
    public static func token(
        secret: String, callID: String?, subject: String, ttlSeconds: Int = 60, scope: String? = nil,
        issuer: String? = nil, audience: String? = nil, issuedAt: Double? = nil
    ) async throws -> String {
        let now = (issuedAt ?? Clocks.unixSeconds()).rounded(.down)
        let claims = CallClaims(
            sub: subject, callID: callID, iat: now, exp: now + Double(ttlSeconds),
            nonce: UUID().uuidString.lowercased(), jti: nil,
            iss: issuer, aud: audience.map { .init([$0]) }, scope: scope.map { .init([$0]) })
        return try await JWTKeyCollection().add(hmac: key(secret), digestAlgorithm: .sha256).sign(claims)
    }

    /// The key of a shared secret. One shorter than SHA-256's output is filled up with zeros, which changes no signature
    /// (RFC 2104 section 2 does the same up to the block's length): jwt-kit would trap on it otherwise.
    static func key(_ secret: String) throws(ServerError) -> HMACKey {
        guard !secret.isEmpty else {
            throw .badSetting("JWT_SECRET", "is empty", hint: "Make one with: openssl rand -base64 48")
        }
        let bytes = Data(secret.utf8)
        return HMACKey(from: bytes + Data(count: max(0, TokenVerifier.advisedSecretBytes - bytes.count)))
    }
}
