public import TomEngines
import TomErrors

/// Connections to one server of the Wyoming protocol, within what may leave this network.
public struct WyomingClient: Sendable {
    let endpoint: WyomingEndpoint
    let stage: String
    let egress: EgressPolicy
    let connectTimeout: Duration
    /// How long the server may be silent while it owes an answer.
    let patience: Duration

    /// - Parameters:
    ///   - stage: `stt` or `tts`: how the codes of errors begin.
    ///   - patience: how long the server may be silent while it owes an answer; a conversation's own patience usually
    ///     ends first.
    public init(
        endpoint: WyomingEndpoint, stage: String, egress: EgressPolicy, connectTimeout: Duration,
        patience: Duration = .seconds(60)
    ) {
        self.endpoint = endpoint
        self.stage = stage
        self.egress = egress
        self.connectTimeout = connectTimeout
        self.patience = patience
    }

    /// Checks, for the start, whether the server's address is one that may be asked.
    /// - Throws: `<stage>.egress_forbidden`, `<stage>.host_unknown`.
    public func checkEgress() async throws(EngineError) {
        guard !egress.allowsPublic else { return }
        try await egress.admit(host: endpoint.host, stage: stage)
    }

    /// Asks the server what it can do, for `tom doctor`.
    /// - Throws: `EngineError`: `egress_forbidden`, `unreachable`, `timeout`, `connection_lost`, `malformed`,
    ///   `provider_failed`.
    public func describe() async throws(EngineError) -> WyomingInfo {
        let (answers, feed) = AsyncStream.makeStream(of: Result<WyomingEvent, EngineError>.self)
        let connection = WyomingConnection(self) { answer in
            feed.yield(answer)
            return true
        }
        defer { connection.close() }
        connection.send([.describe])
        connection.expectAnswer()
        for await answer in answers {
            switch try answer.get() {
            case .info(let info): return info
            case .error(let word): throw .wyomingFailed(word, stage: stage)
            default: continue
            }
        }
        throw EngineError(
            code: "\(stage).cancelled", message: "the request was called off.", category: .cancelled)
    }
}
