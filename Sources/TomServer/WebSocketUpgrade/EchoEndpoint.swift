/// Returns every message, for conformance tests of the WebSocket layer; mounted only where `ServerConfiguration.echoPath` asks.
final class EchoEndpoint: WebSocketEndpoint {
    private var socket: WebSocketConnection?
    func opened(_ socket: WebSocketConnection) { self.socket = socket }
    func received(text: UnsafeRawBufferPointer) { socket?.send(text: text) }
    func received(binary: UnsafeRawBufferPointer) { socket?.send(binary: binary) }
    func writabilityChanged() {}
    func ended(_ end: WebSocketEnd) { socket = nil }
}
