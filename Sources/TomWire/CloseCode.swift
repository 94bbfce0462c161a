/// The WebSocket close codes of the protocol (RFC 6455 section 7.4.1) and what TOM means by them.
public enum CloseCode: UInt16, Sendable, CaseIterable {
    /// The call is done: `stop` was answered or the agent hung up.
    case done = 1000
    /// The server is draining.
    case draining = 1001
    /// The peer broke the WebSocket framing.
    case protocolError = 1002
    /// Binary audio that was not negotiated.
    case binaryNotNegotiated = 1003
    /// A text frame is not UTF-8.
    case invalidUTF8 = 1007
    /// Authorisation ended during the call, or too many bad messages.
    case policyViolation = 1008
    /// A message above the limit.
    case messageTooLarge = 1009
    /// The server's fault.
    case internalError = 1011
    /// Rate limit exceeded or overload.
    case tryAgainLater = 1013

    /// The reason sent along; at most 123 bytes, as a control frame has to be (RFC 6455 section 5.5).
    public var reason: String {
        switch self {
        case .done: "call ended"
        case .draining: "server is draining"
        case .protocolError: "websocket protocol error"
        case .binaryNotNegotiated: "binary framing was not negotiated"
        case .invalidUTF8: "text is not UTF-8"
        case .policyViolation: "authorisation ended or too many bad messages"
        case .messageTooLarge: "message too large"
        case .internalError: "internal error"
        case .tryAgainLater: "rate limit exceeded"
        }
    }
}
