import NIOCore
import NIOPosix
import TomConversation
import TomEngines
import TomErrors

/// One connection to a server of the Wyoming protocol, for one request.
///
/// All of its state lives on one event loop, where it reports too: each event of the server, in order, until that wants
/// no more, ``close()``, or a failure, which is the last report.
final class WyomingConnection: Sendable {
    private struct State {
        var channel: (any Channel)?
        /// What is to be sent once the connection is there. Bounded by who sends: a turn's audio, or a sentence.
        var waiting = ByteBuffer()
        var isOver = false
        var owesAnswer = false
        var silence: Scheduled<Void>?
    }

    private let client: WyomingClient
    private let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let report: @Sendable (Result<WyomingEvent, EngineError>) -> Bool

    /// Begins to connect. Never blocks.
    /// - Parameter report: is told of every event, and says whether more is wanted.
    init(_ client: WyomingClient, report: @escaping @Sendable (Result<WyomingEvent, EngineError>) -> Bool) {
        self.client = client
        self.report = report
        loop = MultiThreadedEventLoopGroup.singleton.next()
        state = .makeBoxSendingValue(State(), eventLoop: loop)
        Task { [self] in
            do throws(EngineError) {
                try await client.checkEgress()
                loop.execute { [self] in connect() }
            } catch {
                loop.execute { [self] in fail(error) }
            }
        }
    }

    /// Sends `requests`, at once or as soon as the connection is there.
    func send(_ requests: [WyomingRequest]) {
        var bytes = ByteBuffer()
        for request in requests { request.write(into: &bytes) }
        loop.execute { [self, bytes] in
            guard !state.value.isOver else { return }
            if let channel = state.value.channel {
                channel.writeAndFlush(bytes, promise: nil)
            } else {
                state.value.waiting.writeImmutableBuffer(bytes)
            }
        }
    }

    /// From here on the server owes an answer, and its silence is a failure.
    func expectAnswer() {
        loop.execute { [self] in
            state.value.owesAnswer = true
            listen()
        }
    }

    /// Runs `body` where reports are made, between two of them, unless the connection is over.
    /// - Parameter body: says whether more is wanted.
    func perform(_ body: @escaping @Sendable () -> Bool) {
        loop.execute { [self] in
            if !state.value.isOver, !body() { end() }
        }
    }

    /// Ends the connection; nothing is reported any more. Safe from any thread, and more than once.
    func close() { loop.execute { [self] in end() } }

    // MARK: On the loop

    private func connect() {
        guard !state.value.isOver else { return }
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(.nanoseconds(client.connectTimeout.nanoseconds))
            .channelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(connection: self))
                }
            }
        bootstrap.connect(host: client.endpoint.host, port: client.endpoint.port).whenComplete { [self] result in
            switch result {
            case .success(let channel): connected(channel)
            case .failure(let error):
                let isLate = (error as? NIOConnectionError)?.connectionErrors.contains { Self.isTimeout($0.error) }
                fail(
                    isLate ?? Self.isTimeout(error)
                        ? .wyomingSilent(stage: client.stage)
                        : .wyomingUnreachable(stage: client.stage, setting: client.endpoint.setting))
            }
        }
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        if case .connectTimeout? = error as? ChannelError { true } else { false }
    }

    private func connected(_ channel: any Channel) {
        guard !state.value.isOver else { return channel.close(promise: nil) }
        // The address that was connected to, whatever the name meant a moment ago.
        guard client.egress.allows(address: channel.remoteAddress?.ipAddress) else {
            channel.close(promise: nil)
            return fail(client.egress.forbidden(host: client.endpoint.host, stage: client.stage))
        }
        state.value.channel = channel
        if state.value.waiting.readableBytes > 0 { channel.writeAndFlush(state.value.waiting, promise: nil) }
        state.value.waiting = ByteBuffer()
    }

    private func received(_ event: WyomingEvent) {
        guard !state.value.isOver else { return }
        if state.value.owesAnswer { listen() }
        if !report(.success(event)) { end() }
    }

    /// Waits for the server anew.
    private func listen() {
        guard !state.value.isOver else { return }
        state.value.silence?.cancel()
        state.value.silence = loop.scheduleTask(in: .nanoseconds(client.patience.nanoseconds)) { [self] in
            fail(.wyomingSilent(stage: client.stage))
        }
    }

    private func fail(_ error: EngineError) {
        guard !state.value.isOver else { return }
        end()
        _ = report(.failure(error))
    }

    private func end() {
        state.value.isOver = true
        state.value.silence?.cancel()
        state.value.silence = nil
        state.value.waiting = ByteBuffer()
        state.value.channel?.close(promise: nil)
        state.value.channel = nil
    }
}

extension WyomingConnection {
    /// Turns bytes into reports.
    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let connection: WyomingConnection
        private var decoder = WyomingDecoder()

        init(connection: WyomingConnection) { self.connection = connection }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            decoder.append(Self.unwrapInboundIn(data))
            do throws(WyomingDecoder.Malformed) {
                while let event = try decoder.next() { connection.received(event) }
            } catch {
                connection.fail(.wyomingMalformed(error.what, stage: connection.client.stage))
                context.close(promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            connection.fail(.wyomingLost(stage: connection.client.stage))
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            connection.fail(.wyomingLost(stage: connection.client.stage))
            context.close(promise: nil)
        }
    }
}
