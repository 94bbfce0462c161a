import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket
import TomEngines
import TomErrors

/// One WebSocket of an engine to its provider: what is sent before it is open waits, bounded, and every way in which it
/// can end is one ``Ending``.
///
/// Everything happens on the event loop of the socket; `send` and `close` may be called from any thread and keep their
/// order.
final class ProviderSocket: Sendable {
    enum Event: Sendable {
        case opened
        /// A whole message, whatever its opcode.
        case message(ByteBuffer)
        /// Terminal; not reported for a socket that was closed on this side.
        case ended(Ending)
    }

    enum Ending: Sendable, Equatable {
        /// The provider closed it with this status, 1005 where it gave none.
        case closed(code: UInt16)
        case failed(EngineError)
    }

    struct Limits: Sendable {
        /// Silence after which a ping is sent, and silence behind that which ends the connection.
        var pingAfter = TimeAmount.seconds(5)
        var pongWithin = TimeAmount.seconds(5)
        /// Bytes that may wait to be sent, before the socket is open and behind it.
        var maxUnsentBytes = 6 << 20
        /// Sent when nothing else was for this long.
        var keepAlive: (after: TimeAmount, text: String)?
    }

    private struct State {
        /// `nil` until it is open.
        var channel: (any Channel)?
        /// The connection while it is being made.
        var early: (any Channel)?
        var waiting: [(WebSocketOpcode, ByteBuffer)] = []
        var waitingBytes = 0
        var isOver = false
    }

    private let address: ProviderAddress
    private let parameters: [(name: String, value: String)]
    private let limits: Limits
    private let report: @Sendable (Event) -> Void
    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    /// - Parameters:
    ///   - parameters: of the request's query.
    ///   - report: called on the socket's event loop, in order.
    init(
        _ address: ProviderAddress, _ parameters: [(name: String, value: String)], limits: Limits = Limits(),
        on loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next(),
        report: @escaping @Sendable (Event) -> Void
    ) {
        self.address = address
        self.parameters = parameters
        self.limits = limits
        self.report = report
        self.loop = loop
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: loop)
    }

    // MARK: Opening

    func open() {
        let address = self.address
        guard !address.egress.allowsPublic else { return loop.execute { self.connect() } }
        Task {
            // Again at every connection: a name may have been given another address since the start.
            do throws(EngineError) {
                try await address.checkEgress()
                loop.execute { self.connect() }
            } catch {
                loop.execute { self.end(.failed(error)) }
            }
        }
    }

    private func connect() {
        guard !state.value.isOver else { return }
        let (address, limits) = (self.address, self.limits)
        let opening = address.open(
            parameters, on: loop, created: { self.state.value.early = $0 },
            upgraded: { channel in
                try channel.pipeline.syncOperations.addHandler(
                    ProviderSocketHandler(limits: limits, stage: address.stage, names: address.names) {
                        self.take($0)
                    })
            })
        opening.whenComplete { result in
            switch result {
            case .success(let channel): self.opened(channel)
            case .failure(let error): self.end(.failed(address.error(of: .of(error))))
            }
        }
    }

    private func opened(_ channel: any Channel) {
        guard !state.value.isOver else { return channel.close(promise: nil) }
        state.value.channel = channel
        report(.opened)
        let waiting = state.value.waiting
        state.value.waiting = []
        for (opcode, data) in waiting { write(opcode, data, on: channel) }
        channel.flush()
    }

    private func take(_ event: Event) {
        guard !state.value.isOver else { return }
        if case .ended(let ending) = event { return end(ending) }
        report(event)
    }

    private func end(_ ending: Ending) {
        guard !state.value.isOver else { return }
        let channel = state.value.channel ?? state.value.early
        state.value = State(isOver: true)
        channel?.close(promise: nil)
        report(.ended(ending))
    }

    // MARK: Sending

    func send(text: String) { send(.text, ByteBuffer(string: text)) }

    func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        // Never inside this call, which may hold a lock that a report takes.
        loop.execute { self.put(opcode, data) }
    }

    private func put(_ opcode: WebSocketOpcode, _ data: ByteBuffer) {
        guard !state.value.isOver else { return }
        guard let channel = state.value.channel else {
            state.value.waiting.append((opcode, data))
            state.value.waitingBytes += data.readableBytes
            if state.value.waitingBytes > limits.maxUnsentBytes { end(.failed(.stalled(address.stage))) }
            return
        }
        write(opcode, data, on: channel)
        channel.flush()
        // The provider takes less than it is sent: what is late by megabytes helps nobody.
        let unsent = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if unsent > limits.maxUnsentBytes { end(.failed(.stalled(address.stage))) }
    }

    /// Clients mask every frame (RFC 6455 section 5.3).
    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, on channel: any Channel) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        channel.write(frame, promise: nil)
    }

    /// Ends the socket at once, open or not; nothing is reported behind it.
    func close() {
        loop.execute {
            guard !self.state.value.isOver else { return }
            let state = self.state.value
            self.state.value = State(isOver: true)
            if let channel = state.channel {
                var code = ByteBuffer()
                code.writeInteger(UInt16(1_000))
                self.write(.connectionClose, code, on: channel)
                channel.flush()
            }
            (state.channel ?? state.early)?.close(promise: nil)
        }
    }
}

extension ProviderAddress {
    /// Opens a socket and closes it again: whether the provider is there and takes the key and the parameters.
    /// - Throws: as the handshake fails.
    func reach(_ parameters: [(name: String, value: String)]) async throws(EngineError) {
        let (events, feed) = AsyncStream.makeStream(of: ProviderSocket.Event.self)
        let socket = ProviderSocket(self, parameters) { feed.yield($0) }
        socket.open()
        // The first event is either.
        for await case .ended(.failed(let error)) in events.prefix(1) { throw error }
        socket.close()
    }
}

extension EngineError {
    /// What is to be sent piles up.
    static func stalled(_ stage: String) -> EngineError {
        EngineError(
            code: "\(stage).stalled", message: "the provider does not take in what it is sent.",
            hint: "Check the provider's load and the network to it.", category: .connectivity)
    }

    /// Pings go unanswered: nobody is there any more.
    static func halfOpen(_ stage: String) -> EngineError {
        EngineError(
            code: "\(stage).timeout", message: "the provider has fallen silent.",
            hint: "Check that it runs and is not overloaded.", category: .timeout)
    }
}
