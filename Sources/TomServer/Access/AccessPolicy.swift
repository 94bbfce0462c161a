import HTTPTypes
import Synchronization

/// What a request shows of itself before anything is decided about it.
struct AccessRequest: Sendable {
    /// `nil` for peers that are not on IP.
    var peer: IPAddress?
    var host: String?
    var fields: HTTPFields
    /// The values of the query's `t`.
    var queryTokens: [String] = []

    /// Whether the request comes from this machine, and was meant for it. A page of the web can make a browser connect to
    /// loopback under the page's own name (DNS rebinding), and a proxy on this machine connects for others: both show.
    var isLocal: Bool {
        guard peer?.isLoopback == true, let host, HostPort(host, defaultPort: 80)?.isLoopback == true else {
            return false
        }
        return fields[.forwarded] == nil && fields[.xForwardedFor] == nil
    }
}

extension HTTPField.Name {
    static let forwarded = HTTPField.Name("Forwarded")!  // a valid token (RFC 7239)
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!  // a valid token
}

/// What a caller was admitted with.
struct CallAdmission: Sendable, Equatable {
    /// The token's use that has to be recorded when the call takes its slot; `nil` without a token.
    var ticket: Ticket?

    struct Ticket: Sendable, Equatable {
        var uniqueID: String
        /// Seconds since the Unix epoch.
        var expires: Double
    }
}

/// Decides who may call and who may look at calls.
///
/// Its decisions depend on the request, the time given and what was admitted before; it does no I/O.
final class AccessPolicy: Sendable {
    let verifier: TokenVerifier?
    let claims: ClaimsPolicy
    let allowMissingToken: Bool
    let origins: OriginPolicy
    /// `nil`: no key file is looked at.
    let keys: KeyRing?
    let secrets: EphemeralSecrets
    private let addresses: [IPAddressRange]
    private let limiter: Mutex<ConnectionRateLimiter>
    private let replays: Mutex<ReplayStore>

    /// - Parameters:
    ///   - verifier: `nil` when no token key is configured.
    ///   - keys: of the API; `nil` when no key file is looked at.
    /// - Throws: `ServerError` for an address list entry that is not an address or block.
    init(
        _ configuration: ServerConfiguration, verifier: TokenVerifier?, keys: KeyRing? = nil,
        secrets: EphemeralSecrets = EphemeralSecrets()
    ) throws(ServerError) {
        let authentication = configuration.authentication
        self.verifier = verifier
        self.keys = keys
        self.secrets = secrets
        claims = ClaimsPolicy(
            issuer: authentication.issuer, audience: authentication.audience,
            maxTTLSeconds: authentication.maxTTLSeconds)
        allowMissingToken = authentication.allowMissingToken
        origins = OriginPolicy(allowed: configuration.originAllowList)
        var ranges: [IPAddressRange] = []
        for entry in configuration.addressAllowList {
            guard let range = IPAddressRange(entry) else {
                throw .badSetting(
                    "WS_IP_ALLOWLIST", "'\(entry)' is neither an address nor a CIDR block",
                    hint: "Write 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.")
            }
            ranges.append(range)
        }
        addresses = ranges
        limiter = Mutex(ConnectionRateLimiter(perMinute: configuration.rates.connectionsPerMinute))
        replays = Mutex(ReplayStore(capacity: authentication.replayCapacity))
    }

    /// Judges the address alone, before anything else is looked at.
    func admitAddress(_ peer: IPAddress?) throws(ServerError) {
        guard !addresses.isEmpty else { return }
        guard let peer, addresses.contains(where: { $0.contains(peer) }) else { throw .addressNotAllowed }
    }

    /// Counts a new call from `peer`.
    /// - Parameter now: seconds on a clock that does not go backwards.
    func countConnection(_ peer: IPAddress?, now: Double) throws(ServerError) {
        guard let peer else { return }
        if let wait = limiter.withLock({ $0.admit(peer, now: now) }) {
            throw .tooManyConnections(retryAfterSeconds: wait)
        }
    }

    /// Judges origin and token of a call.
    /// - Parameter now: seconds since the Unix epoch.
    func admitCall(_ request: AccessRequest, callID: String, now: Double) async throws(ServerError) -> CallAdmission {
        guard origins.allows(origin: request.fields[.origin], host: request.host) else { throw .originNotAllowed }
        guard let claims = try await verified(request, now: now) else {
            guard allowMissingToken || verifier == nil && request.isLocal else {
                throw verifier == nil ? .localCallsOnly : .missingToken
            }
            return CallAdmission()
        }
        let unique = try self.claims.checkCall(claims, callID: callID)
        guard !replays.withLock({ $0.contains(unique) }) else { throw .badToken(.replayed) }
        return CallAdmission(ticket: .init(uniqueID: unique, expires: claims.exp ?? now))
    }

    /// Uses the admission's token up, atomically: of two calls with one token, one gets through.
    func redeem(_ admission: CallAdmission, now: Double) throws(ServerError) {
        guard let ticket = admission.ticket else { return }
        let until = ticket.expires + claims.clockSkewSeconds
        switch replays.withLock({ $0.use(ticket.uniqueID, until: until, now: now) }) {
        case .fresh: return
        case .replayed: throw .badToken(.replayed)
        case .full: throw .replayStoreFull
        }
    }

    /// Judges a request to the operator's API: a token or key with the scope `operator`, or this machine where no token key is
    /// configured.
    /// - Parameter now: seconds since the Unix epoch.
    func admitOperator(_ request: AccessRequest, now: Double) async throws(ServerError) {
        if case .token(let token) = PresentedToken(request.fields, query: request.queryTokens),
            token.hasPrefix(APIKey.prefix)
        {
            _ = try Self.key(token, .operator, keys?.current(), now: now)
            return
        }
        guard let claims = try await verified(request, now: now) else {
            guard verifier == nil || allowMissingToken, request.isLocal else {
                throw verifier == nil ? .localCallsOnly : .missingToken
            }
            return
        }
        guard claims.scopes.contains("operator") else { throw .missingScope(.operator) }
    }

    /// The claims of the request's token, or `nil` when it carries none.
    private func verified(_ request: AccessRequest, now: Double) async throws(ServerError) -> CallClaims? {
        switch PresentedToken(request.fields, query: request.queryTokens) {
        case .none: return nil
        case .conflicting: throw .conflictingTokens
        case .token(let token):
            guard let verifier else { throw .noKeyConfigured }
            let claims = try await verifier.claims(of: token)
            try self.claims.check(claims, now: now)
            return claims
        }
    }
}
