public import TomErrors

/// Why the server refuses a request, or cannot start.
public struct ServerError: DescribedError, Equatable {
    public let code: String
    /// The HTTP status a refusal is answered with; 500 for errors of starting.
    public let status: Int
    public let message: String
    public let hint: String?
    public let category: ErrorCategory
    /// The whole seconds to wait before trying again, sent as `Retry-After`.
    public var retryAfterSeconds: Int?
    /// The member of the request at fault, as the API's error bodies name it.
    public var parameter: String?

    init(
        _ code: String, status: Int, _ category: ErrorCategory, _ message: String, hint: String?,
        retryAfterSeconds: Int? = nil, parameter: String? = nil
    ) {
        self.parameter = parameter
        self.code = code
        self.status = status
        self.category = category
        self.message = message
        self.hint = hint
        self.retryAfterSeconds = retryAfterSeconds
    }
}

// MARK: Starting

extension ServerError {
    static func badSetting(_ name: String, _ problem: String, hint: String) -> ServerError {
        ServerError("server.bad_setting", status: 500, .invalidRequest, "\(name): \(problem)", hint: hint)
    }

    static func unreadableFile(_ what: String, _ path: String, _ problem: String) -> ServerError {
        ServerError(
            "server.unreadable_file", status: 500, .invalidRequest, "the \(what) \(path) cannot be used: \(problem)",
            hint: "Check the path, its permissions and its format.")
    }
}

// MARK: Handshake

extension ServerError {
    static let upgradeRequired = ServerError(
        "ws.upgrade_required", status: 426, .invalidRequest, "this address speaks WebSocket only",
        hint: "Connect with a WebSocket client: GET with Upgrade: websocket.")
    static let webSocketVersion = ServerError(
        "ws.unsupported_version", status: 426, .invalidRequest, "only WebSocket version 13 is spoken here",
        hint: "Send Sec-WebSocket-Version: 13.")
    static func badHandshake(_ problem: String) -> ServerError {
        ServerError(
            "ws.bad_handshake", status: 400, .invalidRequest, "the WebSocket handshake is malformed: \(problem)",
            hint: "See RFC 6455 section 4.1.")
    }
    static let badCallID = ServerError(
        "call.bad_id", status: 400, .invalidRequest, "the call id is not 1 to 100 characters of A-Z a-z 0-9 . _ : -",
        hint: "Use such an id in /ws/stream/{call_id}, for example a UUID.")
    static let unknownCall = ServerError(
        "call.unknown", status: 404, .invalidRequest, "no call with this id is known",
        hint: "Live calls and the latest ended ones are known; with COST_LOG set, earlier ones too.")
    static let notFound = ServerError(
        "http.not_found", status: 404, .invalidRequest, "there is nothing at this path",
        hint: "Calls are at /ws/stream/{call_id}, the API is below /v1/.")
}

// MARK: Access

extension ServerError {
    static let missingToken = ServerError(
        "auth.missing_token", status: 401, .authentication, "a token is required and none was sent",
        hint: "Send Authorization: Bearer <jwt>, the subprotocol bearer.<jwt>, or ?t=<jwt>.")
    static let conflictingTokens = ServerError(
        "auth.conflicting_tokens", status: 401, .authentication, "more than one token was sent and they differ",
        hint: "Send one token, in one place.")
    static func badToken(_ reason: TokenFault) -> ServerError {
        ServerError("auth.\(reason.rawValue)", status: 401, .authentication, reason.message, hint: reason.hint)
    }
    static let noKeyConfigured = ServerError(
        "auth.unverifiable_token", status: 401, .authentication,
        "a token was sent, and this server has no key to check it with",
        hint: "Configure JWT_SECRET or JWT_JWKS_FILE on the server, or connect without a token.")
    static let localCallsOnly = ServerError(
        "auth.local_calls_only", status: 401, .authentication,
        "this server has no token secret and therefore takes calls from its own machine only",
        hint: "Set JWT_SECRET on the server and send a token, or call from the server's machine by a loopback address.")
    static let callIDMismatch = ServerError(
        "auth.call_id_mismatch", status: 403, .authorization, "the token is for another call",
        hint: "Ask for a token whose call_id is the one in the path.")
    static func missingScope(_ scope: APIScope) -> ServerError {
        ServerError(
            "auth.missing_scope", status: 403, .authorization, "what was sent lacks the scope '\(scope.rawValue)'",
            hint: "Use a key with that scope (`tom keys list`), or a token with the claim scope: \(scope.rawValue).",
            parameter: scope.rawValue)
    }
    static let originNotAllowed = ServerError(
        "access.origin_not_allowed", status: 403, .authorization, "pages of this origin may not call here",
        hint: "Add the origin to WS_ORIGIN_ALLOWLIST on the server.")
    static let addressNotAllowed = ServerError(
        "access.address_not_allowed", status: 403, .authorization, "this address may not connect",
        hint: "Add the address to WS_IP_ALLOWLIST on the server.")
    static let replayStoreFull = ServerError(
        "auth.replay_store_full", status: 503, .quota, "too many tokens are being remembered against replay",
        hint: "Try again shortly.", retryAfterSeconds: 5)
}

// MARK: Limits

extension ServerError {
    static func tooManyConnections(retryAfterSeconds: Int) -> ServerError {
        ServerError(
            "limit.connections", status: 429, .rateLimit, "too many new connections from this address",
            hint: "Wait as long as Retry-After says.", retryAfterSeconds: retryAfterSeconds)
    }
    static let callExists = ServerError(
        "call.already_live", status: 409, .invalidRequest, "a call with this id is live",
        hint: "Use another call id, or end the live call first.")
    static func atCapacity(retryAfterSeconds: Int) -> ServerError {
        ServerError(
            "limit.capacity", status: 503, .quota, "all call slots are taken",
            hint: "Wait as long as Retry-After says.",
            retryAfterSeconds: retryAfterSeconds)
    }
    static func draining(retryAfterSeconds: Int) -> ServerError {
        ServerError(
            "server.draining", status: 503, .server, "the server is stopping and takes no new calls",
            hint: "Connect to another instance, or wait as long as Retry-After says.",
            retryAfterSeconds: retryAfterSeconds)
    }
}
