import TomErrors
import TomRealtime

/// What OpenAI's API is refused with, in words of its own where it has them.
extension ServerError {
    /// What a client's JSON is refused with, with the API's own code.
    init(_ fault: RealtimeFault) {
        let (status, category): (Int, ErrorCategory) =
            switch fault.kind {
            case .invalidRequest: (400, .invalidRequest)
            case .authentication: (401, .authentication)
            case .permission: (403, .authorization)
            case .rateLimit: (429, .rateLimit)
            case .server: (500, .server)
            }
        self.init(fault.code, status: status, category, fault.message, hint: nil, parameter: fault.param)
    }

    static func bodyTooLarge(_ limit: Int, parameter: String? = nil) -> ServerError {
        ServerError(
            "request_too_large", status: 413, .invalidRequest,
            "the \(parameter ?? "request") has more than \(limit) bytes", hint: "Send less at once.",
            parameter: parameter)
    }

    static let tooManyAudioRequests = ServerError(
        "limit.audio_requests", status: 503, .quota, "as much is spoken and written down at the moment as may be",
        hint: "Wait as long as Retry-After says.", retryAfterSeconds: 1)
    static func unsupportedFormat(_ format: String, offered: [String]) -> ServerError {
        ServerError(
            "unsupported_format", status: 400, .invalidRequest, "this server cannot make \(format)",
            hint: "Use one of \(offered.joined(separator: ", ")); ffmpeg on the server (FFMPEG_PATH) brings others.",
            parameter: "response_format")
    }
    static let unsupportedFile = ServerError(
        "unsupported_format", status: 400, .invalidRequest, "the file is no WAV file, and no other kind is read here",
        hint: "Convert it first, for example with: ffmpeg -i in.mp3 out.wav", parameter: "file")
    static let nothingToSay = ServerError(
        "invalid_value", status: 400, .invalidRequest, "the input has no letter or digit to speak",
        hint: "Send text.", parameter: "input")
    static func unknownModel(_ known: [String]) -> ServerError {
        ServerError(
            "model_not_found", status: 404, .invalidRequest, "there is no model of this name",
            hint: "Known here: \(known.joined(separator: ", ")).", parameter: "model")
    }
    /// The client went away; nobody reads it.
    static let clientGone = ServerError(
        "http.client_gone", status: 499, .cancelled, "the client went away before the answer", hint: nil)

    /// An engine's failure in the middle of a request.
    init(engine error: any DescribedError) {
        let status =
            switch error.category {
            case .invalidRequest: 400
            case .timeout: 504
            case .rateLimit, .quota: 503
            // what an engine's provider says of our key is none of the client's business to mend
            case .authentication, .authorization, .connectivity: 502
            case .server, .cancelled: 500
            }
        let category: ErrorCategory = error.category == .invalidRequest ? .invalidRequest : .server
        self.init(error.code, status: status, category, error.message, hint: error.hint)
    }

    static let noSuchRealtimeCall = ServerError(
        "call.unknown", status: 404, .invalidRequest,
        "calls of SIP and WebRTC are not served here: no call has this id",
        hint: "Leave call_id out to open a session of its own.", parameter: "call_id")
}

// MARK: Keys

extension ServerError {
    static let missingKey = ServerError(
        "auth.missing_key", status: 401, .authentication, "a key is required and none was sent",
        hint: "Send Authorization: Bearer <key>, with a key that `tom keys add` made on the server.")
    static let badKey = ServerError(
        "auth.invalid_key", status: 401, .authentication, "the key is not one of this server's",
        hint: "`tom keys list` on the server shows the keys that are good; `tom keys add` makes one.")
    static let expiredKey = ServerError(
        "auth.expired_key", status: 401, .authentication, "the key has expired",
        hint: "Make another one on the server with `tom keys add`.")
    static let badClientSecret = ServerError(
        "auth.invalid_client_secret", status: 401, .authentication, "the client secret is unknown or has expired",
        hint: "Make a fresh one with POST /v1/realtime/client_secrets.")
    static let localOnly = ServerError(
        "auth.local_only", status: 401, .authentication,
        "this server has no keys and therefore serves its own machine only",
        hint: "Make a key on the server with `tom keys add`, or connect from its machine by a loopback address.")
    static let keysUnreadable = ServerError(
        "auth.keys_unreadable", status: 503, .server, "the server cannot read its keys",
        hint: "See the server's log, and KEYS_FILE.", retryAfterSeconds: 5)
    static let tooManySecrets = ServerError(
        "limit.client_secrets", status: 503, .quota, "too many client secrets are good at the moment",
        hint: "Let them expire earlier (expires_after), or try again shortly.", retryAfterSeconds: 5)
}
