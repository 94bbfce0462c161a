import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import Synchronization
import TomAudio

/// What the server sent: one JSON event.
struct ServerMessage: Sendable, CustomStringConvertible {
    let type: String
    /// Every field whose value is text.
    let texts: [String: String]
    /// Every field whose value is a number.
    let numbers: [String: Double]
    let at: ContinuousClock.Instant

    init?(_ json: [UInt8]) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any],
            let type = object["type"] as? String
        else { return nil }
        self.type = type
        texts = object.compactMapValues { $0 as? String }
        numbers = object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
        at = .now
    }

    var text: String { texts["text"] ?? "" }
    var response: String { texts["response_id"] ?? "" }
    /// The samples of a `tts_audio`.
    var audio: [Int16] { Data(base64Encoded: texts["bytes"] ?? "").map { PCM16.decode([UInt8]($0)) } ?? [] }
    var description: String { type == "tts_audio" ? type : "\(type) \(texts)" }
}

/// A caller on a WebSocket of its own, whose microphone is always on: it sends 20 ms of audio 50 times a second, silence unless
/// it is told to say something.
final class TestCaller: Sendable {
    struct Ended: Error { let last: [String] }

    private struct State {
        var messages: [ServerMessage] = []
        var closeCode: Int?
        var isClosed = false
        /// The microphone has stopped for good.
        var isMute = false
        var waiters: [CheckedContinuation<Void, Never>] = []
        var toSay: [Int16] = []
        var said: [CheckedContinuation<Void, Never>] = []
    }

    private let channel: any Channel
    private let state: StateBox
    private let microphone: Task<Void, Never>?

    /// Shared with the channel's handler.
    private final class StateBox: Sendable { let mutex = Mutex(State()) }

    // MARK: Connecting

