import NIOCore
import NIOPosix
import Synchronization

/// A TCP connection that tests drive byte by byte.
final class TestSocket: Sendable {
    struct Closed: Error {}

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        (self.channel, self.inbox) = (channel, inbox)
    }

    /// - Parameter handlers: put before the test's own, such as TLS.
    static func connect(
        _ port: Int, reading: Bool = true, handlers: @escaping @Sendable () throws -> [any ChannelHandler] = { [] }
    ) async throws -> TestSocket {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reading)
            .channelOption(.socketOption(.so_rcvbuf), value: reading ? 262_144 : 4_096)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(try handlers() + [inbox.handler()])
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TestSocket(channel: channel, inbox: inbox)
    }

    func send(_ bytes: some Sequence<UInt8>) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func send(_ text: String) async throws { try await send(text.utf8) }

    /// Sends without waiting for it to arrive anywhere.
    func post(_ bytes: some Sequence<UInt8>) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func closeOutput() async throws { try await channel.close(mode: .output) }

    func close() async { try? await channel.close() }

    /// Waits until `take` finds what it looks for at the front of the bytes; what it takes is removed.
    /// - Throws: `Closed` when the peer closed before.
    func read<T: Sendable>(_ take: @escaping @Sendable (inout [UInt8]) throws -> T?) async throws -> T {
        while true {
            let (seen, closed) = (inbox.version, inbox.isClosed)
            if let found = try inbox.take(take) { return found }
            if closed { throw Closed() }
            try await inbox.changed(since: seen)
        }
    }

    /// Waits until the peer has closed.
    func waitForClose() async throws {
        while true {
            let seen = inbox.version
            if inbox.isClosed { return }
            try await inbox.changed(since: seen)
        }
    }
}

/// What arrived, and who waits for more.
private final class Inbox: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var closed = false
        var version = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
        var nextWaiter = 0
    }
    private let state = Mutex(State())

    var version: Int { state.withLock { $0.version } }
    var isClosed: Bool { state.withLock { $0.closed } }

    func take<T: Sendable>(_ take: (inout [UInt8]) throws -> T?) rethrows -> T? {
        var bytes = state.withLock { state -> [UInt8] in
            defer { state.bytes = [] }
            return state.bytes
        }
        defer {
            let rest = bytes
            state.withLock { $0.bytes = rest + $0.bytes }
        }
        return try take(&bytes)
    }

    func changed(since seen: Int) async throws {
        let id = state.withLock {
            $0.nextWaiter += 1
            return $0.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let ready = state.withLock { state in
                    if state.version == seen, !Task.isCancelled { state.waiters[id] = continuation }
                    return state.waiters[id] == nil
                }
                if ready { continuation.resume() }
            }
            try Task.checkCancellation()
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    private func change(_ body: (inout [UInt8], inout Bool) -> Void) {
        let waiters = state.withLock { state in
            body(&state.bytes, &state.closed)
            state.version += 1
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    func handler() -> some ChannelHandler { Handler(inbox: self) }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox
        init(inbox: Inbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Array(Self.unwrapInboundIn(data).readableBytesView)
            inbox.change { all, _ in all += bytes }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let event = event as? ChannelEvent, event == .inputClosed { inbox.change { $1 = true } }
        }

        func channelInactive(context: ChannelHandlerContext) { inbox.change { $1 = true } }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
