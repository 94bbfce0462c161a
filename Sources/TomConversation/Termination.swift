/// How a call ended: one value, read by the wire, the metrics and the store alike.
public struct Termination: Sendable, Equatable, Codable {
    public let result: Result
    /// Stable, from a closed set; shown as `stopped.reason` and used as a metric label.
    public let reason: Reason

    public init(result: Result, reason: Reason) {
        self.result = result
        self.reason = reason
    }

    /// The agent said goodbye.
    static let agentHungUp = Termination(result: .completed, reason: .agentHungUp)

    public enum Result: String, Sendable, Codable { case completed, failed, rejected }

    public enum Reason: String, Sendable, CaseIterable, Codable {
        /// The caller sent `stop`.
        case callerHungUp = "caller_hung_up"
        /// The socket went away without a `stop`.
        case connectionLost = "connection_lost"
        /// The agent said goodbye.
        case agentHungUp = "agent_hung_up"
        /// Nobody spoke after the idle prompts.
        case idle
        /// The server is stopping.
        case draining
        /// The token ran out during the call.
        case authorizationEnded = "authorization_ended"
        /// Too many messages or bytes.
        case rateLimited = "rate_limited"
        /// The peer broke the protocol.
        case protocolError = "protocol_error"
        /// The peer does not read fast enough, or did not answer pings.
        case unresponsive
        /// TOM's fault.
        case internalError = "internal_error"
    }
}
