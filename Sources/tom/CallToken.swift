import Foundation
import TomErrors
import TomServer

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
        let issuedAt = now.timeIntervalSince1970.rounded(.down)
        let token = try await TokenMint.token(
            secret: secret.value, callID: callID, subject: subject, ttlSeconds: lifetime, scope: scope, issuer: issuer,
            audience: audience, issuedAt: issuedAt)
        return IssuedToken(
            token: token, callID: callID, expiresAt: Date(timeIntervalSince1970: issuedAt + Double(lifetime)))
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
