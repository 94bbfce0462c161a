import TomEngines
import TomProviders

/// Checks of engines behind WebSockets: a connection is opened and closed again.
extension EngineChecks {
    func deepgram(_ agent: Agent) async -> Finding {
        guard let provider = engines.deepgram else {
            return .failed("stt", "Deepgram is not set up", fix: "Set STT_DEEPGRAM_KEY.")
        }
        return await reach("stt", "Deepgram", provider) { providers throws(EngineError) in
            try await providers.deepgram(provider).reach(language: agent.language)
        }
    }

    func realtime(_ agent: Agent) async -> Finding {
        guard let provider = engines.realtime else {
            return .failed("llm", "the Realtime API is not set up", fix: "Set LLM_PROVIDER_URL and LLM_MODEL.")
        }
        return await reach("llm", "the Realtime API", provider) { providers throws(EngineError) in
            try await providers.realtime(provider, agent: agent).reach()
        }
    }

    private func reach(
        _ stage: String, _ what: String, _ provider: Settings.Provider,
        _ body: (ProviderSet) async throws(EngineError) -> Void
    ) async -> Finding {
        let providers = ProviderSet(engines)
        let finding: Finding
        do throws(EngineError) {
            try await body(providers)
            finding = .ok(stage, "\(what) at \(provider.shownURL) answers, model \(provider.model)")
        } catch {
            finding = .failed(
                stage, "\(what) at \(provider.shownURL): \(error.message)", fix: error.hint ?? "Check the provider.",
                code: error.code)
        }
        await providers.shutdown()
        return finding
    }
}
