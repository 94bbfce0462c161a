import AsyncHTTPClient
import NIOCore
import TomConversation
import TomEngines
import TomProviders

/// The connections to providers that the settings ask for: one HTTP client for all of them.
final class ProviderSet: Sendable {
    let settings: Settings.Engines
    var egress: EgressPolicy { EgressPolicy(allowsPublic: settings.allowsEgress) }
    private let http: HTTPClient

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
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes every connection; nothing may be asked afterwards.
    func shutdown() async { try? await http.shutdown() }

    /// - Throws: `<stage>.bad_url`, `<stage>.egress_forbidden`, `<stage>.host_unknown`.
    func client(_ provider: Settings.Provider, stage: String) async throws(EngineError) -> ProviderClient {
        let endpoint = try ProviderEndpoint(url: provider.url, key: provider.key?.value, stage: stage)
        let client = ProviderClient(
            endpoint: endpoint, stage: stage, egress: egress, http: http)
        try await client.checkEgress()
        return client
    }
}
