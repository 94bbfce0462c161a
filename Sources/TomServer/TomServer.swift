import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import TomConversation
public import TomSession

/// The server: HTTP, WebSocket calls, dashboard and metrics on one port.
public final class TomServer: Sendable {
    let configuration: ServerConfiguration
    let factory: any CallSessionFactory
    private let assets: @Sendable (String) -> Asset?
    private let messages: (any MessageListing)?
    private let calls: (any CallRecords)?
    let speech: SpeechService?
    private let prometheus: PrometheusRegistry
    let metrics: ServerMetrics
    let logger: Logger
    let registry: CallRegistry
    private let bound = OneShot<Int?>()
    private let drainAsked = OneShot<Void>()
    private let stopAsked = OneShot<Void>()

    /// Puts a server together; nothing is opened before `run()`.
    /// - Parameters:
    ///   - factory: makes the session of each call.
    ///   - assets: the dashboard's files by path without a leading slash; empty for the page itself.
    ///   - messages: what `GET /v1/messages` lists; `nil`: nothing.
    ///   - calls: what `GET /v1/calls/{id}` shows; `nil`: nothing.
    ///   - speech: serves `/v1/audio`; `nil`: nothing there.
    ///   - metrics: rendered at `/metrics`; the one the process's metrics system was bootstrapped with.
    public init(
        configuration: ServerConfiguration, factory: any CallSessionFactory,
        assets: @escaping @Sendable (String) -> Asset? = { _ in nil }, messages: (any MessageListing)? = nil,
        calls: (any CallRecords)? = nil, speech: SpeechService? = nil,
        metrics: PrometheusRegistry = PrometheusRegistry(), logger: Logger
    ) {
        self.configuration = configuration
        self.factory = factory
        self.assets = assets
        self.messages = messages
        self.calls = calls
        self.speech = speech
        self.prometheus = metrics
        self.logger = logger
        let serverMetrics = ServerMetrics(metrics, version: configuration.version)
        self.metrics = serverMetrics
        registry = CallRegistry(maxCalls: configuration.maxCalls) { serverMetrics.callsActive($0) }
    }

    /// The port that is listened on, once it is; `nil` when the server ended before.
    public var port: Int? { get async { await bound.value } }

    /// Begins to drain: `/readyz` answers 503 and calls are refused, live calls may go on up to the deadline; then the server
    /// stops. A second call does nothing.
    public func drain() { drainAsked.set(()) }

    /// Stops at once: live calls are told and closed.
    public func stop() { stopAsked.set(()) }

