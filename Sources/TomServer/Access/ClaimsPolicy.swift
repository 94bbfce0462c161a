/// What a token's claims have to say to be accepted.
struct ClaimsPolicy: Sendable, Equatable {
    var issuer: String?
    var audience: String?
    /// The longest allowed `exp - iat`, in seconds.
    var maxTTLSeconds = 60
    /// How far two clocks may be apart, in seconds.
    var clockSkewSeconds = 5.0
    /// The longest `nonce` or `jti` that is remembered, in UTF-8 bytes.
    static let maxUniqueIDBytes = 256

    /// Judges the claims common to all tokens.
    /// - Parameter now: seconds since the Unix epoch.
    func check(_ claims: CallClaims, now: Double) throws(ServerError) {
        guard let iat = claims.iat, let exp = claims.exp, iat.isFinite, exp.isFinite, exp > iat,
            claims.sub?.isEmpty == false
        else { throw .badToken(.missingClaim) }
        guard now < exp else { throw .badToken(.expired) }
        guard iat <= now + clockSkewSeconds else { throw .badToken(.issuedInFuture) }
        if let notBefore = claims.nbf, !(notBefore <= now + clockSkewSeconds) { throw .badToken(.notYetValid) }
        guard exp - iat <= Double(maxTTLSeconds) else { throw .badToken(.livesTooLong) }
        if let issuer, claims.iss != issuer { throw .badToken(.issuer) }
        if let audience, claims.aud?.values.contains(audience) != true { throw .badToken(.audience) }
    }

    /// Judges what a call's token needs beside.
    /// - Returns: the value that may be used once.
    func checkCall(_ claims: CallClaims, callID: String) throws(ServerError) -> String {
        guard let unique = claims.uniqueID, (1...Self.maxUniqueIDBytes).contains(unique.utf8.count),
            let claimed = claims.callID
        else { throw .badToken(.missingClaim) }
        guard claimed == callID else { throw .callIDMismatch }
        return unique
    }
}
