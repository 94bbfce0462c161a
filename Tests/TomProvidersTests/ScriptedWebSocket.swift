import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
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

    enum Step: Sendable {
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
    }

    private final class Record: Sendable {
        let requests = Mutex<[HTTPRequestHead]>([])
        let texts = Mutex<[String]>([])
        let audio = Mutex<[UInt8]>([])
        let closed = Mutex(0)
    }

    let port: Int
    private let channel: any Channel
    private let record: Record

    /// The requests of all connections so far.
    var requests: [HTTPRequestHead] { record.requests.withLock { $0 } }
    /// Every text message so far.
    var texts: [String] { record.texts.withLock { $0 } }
    /// Every byte of binary messages so far.
    var audio: [UInt8] { record.audio.withLock { $0 } }
    /// Connections that have ended.
    var closedConnections: Int { record.closed.withLock { $0 } }

    private init(channel: any Channel, record: Record) {
        self.channel = channel
        self.record = record
        port = channel.localAddress?.port ?? 0
    }

    /// Serves while `body` runs; `script` says what follows on what came.
    static func serving<Result>(
        _ script: @escaping @Sendable (Incoming) -> [Step], _ body: (ScriptedWebSocket) async throws -> Result
    ) async throws -> Result {
        let record = Record()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
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
                return channel.pipeline.configureHTTPServerPipeline(
                    withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedWebSocket(channel: channel, record: record)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
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

        func handlerAdded(context: ChannelHandlerContext) { perform(script(.opened), context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = unwrapInboundIn(data)
            let bytes = Array(frame.unmaskedData.readableBytesView)
            switch frame.opcode {
            case .text:
                let text = String(decoding: bytes, as: UTF8.self)
                record.texts.withLock { $0.append(text) }
                perform(script(.text(text)), context)
            case .binary:
                record.audio.withLock { $0 += bytes }
                perform(script(.binary(bytes.count)), context)
            case .ping: perform(script(.ping), context)
            case .connectionClose: context.close(promise: nil)
            default: break
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            record.closed.withLock { $0 += 1 }
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func perform(_ steps: [Step], _ context: ChannelHandlerContext) {
            for step in steps { perform(step, context) }
        }

        private func perform(_ step: Step, _ context: ChannelHandlerContext) {
            switch step {
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
            case .reset:
                // Lingering for no time makes the kernel send RST instead of FIN.
                _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                context.close(promise: nil)
            }
        }

        private func send(_ opcode: WebSocketOpcode, _ bytes: [UInt8], _ context: ChannelHandlerContext) {
            let frame = WebSocketFrame(fin: true, opcode: opcode, data: ByteBuffer(bytes: bytes))
            context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        }

        private func sendFragments(_ bytes: [UInt8], _ size: Int, _ context: ChannelHandlerContext) {
            for start in stride(from: 0, to: bytes.count, by: size) {
                let end = min(start + size, bytes.count)
                let frame = WebSocketFrame(
                    fin: end == bytes.count, opcode: start == 0 ? .text : .continuation,
                    data: ByteBuffer(bytes: bytes[start..<end]))
                context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
                // Control frames may come between fragments (RFC 6455 section 5.4).
                if start == 0 { send(.ping, [1], context) }
            }
        }
    }
}