    /// Serves until drained or stopped. Cancelling the task stops at once; a graceful shutdown of a `ServiceGroup` drains.
    /// - Parameter handlingSignals: whether the first SIGTERM or SIGINT drains and the second stops.
    /// - Throws: `ServerError` when keys, certificate or a setting cannot be used; an I/O error when the port cannot be had.
    public func run(handlingSignals: Bool = false) async throws {
        defer {
            bound.set(nil)
            drainAsked.set(())
            stopAsked.set(())
        }
        let signals =
            handlingSignals ? SignalWatch { [weak self] count in count == 1 ? self?.drain() : self?.stop() } : nil
        defer { signals?.cancel() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.eventLoops))
        do {
            try await serve(on: group)
            try await group.shutdownGracefully()
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let application = try await makeApplication(group)
        var lifecycle = ServiceGroupConfiguration(
            services: [.init(service: application, successTerminationBehavior: .gracefullyShutdownGroup)], logger: quiet
        )
        // a request that is still in progress then is cut off
        lifecycle.maximumGracefulShutdownDuration = .seconds(5)
        let services = ServiceGroup(configuration: lifecycle)
        try await withGracefulShutdownHandler {
            try await withTaskCancellationHandler {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        // however the services end (the port may be taken), the conductor is not left waiting
                        defer { self.stop() }
                        try await services.run()
                    }
                    tasks.addTask { await self.conductEnd(services) }
                    while try await tasks.next() != nil {}
                }
            } onCancel: {
                self.stop()
            }
        } onGracefulShutdown: {
            self.drain()
        }
    }

    /// Waits for the order to end, lets calls finish, then ends the listener.
    private func conductEnd(_ services: ServiceGroup) async {
        await firstOf({ await self.drainAsked.value }, { await self.stopAsked.value })
        registry.beginDraining()
        logger.notice("server drains", metadata: ["calls": "\(registry.summaries.count)"])
        let deadline = configuration.drainDeadline
        await firstOf(
            { await self.registry.whenEmpty() }, { await self.stopAsked.value },
            { try? await Task.sleep(for: deadline) })
        registry.stopAll(Termination(result: .completed, reason: .draining))
        // closing takes a close frame's round trip at most; sockets that do not go are closed with the listener
        let closeTimeout = Duration.nanoseconds(configuration.webSocket.closeTimeout.nanoseconds)
        await firstOf({ await self.registry.whenEmpty() }, { try? await Task.sleep(for: closeTimeout) })
        await services.triggerGracefulShutdown()
    }

    /// Returns when the first of the waits does; the others are left to end by themselves.
    private func firstOf(_ waits: (@Sendable () async -> Void)...) async {
        let first = OneShot<Void>()
        let tasks = waits.map { wait in
            Task {
                await wait()
                first.set(())
            }
        }
        await first.value
        for task in tasks { task.cancel() }
    }

    /// Hummingbird's and the lifecycle's own lines say nothing an operator needs below a warning.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    // MARK: Assembly

    private func makeApplication(_ group: MultiThreadedEventLoopGroup) async throws -> some ApplicationProtocol {
        let verifier = try await makeVerifier()
        let keys = try configuration.authentication.keysPath.map { (path) throws(ServerError) in
            try KeyRing(path: path, logger: logger)
        }
        let access = try AccessPolicy(configuration, verifier: verifier, keys: keys)
        let surroundings = WebSocketCall.Surroundings(
            factory: factory, limits: configuration.call, rates: configuration.rates,
            maxMessageBytes: configuration.webSocket.maxMessageBytes, metrics: metrics, logger: logger)
        let routes = Routes(
            configuration: configuration, access: access, registry: registry, surroundings: surroundings,
            prometheus: prometheus, assets: AssetRoute(assets: assets), messages: messages,
            calls: calls,
            api: await makeAPI(access, group))
        return Application(
            router: routes.router(), server: try makeChannels(),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil, backlog: 1_024),
            onServerRunning: { [bound, logger] channel in
                let port = channel.localAddress?.port
                logger.notice("server listens", metadata: ["port": "\(port ?? 0)"])
                bound.set(port)
            },
            eventLoopGroupProvider: .shared(group), logger: quiet)
    }

    private func makeVerifier() async throws -> TokenVerifier? {
        let authentication = configuration.authentication
        if let secret = authentication.secret {
            if secret.utf8.count < TokenVerifier.advisedSecretBytes {
                logger.warning(
                    "the token secret is shorter than HS256 should have",
                    metadata: ["advised_bytes": "\(TokenVerifier.advisedSecretBytes)"])
            }
            return try await TokenVerifier(secret: secret)
        }
        guard let path = authentication.jwksPath else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ServerError.unreadableFile("key set", path, "it cannot be read")
        }
        return try await TokenVerifier(jwks: data, path: path)
    }

    private func makeChannels() throws -> HTTPServerBuilder {
        let metrics = metrics
        let limits = configuration.http
        let unfinished = UnfinishedConnections(
            maxOverall: limits.maxUnfinished, maxPerAddress: limits.maxUnfinishedPerAddress
        ) { metrics.connectionShed(reason: $0.rawValue) }
        let isTLS = configuration.tls != nil
        let plain = HTTPServerBuilder { responder in
            ServerChannel(responder: responder, limits: limits, isTLS: isTLS, unfinished: unfinished) {
                metrics.connectionShed(reason: "timeout")
            }
        }
        guard let files = configuration.tls else { return plain }
        return try .tls(plain, tlsConfiguration: Self.tlsConfiguration(files))
    }

    private static func tlsConfiguration(_ files: ServerConfiguration.TLSFiles) throws -> TLSConfiguration {
        let chain: [NIOSSLCertificateSource]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(files.certificatePath).map { .certificate($0) }
        } catch {
            throw ServerError.unreadableFile("certificate", files.certificatePath, "it is not a PEM certificate")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: files.keyPath, format: .pem)
        } catch { throw ServerError.unreadableFile("private key", files.keyPath, "it is not a PEM key") }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(key))
        // a WebSocket needs HTTP/1.1 here (RFC 8441 is not spoken)
        configuration.applicationProtocols = ["http/1.1"]
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}
