public import NIOCore
public import NIOHTTP1
import NIOPosix
public import NIOSSL
import NIOWebSocket

/// Opens WebSockets to one server (RFC 6455 section 4.1), over TLS where there is a context for it.
public struct WebSocketConnector: Sendable {
    private let host: String
    private let port: Int
    private let tls: NIOSSLContext?
    private let timeout: TimeAmount
    private let maxMessageBytes: Int

    /// - Parameters:
    ///   - host: a name or an address, without brackets.
    ///   - tls: `nil` for a connection in the clear.
    ///   - timeout: from the TCP connect to the end of the handshake.
    ///   - maxMessageBytes: the longest message taken from the server, however it is fragmented.
    public init(host: String, port: Int, tls: NIOSSLContext?, timeout: TimeAmount, maxMessageBytes: Int) {
        self.host = host
        self.port = port
        self.tls = tls
        self.timeout = timeout
        self.maxMessageBytes = maxMessageBytes
    }

    /// Begins to connect and gives the channel once it is a WebSocket.
    /// - Parameters:
    ///   - head: the request; the fields of the upgrade itself are added to it.
    ///   - created: told of the channel before it connects, on its event loop, so that it can be closed at any time.
    ///   - admit: told of the address that was connected to, on the channel's event loop, before anything is sent there;
    ///     what it throws ends the attempt.
    ///   - upgraded: adds what takes the frames, on the channel's event loop, before any of them is read.
    /// - Returns: a future that fails with ``WebSocketFailure``.
    public func open(
        _ head: HTTPRequestHead, on loop: any EventLoop, created: @escaping @Sendable (any Channel) -> Void = { _ in },
        admit: @escaping @Sendable (SocketAddress?) throws -> Void = { _ in },
        upgraded: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        let opening = WebSocketOpening(loop: loop)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Ahead of TLS, which says hello as soon as it learns that the channel is connected.
                    try channel.pipeline.syncOperations.addHandler(PeerCheck(opening: opening, admit: admit))
                    try prepare(channel, head, opening, upgraded)
                    created(channel)
                }
            }
        let deadline = NIODeadline.now() + timeout
        bootstrap.connect(host: host, port: port).whenComplete { result in
            switch result {
            case .success(let channel):
                let timer = loop.scheduleTask(deadline: deadline) {
                    opening.fail(.timedOut)
                    channel.close(promise: nil)
                }
                opening.result.whenComplete { _ in timer.cancel() }
            case .failure(let error): opening.fail(.of(error))
            }
        }
        return opening.result
    }

    /// TLS, HTTP and the upgrade; `upgraded` adds what follows it.
    private func prepare(
        _ channel: any Channel, _ head: HTTPRequestHead, _ opening: WebSocketOpening,
        _ upgraded: @escaping @Sendable (any Channel) throws -> Void
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            // RFC 6066 section 3: a literal address is no server name.
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host))
        }
        let most = maxMessageBytes
        // What takes the frames learns of errors first: the automatic handling may close the channel ahead of that.
        let upgrader = NIOWebSocketClientUpgrader(maxFrameSize: most, automaticErrorHandling: false) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024, maxAccumulatedFrameSize: most))
                try upgraded(channel)
                opening.succeed(channel)
            }
        }
        let handshake = WebSocketHandshake(head: head, opening: opening)
        let bound = NIOLoopBound(handshake, eventLoop: channel.eventLoop)
        try pipeline.addHTTPClientHandlers(
            leftOverBytesStrategy: .forwardBytes,
            withClientUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(bound.value, promise: nil)
                }
            ))
        try pipeline.addHandler(handshake)
    }
}

/// Why no WebSocket came about.
public enum WebSocketFailure: Error {
    /// The server answered, but not with an upgrade. `body` is cut off at 64 KiB.
    case refused(status: Int, retryAfter: String?, body: [UInt8])
    /// The connection was closed in the middle of the handshake.
    case closed
    case timedOut
    /// The TCP or TLS connection failed, or the answer was no HTTP.
    case failed(any Error)

    static func of(_ error: any Error) -> WebSocketFailure {
        switch error {
        case let failure as WebSocketFailure: failure
        case ChannelError.connectTimeout: .timedOut
        case HTTPParserError.invalidEOFState: .closed
        case let error as NIOConnectionError
        where !error.connectionErrors.isEmpty && error.connectionErrors.allSatisfy(isTimeout):
            .timedOut
        default: .failed(error)
        }
    }

    private static func isTimeout(_ failure: SingleConnectionFailure) -> Bool {
        if case ChannelError.connectTimeout = failure.error { true } else { false }
    }
}

/// The one outcome of an attempt to open a WebSocket; what comes after it counts for nothing.
struct WebSocketOpening: Sendable {
    private let promise: EventLoopPromise<any Channel>
    var result: EventLoopFuture<any Channel> { promise.futureResult }

    init(loop: any EventLoop) { promise = loop.makePromise() }

    func succeed(_ channel: any Channel) { promise.succeed(channel) }
    func fail(_ failure: WebSocketFailure) { promise.fail(failure) }
}
