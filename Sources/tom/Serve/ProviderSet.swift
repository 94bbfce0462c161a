import AsyncHTTPClient
import NIOCore
import Synchronization
import TomConversation
import TomEngines
import TomProviders

/// The connections to providers that the settings ask for, one HTTP client for all of them, and the programs that stay.
final class ProviderSet: Sendable {
    let settings: Settings.Engines
    var egress: EgressPolicy { EgressPolicy(allowsPublic: settings.allowsEgress) }
    private let http: HTTPClient
    private let programs = Mutex<[PiperSynthesizer]>([])

    init(_ settings: Settings.Engines) {
        self.settings = settings
        http = Self.client(settings)
    }

    /// An HTTP client for servers that others run; who asks for it shuts it down.
    static func client(_ settings: Settings.Engines) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .nanoseconds(settings.connectTimeout.nanoseconds)
        // Silence within an answer; the conversation's own patience usually ends first.
        configuration.timeout.read = .seconds(60)
        // The next engine of the order is the better second try.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(60)
        // Every call may have a request under way at one server; the client's own limit is 8.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
        // A redirect would lead past the egress policy, and take keys along.
        configuration.redirectConfiguration = .disallow
        configuration.checkPeers(EgressPolicy(allowsPublic: settings.allowsEgress))
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes every connection and ends every program; nothing may be asked afterwards.
    func shutdown() async {
        for program in programs.withLock({ $0 }) { await program.close() }
        try? await http.shutdown()
    }

    /// Ends `program` when the set is shut down.
    func keep(_ program: PiperSynthesizer) { programs.withLock { $0.append(program) } }

    /// Runs `body` with the set and shuts it down behind it.
    func closing<Result: Sendable>(
        _ body: (ProviderSet) async throws(EngineError) -> Result
    ) async throws(EngineError) -> Result {
        do throws(EngineError) {
            let result = try await body(self)
            await shutdown()
            return result
        } catch {
            await shutdown()
            throw error
        }
    }

    /// - Throws: `<stage>.bad_url`, `<stage>.egress_forbidden`, `<stage>.host_unknown`.
    func client(_ provider: Settings.Provider, stage: String) async throws(EngineError) -> ProviderClient {
        let endpoint = try ProviderEndpoint(
            url: provider.url, key: provider.key?.value, stage: stage, names: provider.names)
        let client = ProviderClient(
            endpoint: endpoint, stage: stage, egress: egress, http: http)
        try await client.checkEgress()
        return client
    }
}