    /// - Parameters:
    ///   - start: fields of the `start` message.
    ///   - microphone: `false`: no audio is sent but by `send`.
    static func call(
        _ port: Int, id: String = "call-\(UUID().uuidString.prefix(8))", token: String? = nil,
        start: [String: String] = [:],
        microphone: Bool = true
    ) async throws -> TestCaller {
        let state = StateBox()
        let upgraded = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Void.self)
        let upgrader = NIOWebSocketClientUpgrader(
            maxFrameSize: 1 << 20,
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(state: state))
                    upgraded.succeed()
                }
            })
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.pipeline.addHTTPClientHandlers(
                    withClientUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
            }
            .connect(host: "127.0.0.1", port: port).get()
        channel.closeFuture.whenComplete { _ in upgraded.fail(Ended(last: ["refused"])) }
        var headers = HTTPHeaders([("Host", "127.0.0.1:\(port)"), ("Content-Length", "0")])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        channel.write(
            HTTPClientRequestPart.head(
                .init(version: .http1_1, method: .GET, uri: "/ws/stream/\(id)", headers: headers)),
            promise: nil)
        try await channel.writeAndFlush(HTTPClientRequestPart.end(nil))
        try await upgraded.futureResult.get()
        // Before the microphone is on: `start` is taken as the first message only.
        try await channel.writeAndFlush(frame(try encode(start.merging(["type": "start"]) { $1 })))
        let caller = TestCaller(channel: channel, state: state, microphone: microphone)
        _ = try await caller.wait("connected")
        return caller
    }

    private init(channel: any Channel, state: StateBox, microphone: Bool) {
        self.channel = channel
        self.state = state
        self.microphone = microphone ? Task { await Self.speak(channel, state) } : nil
    }

    deinit {
        microphone?.cancel()
        channel.close(promise: nil)
    }

    // MARK: Sending

    func send(_ event: [String: String]) async throws {
        try await channel.writeAndFlush(Self.frame(try Self.encode(event)))
    }

    private static func encode(_ event: [String: String]) throws -> Data {
        try JSONSerialization.data(withJSONObject: event)
    }

    /// Says `samples` (16 kHz) and returns when the last of them has been sent, or at once when nobody listens any more.
    func say(_ samples: [Int16]) async {
        await withCheckedContinuation { continuation in
            let isMute = state.mutex.withLock { state in
                guard !state.isMute else { return true }
                state.toSay += samples
                state.said.append(continuation)
                return false
            }
            if isMute { continuation.resume() }
        }
    }

    func hangUp() async throws {
        try await send(["type": "stop"])
        _ = try await closeCode()
    }

    private static func frame(_ payload: some Sequence<UInt8>) -> WebSocketFrame {
        WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: ByteBuffer(bytes: payload))
    }

    /// The microphone: a frame every 20 ms on the clock, caught up with when the machine was busy.
    private static func speak(_ channel: any Channel, _ state: StateBox) async {
        let start = ContinuousClock.now
        var frames = 0
        while !Task.isCancelled, channel.isActive {
            frames += 1
            let (samples, said) = state.mutex.withLock { state in
                let samples = Array(state.toSay.prefix(320))
                state.toSay.removeFirst(samples.count)
                guard state.toSay.isEmpty else { return (samples, [CheckedContinuation<Void, Never>]()) }
                defer { state.said = [] }
                return (samples, state.said)
            }
            let audio = Data(PCM16.encode(samples + [Int16](repeating: 0, count: 320 - samples.count)))
                .base64EncodedString()
            channel.writeAndFlush(frame(#"{"type":"audio_chunk","data":"\#(audio)"}"#.utf8), promise: nil)
            for continuation in said { continuation.resume() }
            try? await Task.sleep(until: start + .milliseconds(20 * frames), clock: .continuous)
        }
        let said = state.mutex.withLock { state in
            defer { state.said = [] }
            state.isMute = true
            return state.said
        }
        for continuation in said { continuation.resume() }
    }

    // MARK: Receiving

    var messages: [ServerMessage] { state.mutex.withLock { $0.messages } }

    /// Waits until `find` finds what it looks for in everything received.
    func wait<T: Sendable>(until find: @Sendable ([ServerMessage]) -> T?) async throws -> T {
        while true {
            let (messages, isClosed) = state.mutex.withLock { ($0.messages, $0.isClosed) }
            if let found = find(messages) { return found }
            if isClosed { throw Ended(last: messages.suffix(5).map(\.description)) }
            await withCheckedContinuation { continuation in
                let isNews = state.mutex.withLock { state in
                    if state.messages.count != messages.count || state.isClosed { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isNews { continuation.resume() }
            }
        }
    }

    /// The first event of this type at or behind `index`.
    func wait(_ type: String, from index: Int = 0) async throws -> ServerMessage {
        try await wait { messages in messages.dropFirst(index).first { $0.type == type } }
    }

    /// The close frame's code, once the connection is closed.
    func closeCode() async throws -> Int? {
        while true {
            let (code, isClosed, count) = state.mutex.withLock { ($0.closeCode, $0.isClosed, $0.messages.count) }
            if isClosed { return code }
            _ = try? await wait { $0.count > count ? true : nil }
        }
    }

    /// All that TOM said from the event at `index` on, as text.
    func said(from index: Int = 0) -> String {
        messages.dropFirst(index).filter { $0.type == "llm_token" }.map(\.text).joined()
    }

    /// All reply audio from the event at `index` on.
    func heard(from index: Int = 0) -> [Int16] {
        messages.dropFirst(index).filter { $0.type == "tts_audio" }.flatMap(\.audio)
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = WebSocketFrame
        let state: StateBox
        init(state: StateBox) { self.state = state }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let frame = Self.unwrapInboundIn(data)
            switch frame.opcode {
            case .text:
                guard let message = ServerMessage(Array(frame.unmaskedData.readableBytesView)) else { return }
                change { $0.messages.append(message) }
            case .ping:
                let pong = WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData)
                context.writeAndFlush(NIOAny(pong), promise: nil)
            case .connectionClose:
                var data = frame.unmaskedData
                let code: UInt16? = data.readInteger()
                change { $0.closeCode = code.map(Int.init) }
                let close = WebSocketFrame(
                    fin: true, opcode: .connectionClose, maskKey: .random(), data: frame.unmaskedData)
                context.writeAndFlush(NIOAny(close), promise: nil)
            default: break
            }
        }

        func channelInactive(context: ChannelHandlerContext) { change { $0.isClosed = true } }

        private func change(_ body: (inout State) -> Void) {
            let waiters = state.mutex.withLock { state in
                body(&state)
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }
}
