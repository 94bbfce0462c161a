/// Why a token that was sent is not accepted; also the label of `tom_auth_failures_total`.
enum TokenFault: String, Sendable, CaseIterable {
    case malformed = "malformed_token"
    case algorithm = "wrong_algorithm"
    case unknownKey = "unknown_key"
    case signature = "bad_signature"
    case missingClaim = "missing_claim"
    case expired = "expired_token"
    case issuedInFuture = "issued_in_future"
    case notYetValid = "not_yet_valid"
    case livesTooLong = "lives_too_long"
    case issuer = "wrong_issuer"
    case audience = "wrong_audience"
    case replayed = "replayed_token"

    var message: String {
        switch self {
        case .malformed: "the token is not a JSON Web Token"
        case .algorithm: "the token is signed by an algorithm that is not accepted here"
        case .unknownKey: "the token names a key this server does not have"
        case .signature: "the token's signature is wrong"
        case .missingClaim: "the token lacks a claim, or one has the wrong form"
        case .expired: "the token has expired"
        case .issuedInFuture: "the token was issued in the future"
        case .notYetValid: "the token is not valid yet"
        case .livesTooLong: "the token is valid for longer than this server allows"
        case .issuer: "the token comes from another issuer"
        case .audience: "the token is for another audience"
        case .replayed: "the token was used before"
        }
    }

    var hint: String {
        switch self {
        case .malformed: "Send the three base64url parts of a signed JWT."
        case .algorithm: "Sign with HS256 where a secret is configured, with RS256, ES256 or EdDSA where a key set is."
        case .unknownKey: "Sign with a key of the server's key set and name it in kid."
        case .signature: "Sign with the key the server is configured with."
        case .missingClaim: "Claims needed: sub, call_id, iat, exp, and nonce or jti."
        case .expired, .replayed: "Ask for a fresh token for each connection."
        case .issuedInFuture, .notYetValid: "Check both clocks."
        case .livesTooLong: "Shorten exp - iat, or raise JWT_MAX_TTL_SECONDS on the server."
        case .issuer: "Check iss against JWT_ISSUER on the server."
        case .audience: "Check aud against JWT_AUDIENCE on the server."
        }
    }
}
