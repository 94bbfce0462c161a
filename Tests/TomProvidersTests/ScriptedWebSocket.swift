import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Synchronization

/// A WebSocket server that does what a script says, for faults that a real one will not produce on demand.
final class ScriptedWebSocket: Sendable {
    /// What came from the client.
    enum Incoming: Sendable {
        case opened
        case text(String)
        case binary(Int)
        case ping
    }

    enum Step: ScriptStep {
        case text(String)
        /// The same message, in frames of at most so many bytes.
        case fragments(String, Int)
        /// Bytes past the framing.
        case raw([UInt8])
        case ping
        case pong
        case close(UInt16)
        /// The TCP connection ends without a close frame.
        case cut
        case reset
        /// The next step comes later.
        case pause(TimeAmount)
        /// The next step comes when the client has passed on a part of the answer.
        case hold(Gate)
    }

    private final class Record: Sendable {
        let requests = Mutex<[HTTPRequestHead]>([])
        let texts = Mutex<[String]>([])
        let audio = Mutex<[UInt8]>([])
    }

    let port: Int
    let connections: ScriptedServer.Connections
    private let record: Record

    /// The requests of all connections so far.
    var requests: [HTTPRequestHead] { record.requests.withLock { $0 } }
    /// Every text message so far.
    var texts: [String] { record.texts.withLock { $0 } }
    /// Every byte of binary messages so far.
    var audio: [UInt8] { record.audio.withLock { $0 } }

    private init(port: Int, connections: ScriptedServer.Connections, record: Record) {
        self.port = port
        self.connections = connections
        self.record = record
    }

    /// Serves while `body` runs; `script` says what follows on what came.
    static func serving<Result>(
        _ script: @escaping @Sendable (Incoming) -> [Step], _ body: (ScriptedWebSocket) async throws -> Result
    ) async throws -> Result {
        let (record, connections) = (Record(), ScriptedServer.Connections())
        return try await ScriptedServer.serving(
            connections, pipeline: { try addUpgrade(to: $0, script, record) }
        ) { port in try await body(ScriptedWebSocket(port: port, connections: connections, record: record)) }
    }

    private static func addUpgrade(
        to channel: any Channel, _ script: @escaping @Sendable (Incoming) -> [Step], _ record: Record
    ) throws {
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 24,
            shouldUpgrade: { channel, head in
                record.requests.withLock { $0.append(head) }
                return channel.eventLoop.makeSucceededFuture([:])
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(script: script, record: record))
                }
            })
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        typealias OutboundOut = WebSocketFrame
        let script: @Sendable (Incoming) -> [Step]
        let record: Record

        init(script: @escaping @Sendable (Incoming) -> [Step], record: Record) {
            self.script = script
            self.record = record
        }

        func handlerAdded(context: ChannelHandlerContext) { context.play(script(.opened)[...]) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            let bytes = Array(frame.unmaskedData.readableBytesView)
            switch frame.opcode {
            case .text:
                let text = String(decoding: bytes, as: UTF8.self)
                record.texts.withLock { $0.append(text) }
                context.play(script(.text(text))[...])
            case .binary:
                record.audio.withLock { $0 += bytes }
                context.play(script(.binary(bytes.count))[...])
            case .ping: context.play(script(.ping)[...])
            case .connectionClose: context.close(promise: nil)
            default: break
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension ScriptedWebSocket.Step {
    var wait: ScriptWait? {
        switch self {
        case .pause(let time): .time(time)
        case .hold(let gate): .gate(gate)
        case .text, .fragments, .raw, .ping, .pong, .close, .cut, .reset: nil
        }
    }

    func perform(on context: ChannelHandlerContext) {
        switch self {
        case .text(let text): send(.text, Array(text.utf8), context)
        case .fragments(let text, let size): sendFragments(Array(text.utf8), size, context)
        case .raw(let bytes):
            // Behind the encoder, so that nothing is framed.
            let encoder = try? context.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
            encoder?.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
        case .ping: send(.ping, [7], context)
        case .pong: send(.pong, [], context)
        case .close(let code): send(.connectionClose, [UInt8(code >> 8), UInt8(code & 0xFF)], context)
        case .cut: context.close(promise: nil)
        case .reset: context.reset()
        case .pause, .hold: break
        }
    }

    private func send(_ opcode: WebSocketOpcode, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(bytes: bytes))
        context.writeAndFlush(NIOAny(frame), promise: nil)
    }

    private func sendFragments(_ bytes: [UInt8], _ size: Int, _ context: ChannelHandlerContext) {
        for start in stride(from: 0, to: bytes.count, by: size) {
            let end = min(start + size, bytes.count)
            let frame = WebSocketFrame(
                fin: end == bytes.count, opcode: start == 0 ? .text : .continuation,
                data: ByteBuffer(bytes: bytes[start..<end]))
            context.writeAndFlush(NIOAny(frame), promise: nil)
            // Control frames may come between fragments (RFC 6455 section 5.4).
            if start == 0 { send(.ping, [1], context) }
        }
    }
}
