import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization
import TomErrors
import TomWire

/// Opens calls to one server.
struct CallConnector: Sendable {
    /// From the TCP connect to the end of the WebSocket handshake.
    static let timeout = TimeAmount.seconds(10)
    /// The longest message taken from a server; a second of 48 kHz audio in base64 is 128 KB.
    private static let mostMessage = 1 << 20

    let url: ServerURL
    let group: any EventLoopGroup
    private let tls: NIOSSLContext?

    /// - Parameter authorityFile: PEM file of the authority to trust instead of the system's.
    /// - Throws: ``ProbeError`` `probe.bad_authority` when the file is none.
    init(url: ServerURL, authorityFile: String?, group: any EventLoopGroup) throws(ProbeError) {
        self.url = url
        self.group = group
        guard url.isSecure else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let authorityFile { configuration.trustRoots = .file(authorityFile) }
        do {
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw ProbeError(
                code: "probe.bad_authority", message: "the authority file cannot be used: \(error).",
                hint: "Give --ca-file a PEM file with certificates.", category: .invalidRequest)
        }
    }

    /// Holds one call to its end.
    /// - Returns: its record; with a `failure` when it did not come about or ended early.
    func run(
        _ caller: Caller, callID: String, token: String?, payloads: FramePayloads, board: ProgressBoard
    ) async -> CallRecord {
        let loop = group.next()
        let promise = loop.makePromise(of: CallRecord.self)
        let begun = NIODeadline.now()
        let outcome = CallOutcome(promise)
        let head = request(callID: callID, token: token)
        let (url, tls) = (self.url, self.tls)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(Self.timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, url: url, tls: tls, head: head, outcome: outcome) { channel in
                        try channel.pipeline.syncOperations.addHandlers([
                            NIOWebSocketFrameAggregator(
                                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 256,
                                maxAccumulatedFrameSize: Self.mostMessage),
                            CallHandler(
                                caller: caller, payloads: payloads, connectedFrom: begun, promise: promise, board: board
                            ),
                        ])
                    }
                }
            }
        do {
            let channel = try await bootstrap.connect(host: url.host, port: url.port).get()
            channel.eventLoop.scheduleTask(deadline: begun + Self.timeout) {
                guard !outcome.isUpgraded else { return }
                outcome.fail(.unreachable(url, reason: "the handshake took longer than 10 s"))
                channel.close(promise: nil)
            }
            let record = try await promise.futureResult.get()
            try? await channel.closeFuture.get()
            return record
        } catch {
            outcome.fail(.unreachable(url, reason: Self.reason(error)))
            return (try? await promise.futureResult.get()) ?? CallRecord()
        }
    }

    private func request(callID: String, token: String?) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", url.authority), ("Sec-WebSocket-Protocol", TomProtocol.name), ("User-Agent", "tom-probe"),
        ])
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        return HTTPRequestHead(version: .http1_1, method: .GET, uri: url.path(callID: callID), headers: headers)
    }

    /// TLS, HTTP and the upgrade; `upgraded` adds what follows it.
    private static func prepare(
        _ channel: any Channel, url: ServerURL, tls: NIOSSLContext?, head: HTTPRequestHead, outcome: CallOutcome,
        upgraded: @escaping @Sendable (any Channel) throws -> Void
    ) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            // RFC 6066 section 3: a literal address is no server name.
            let isAddress = (try? SocketAddress(ipAddress: url.host, port: 0)) != nil
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : url.host))
        }
        let upgrader = NIOWebSocketClientUpgrader(maxFrameSize: mostMessage) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                try upgraded(channel)
                outcome.handOver()
            }
        }
        let handshake = HandshakeHandler(url: url, head: head) { outcome.fail($0) }
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

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "the name “\(error.host)” cannot be resolved"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case is ChannelError: "the connection timed out"
        default: "\(error)"
        }
    }
}

/// Settles a call's promise when no WebSocket comes about; after the upgrade that is the ``CallHandler``'s to do.
final class CallOutcome: Sendable {
    private let promise: EventLoopPromise<CallRecord>
    private let state = Mutex((isUpgraded: false, isSettled: false))

    init(_ promise: EventLoopPromise<CallRecord>) { self.promise = promise }

    var isUpgraded: Bool { state.withLock { $0.isUpgraded } }

    /// The ``CallHandler`` is in place and settles the promise.
    func handOver() { state.withLock { $0.isUpgraded = true } }

    /// Ends the call with `error`, unless it is up or has ended.
    func fail(_ error: ProbeError) {
        let isFirst = state.withLock { state in
            defer { state.isSettled = true }
            return !state.isSettled && !state.isUpgraded
        }
        guard isFirst else { return }
        var record = CallRecord()
        record.failure = error
        promise.succeed(record)
    }
}
