public import TomServer

/// Returns every message, for conformance tests of the WebSocket layer.
public final class EchoEndpoint: WebSocketEndpoint {
    private var socket: WebSocketConnection?
    public init() {}
    public func opened(_ socket: WebSocketConnection) { self.socket = socket }
    public func received(text: UnsafeRawBufferPointer) { socket?.send(text: text) }
    public func received(binary: UnsafeRawBufferPointer) { socket?.send(binary: binary) }
    public func received(frame bytes: Int) {}
    public func writabilityChanged() {}
    public func ended(_ end: WebSocketEnd) { socket = nil }
}

extension ServerConfiguration {
    /// Serves an echo on `path` beside the calls.
    public mutating func serveEcho(on path: String) { testEndpoints[path] = { EchoEndpoint() } }
}
