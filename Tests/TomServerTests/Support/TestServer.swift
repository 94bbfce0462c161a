import Logging
import NIOCore
import TomServer
import TomSession

/// A server on a port of its own while `body` runs.
func withServer(
    _ factory: any CallSessionFactory = ScriptedFactory(), metrics: PrometheusRegistry = PrometheusRegistry(),
    assets: @escaping @Sendable (String) -> Asset? = { _ in nil }, messages: (any MessageListing)? = nil,
    speech: SpeechService? = nil,
    logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
    configure: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (_ port: Int, _ server: TomServer) async throws -> Void
) async throws {
    var configuration = ServerConfiguration()
    configuration.port = 0
    configuration.eventLoops = 1
    configuration.rates.connectionsPerMinute = 0
    configuration.webSocket.closeTimeout = .milliseconds(200)
    configuration.drainDeadline = .seconds(30)
    configure(&configuration)
    let server = TomServer(
        configuration: configuration, factory: factory, assets: assets, messages: messages, speech: speech,
        metrics: metrics, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        guard let port = await server.port else {
            try await group.next()
            return
        }
        do {
            try await body(port, server)
        } catch {
            server.stop()
            throw error
        }
        server.stop()
        try await group.waitForAll()
    }
}
