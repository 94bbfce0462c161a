import TomEngines
import TomProviders

/// Engines whose providers are asked over WebSockets.
extension ProviderSet {
    /// - Throws: `stt.bad_url`, `stt.tls`, `stt.egress_forbidden`, `stt.host_unknown`.
    func deepgram(_ provider: Settings.Provider) async throws(EngineError) -> DeepgramTranscriber {
        let transcriber = try DeepgramTranscriber(
            endpoint: try Self.endpoint(provider, stage: "stt"), model: provider.model, egress: egress,
            connectTimeout: settings.connectTimeout)
        try await transcriber.checkEgress()
        return transcriber
    }

    /// - Throws: `llm.bad_url`, `llm.tls`, `llm.egress_forbidden`, `llm.host_unknown`.
    func realtime(_ provider: Settings.Provider, agent: Agent) async throws(EngineError) -> RealtimeModel {
        let model = try RealtimeModel(
            endpoint: try Self.endpoint(provider, stage: "llm"), model: provider.model, voice: settings.ttsVoice,
            transcriptionModel: settings.realtimeTranscriptionModel, agent: agent, egress: egress,
            connectTimeout: settings.connectTimeout)
        try await model.checkEgress()
        return model
    }

    /// `ws` and `wss` are taken for their HTTP counterparts.
    private static func endpoint(
        _ provider: Settings.Provider, stage: String
    ) throws(EngineError) -> ProviderEndpoint {
        let isWebSocket = ["ws://", "wss://"].contains { provider.url.lowercased().hasPrefix($0) }
        let url = isWebSocket ? "http" + provider.url.dropFirst(2) : provider.url
        return try ProviderEndpoint(url: url, key: provider.key?.value, stage: stage, names: provider.names)
    }
}
