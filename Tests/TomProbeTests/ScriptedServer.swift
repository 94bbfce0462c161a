import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import TomWire

/// A server on a real port that speaks the TOM v1 contract by a script.
final class ScriptedServer: Sendable {
    struct Script: Sendable {
        var greets = false
        /// Answers every request so instead of upgrading it.
        var refusal: (status: Int, headers: [(String, String)], body: String)?
        /// Turns that get no answer.
        var silentTurns: Set<Int> = []
        /// Sent before `connected`.
        var preface: String?
        /// Closes the connection after `connected`, with this code.
        var closesWith: UInt16?
        var tls: NIOSSLContext?
    }

    private let channel: any Channel
    let requests: NIOLoopBoundBox<[HTTPRequestHead]>

    var port: Int { channel.localAddress?.port ?? 0 }

    private init(channel: any Channel, requests: NIOLoopBoundBox<[HTTPRequestHead]>) {
        self.channel = channel
        self.requests = requests
    }

    /// What was asked for so far.
    func seenRequests() async throws -> [HTTPRequestHead] {
        try await channel.eventLoop.submit { self.requests.value }.get()
    }

    /// Serves `script` while `body` runs.
    static func with<Result: Sendable>(
        _ script: Script, _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let requests = NIOLoopBoundBox<[HTTPRequestHead]>.makeBoxSendingValue([], eventLoop: loop)
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, script, requests) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(channel: channel, requests: requests)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private static func prepare(
        _ channel: any Channel, _ script: Script, _ requests: NIOLoopBoundBox<[HTTPRequestHead]>
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls = script.tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        let upgrader = NIOWebSocketServerUpgrader(
            shouldUpgrade: { channel, head in
                requests.value.append(head)
                return channel.eventLoop.makeSucceededFuture(
                    script.refusal == nil ? HTTPHeaders([("Sec-WebSocket-Protocol", "tom.v1")]) : nil)
            },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptedCall(script))
                }
            })
        let refuser = RefusingHandler(script)
        let bound = NIOLoopBound(refuser, eventLoop: channel.eventLoop)
        try pipeline.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { $0.pipeline.syncOperations.removeHandler(bound.value, promise: nil) }
            ))
        try pipeline.addHandler(refuser)
    }
}

/// Answers what is not upgraded.
private final class RefusingHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    private let script: ScriptedServer.Script

    init(_ script: ScriptedServer.Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data), let refusal = script.refusal else { return }
        var headers = HTTPHeaders(refusal.headers)
        headers.add(name: "Content-Length", value: String(refusal.body.utf8.count))
        let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: refusal.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: refusal.body)))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// One scripted call: five silent frames after speech end a turn, which a reply of 200 ms answers.
private final class ScriptedCall: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let script: ScriptedServer.Script
    private let decoder = ClientMessageDecoder()
    private var audio: [UInt8] = []
    private var isBinary = false
    private var silentFrames = 0
    private var isSpeaking = false
    private var turns = 0
    private var responses = 0

    init(_ script: ScriptedServer.Script) { self.script = script }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text:
            let bytes = Array(frame.unmaskedData.readableBytesView)
            guard frame.maskKey != nil, let event = try? decoder.decode(bytes.span, audioInto: &audio) else {
                return close(1002, context)
            }
            take(event, context)
        case .binary: hear(Array(frame.unmaskedData.readableBytesView), context)
        case .connectionClose: context.close(promise: nil)
        default: break
        }
    }

    private func take(_ event: ClientEvent, _ context: ChannelHandlerContext) {
        switch event {
        case .start(let start): begin(start, context)
        case .audio: hear(audio, context)
        case .ping(let ts, let id): send(.pong(ts: ts ?? JSONScalar(0), id: id), context)
        case .stop:
            send(.stopped(reason: "caller_hung_up"), context)
            close(1000, context)
        default: break
        }
    }

    private func begin(_ start: ClientEvent.Start, _ context: ChannelHandlerContext) {
        isBinary = start.framing == .binary
        if let preface = script.preface { write(.text, ByteBuffer(string: preface), context) }
        send(
            .connected(
                .init(
                    callID: "c", input: start.input, output: start.output, framing: start.framing,
                    engines: .init(stt: "script", llm: "script", tts: "script"),
                    limits: .init(messagesPerSecond: 120, maxMessageBytes: 65_536))), context)
        if let code = script.closesWith { return close(code, context) }
        if script.greets { reply(turn: 0, context) }
    }

    private func hear(_ audio: [UInt8], _ context: ChannelHandlerContext) {
        if audio.contains(where: { $0 != 0 }) {
            isSpeaking = true
            silentFrames = 0
            return
        }
        silentFrames += 1
        guard isSpeaking, silentFrames == 5 else { return }
        isSpeaking = false
        turns += 1
        if !script.silentTurns.contains(turns) { reply(turn: turns, context) }
    }

    private func reply(turn: Int, _ context: ChannelHandlerContext) {
        responses += 1
        let (turnID, responseID) = ("t\(turn)", "r\(responses)")
        if turn > 0 { send(.sttFinal(text: "heard", turnID: turnID, language: nil, confidence: nil), context) }
        send(.llmToken(text: "Hello.", turnID: turnID, responseID: responseID), context)
        let samples = [UInt8](repeating: 1, count: 640)
        if isBinary { send(.ttsStart(responseID: responseID, turnID: turnID), context) }
        for seq in 0..<10 {
            if isBinary {
                write(.binary, ByteBuffer(bytes: samples), context)
            } else {
                let event = ServerEvent.TTSAudio(
                    format: .standard, byteCount: 640, seq: seq, turnID: turnID, responseID: responseID)
                send(.ttsAudio(event), context, audio: samples)
            }
        }
        if isBinary { send(.ttsEnd(responseID: responseID), context) }
        let latency = ServerEvent.Latency(
            endpointingMs: 100, sttMs: 1, llmFirstTokenMs: 2, ttsFirstAudioMs: 3, otherMs: 4, e2eMs: 110)
        send(.turnEnd(.init(turnID: turnID, responseID: responseID, status: .completed, latency: latency)), context)
    }

    private func send(_ event: ServerEvent, _ context: ChannelHandlerContext, audio: [UInt8] = []) {
        var bytes: [UInt8] = []
        audio.withUnsafeBytes { ServerEventEncoder.encode(event, ts: 1, audio: $0, into: &bytes) }
        write(.text, ByteBuffer(bytes: bytes), context)
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, data: data)), promise: nil)
    }

    private func close(_ code: UInt16, _ context: ChannelHandlerContext) {
        write(.connectionClose, ByteBuffer(integer: code), context)
        context.close(promise: nil)
    }
}
