public import NIOCore

/// The bounds of one WebSocket connection.
public struct WebSocketLimits: Sendable, Equatable {
    /// Bytes of one message, fragments together; above it the connection is closed with 1009.
    public var maxMessageBytes = 65_536
    /// Frames of one message; above it the connection is closed with 1009, so that empty fragments cannot go on for ever.
    public var maxFragments = 1_024
    /// A ping leaves this often; a peer that was silent for two intervals is dropped. Zero switches pings off.
    public var pingInterval: TimeAmount = .seconds(20)
    /// Unsent bytes above which `isWritable` turns false and the playout waits.
    public var outboundHighWaterMark = 65_536
    /// Unsent bytes below which it turns true again.
    public var outboundLowWaterMark = 16_384
    /// Unsent bytes above which the peer is dropped at once.
    public var maxOutboundBytes = 1_048_576
    /// How long the peer may stay above the high-water mark before it is dropped.
    public var writeStallTimeout: TimeAmount = .seconds(10)
    /// How long a sent close frame waits for the peer to go before the socket is closed under it.
    public var closeTimeout: TimeAmount = .seconds(2)

    public init() {}
}
