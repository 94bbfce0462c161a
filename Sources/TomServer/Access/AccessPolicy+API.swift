import HTTPTypes

/// What a request to OpenAI's API was admitted with.
struct APIAdmission: Sendable, Equatable {
    /// The key that was sent; `nil` when none was, or another credential.
    var keyID: String?
    /// What an ephemeral secret brings along.
    var secret: EphemeralSecret?
    /// When a token's authorisation ends, in seconds since the Unix epoch.
    var expires: Double?
}

extension AccessPolicy {
    /// Judges origin and credential of a request to OpenAI's API.
    ///
    /// Without keys and token secret, this machine is served, whatever it sends: the API's clients insist on some key. With
    /// either, a key, a token or an ephemeral secret with the right scope is asked for, wherever the request comes from.
    /// - Parameter now: seconds since the Unix epoch.
    func admitAPI(
        _ request: AccessRequest, _ scope: APIScope, now: Double
    ) async throws(ServerError) -> APIAdmission {
        try admitAddress(request.peer)
        guard origins.allows(origin: request.fields[.origin], host: request.host) else { throw .originNotAllowed }
        let keys = try self.keys?.current()
        let isKeyed = verifier != nil || keys != nil
        switch PresentedToken(apiKeyOf: request.fields) {
        case .conflicting: throw .conflictingTokens
        case .none:
            guard allowMissingToken || !isKeyed && request.isLocal else { throw isKeyed ? .missingKey : .localOnly }
            return APIAdmission()
        case .token(let token):
            if token.hasPrefix(EphemeralSecrets.prefix) { return try admit(secret: token, scope, keys, now: now) }
            guard isKeyed else {
                guard allowMissingToken || request.isLocal else { throw .localOnly }
                return APIAdmission()
            }
            if let verifier, token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 {
                return try await admit(token: token, verifier, scope, now: now)
            }
            return APIAdmission(keyID: try Self.key(token, scope, keys, now: now).id)
        }
    }

    private func admit(
        secret token: String, _ scope: APIScope, _ keys: KeyTable?, now: Double
    ) throws(ServerError) -> APIAdmission {
        guard let secret = secrets.secret(token, now: now) else { throw .badClientSecret }
        // a key that is revoked takes what was made with it along
        if let id = secret.keyID, keys?.key(id: id, now: now) == nil { throw .badClientSecret }
        guard scope == .realtime else { throw .missingScope(scope) }
        return APIAdmission(secret: secret)
    }

    private func admit(
        token: String, _ verifier: TokenVerifier, _ scope: APIScope, now: Double
    ) async throws(ServerError) -> APIAdmission {
        let claims = try await verifier.claims(of: token)
        try self.claims.check(claims, now: now)
        guard claims.scopes.contains(scope.rawValue) else { throw .missingScope(scope) }
        return APIAdmission(expires: claims.exp)
    }

    /// - Throws: `ServerError` with 401 when the key is unknown or has expired, with 403 when it lacks the scope.
    static func key(
        _ token: String, _ scope: APIScope, _ keys: KeyTable?, now: Double
    ) throws(ServerError) -> APIKey {
        guard token.utf8.count <= PresentedToken.maxLength, let key = keys?.key(token: token) else { throw .badKey }
        guard key.isValid(at: now) else { throw .expiredKey }
        guard key.scopes.contains(scope) else { throw .missingScope(scope) }
        return key
    }
}
