/// Why a client's event was not carried out, as `error` events and the API's error bodies say it.
public struct RealtimeFault: Error, Sendable, Equatable {
    public enum Kind: String, Sendable {
        case invalidRequest = "invalid_request_error"
        case authentication = "authentication_error"
        case permission = "permission_error"
        case rateLimit = "rate_limit_error"
        case server = "server_error"
    }

    public var kind: Kind
    /// Stable, as the API has it: `unknown_parameter`, `missing_required_parameter`, `invalid_value`, ...
    public var code: String
    public var message: String
    /// The member at fault, dotted: `session.audio.input.format`.
    public var param: String?
    /// The `event_id` of the client's event at fault.
    public var eventID: String?

    public init(
        _ kind: Kind = .invalidRequest, code: String, message: String, param: String? = nil, eventID: String? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.param = param
        self.eventID = eventID
    }
}
