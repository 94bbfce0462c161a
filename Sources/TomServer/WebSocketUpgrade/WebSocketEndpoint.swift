/// What runs on a WebSocket. Every call happens on the connection's event loop.
public protocol WebSocketEndpoint: AnyObject {
    /// The socket may be used from here on.
    func opened(_ socket: WebSocketConnection)
    /// A whole text message, valid UTF-8. The bytes are valid during the call only.
    func received(text: UnsafeRawBufferPointer)
    /// A whole binary message. The bytes are valid during the call only.
    func received(binary: UnsafeRawBufferPointer)
    /// A frame that is no message came: a ping or pong with `bytes` of payload, or a piece of a message that goes on (0, its
    /// bytes come with the message). A ping is answered unless the endpoint closes the socket here.
    func received(frame bytes: Int)
    /// `WebSocketConnection.isWritable` changed.
    func writabilityChanged()
    /// The socket ended without the endpoint having closed it; called at most once, and nothing is called after it.
    func ended(_ end: WebSocketEnd)
}

/// How a WebSocket ended.
public enum WebSocketEnd: Sendable, Equatable {
    /// The peer sent a close frame; `nil` when without a code.
    case peerClosed(code: UInt16?)
    /// The connection went away without one.
    case lost
    /// The peer broke RFC 6455 or a bound; it was told `closeCode`.
    case violation(closeCode: UInt16)
    /// The peer does not read, or did not answer pings.
    case unresponsive
    /// The server quiesces: the endpoint's socket was closed with 1001.
    case quiesced
}
