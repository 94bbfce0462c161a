import Foundation
import JWTKit
import TomErrors

/// Makes the tokens that callers present.
struct CallTokenIssuer: Sendable {
    let secret: Secret
    let issuer: String?
    let audience: String?

    /// - Throws: `TokenError` when there is no secret to sign with.
    init(_ admission: Settings.Admission) throws(TokenError) {
        guard let secret = admission.secret else { throw TokenError() }
        self.secret = secret
        issuer = admission.issuer
        audience = admission.audience
    }

    /// Signs a token with HS256 (RFC 7518 section 3.2) that can be used once.
    func issue(callID: String?, subject: String, scope: String?, lifetime: Int, at now: Date) async throws
        -> IssuedToken
    {
        // Whole seconds: some readers of `iat` and `exp` take no others.
        let issuedAt = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))
        let claims = CallTokenClaims(
            sub: subject, callID: callID, iat: Int(issuedAt.timeIntervalSince1970),
            exp: Int(issuedAt.timeIntervalSince1970) + lifetime, nonce: UUID().uuidString.lowercased(), iss: issuer,
            aud: audience, scope: scope)
        let keys = await JWTKeyCollection().add(
            hmac: HMACKey(from: Self.padded(secret.value)), digestAlgorithm: .sha256)
        return IssuedToken(
            token: try await keys.sign(claims), callID: callID,
            expiresAt: issuedAt.addingTimeInterval(TimeInterval(lifetime)))
    }
}

extension CallTokenIssuer {
    /// jwt-kit traps on keys shorter than the hash. HMAC itself fills a short key up with zeros (RFC 2104 section 2),
    /// so that
    /// doing it beforehand changes no signature.
    private static func padded(_ secret: String) -> Data {
        let bytes = Data(secret.utf8)
        return bytes + Data(count: max(0, 32 - bytes.count))
    }
}

/// A token as `tom token --json` prints it.
struct IssuedToken: Encodable, Sendable {
    let token: String
    let callID: String?
    let expiresAt: Date

    enum CodingKeys: String, CodingKey {
        case token
        case callID = "call_id"
        case expiresAt = "expires_at"
    }
}

/// There is no secret to sign a token with.
struct TokenError: DescribedError {
    var code: String { "token.no_secret" }
    var message: String { "there is no JWT_SECRET to sign the token with." }
    var hint: String? { "Set it in the environment or a settings file to the value the server has." }
    var category: ErrorCategory { .authentication }
}

/// The claims of a call's token.
struct CallTokenClaims: JWTPayload, Equatable {
    var sub: String
    var callID: String?
    /// Seconds since the Unix epoch, as `exp`.
    var iat: Int
    var exp: Int
    var nonce: String
    var iss: String?
    var aud: String?
    var scope: String?

    enum CodingKeys: String, CodingKey {
        case sub, iat, exp, nonce, iss, aud, scope
        case callID = "call_id"
    }

    /// These tokens are made here, and judged by the server.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}
