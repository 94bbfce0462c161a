import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// What the scripted servers have in common: a port on loopback, a count of its connections, and steps that may wait.
enum ScriptedServer {
    /// The connections of one server.
    final class Connections: Sendable {
        private let counts = Mutex((opened: 0, closed: 0))
        var opened: Int { counts.withLock { $0.opened } }
        /// Those that have ended, whoever ended them.
        var closed: Int { counts.withLock { $0.closed } }

        fileprivate func open() { counts.withLock { $0.opened += 1 } }
        fileprivate func close() { counts.withLock { $0.closed += 1 } }
    }

    /// Listens while `body` runs, which is told the port.
    /// - Parameters:
    ///   - tls: what a connection begins with; `nil`: no TLS.
    ///   - pipeline: adds what answers.
    static func serving<Result>(
        _ connections: Connections, tls: NIOSSLContext? = nil,
        pipeline: @escaping @Sendable (any Channel) throws -> Void, _ body: (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handlers = channel.pipeline.syncOperations
                    try handlers.addHandler(Counter(connections))
                    if let tls { try handlers.addHandler(NIOSSLServerHandler(context: tls)) }
                    try pipeline(channel)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(channel.localAddress?.port ?? 0)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// A port of loopback on which nobody listens.
    static func deadPort() async throws -> Int { try await serving(Connections(), pipeline: { _ in }) { $0 } }

    private final class Counter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let connections: Connections
        init(_ connections: Connections) { self.connections = connections }

        func channelActive(context: ChannelHandlerContext) {
            connections.open()
            context.fireChannelActive()
        }

        func channelInactive(context: ChannelHandlerContext) {
            connections.close()
            context.fireChannelInactive()
        }
    }
}

/// Lets servers go on when a client has passed on a part of their answer: once for each time it has.
final class Gate: Sendable {
    private struct State {
        var passes = 0
        var waiting: [@Sendable () -> Void] = []
    }
    private let state = Mutex(State())

    func pass() {
        let next = state.withLock { state -> (@Sendable () -> Void)? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.passes += 1
            return nil
        }
        next?()
    }

    func wait(_ body: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            guard state.passes > 0 else {
                state.waiting.append(body)
                return false
            }
            state.passes -= 1
            return true
        }
        if isOpen { body() }
    }
}

/// One thing that a scripted server does.
protocol ScriptStep: Sendable {
    /// What has to come about before the next step; `nil` for a step that is performed.
    var wait: ScriptWait? { get }
    func perform(on context: ChannelHandlerContext)
}

enum ScriptWait: Sendable {
    case time(TimeAmount)
    case gate(Gate)
}

extension ChannelHandlerContext {
    /// Performs `steps` in order, on the channel's event loop.
    func play<Step: ScriptStep>(_ steps: ArraySlice<Step>) {
        var rest = steps
        while let step = rest.popFirst() {
            guard let wait = step.wait else {
                step.perform(on: self)
                continue
            }
            let (later, loop) = (NIOLoopBound((context: self, steps: rest), eventLoop: eventLoop), eventLoop)
            let play: @Sendable () -> Void = { later.value.context.play(later.value.steps) }
            switch wait {
            case .time(let amount): loop.scheduleTask(in: amount, play)
            case .gate(let gate): gate.wait { loop.execute(play) }
            }
            return
        }
    }

    /// Breaks the connection by a reset.
    func reset() {
        // Lingering for no time makes the kernel send RST instead of FIN.
        _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        close(promise: nil)
    }
}
