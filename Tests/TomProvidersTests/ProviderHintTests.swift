import NIOHTTP1
import Testing
import TomEngines

@testable import TomProviders

/// Whoever follows a hint must change something by it: hints name the settings that are in force.
@Suite("Hints of providers", .timeLimit(.minutes(1)))
struct ProviderHintTests {
    private static let deepgram = ProviderSettingNames.deepgram(
        url: "STT_DEEPGRAM_URL", key: "STT_DEEPGRAM_KEY", model: "STT_DEEPGRAM_MODEL")

    /// The hint for what Deepgram answers to the handshake.
    private func deepgramHint(_ steps: [ScriptedHTTP.Step]) async throws -> String {
        try await ScriptedHTTP.serving(steps) { server in
            let transcriber = try DeepgramTranscriber(
                endpoint: ProviderEndpoint(
                    url: "http://127.0.0.1:\(server.port)", key: "k", stage: "stt", names: Self.deepgram),
                model: "nova-3", egress: EgressPolicy(allowsPublic: false), connectTimeout: .seconds(20))
            let error = await #expect(throws: EngineError.self) { try await transcriber.reach(language: "en") }
            return try #require(error?.hint)
        }
    }

    @Test func deepgramNamesItsOwnSettings() async throws {
        #expect(
            try await deepgramHint([ScriptedHTTP.head("401 Unauthorized"), .text("{}"), .close])
                == "Set STT_DEEPGRAM_KEY to a key that may use the model.")
        #expect(
            try await deepgramHint([ScriptedHTTP.head("404 Not Found"), .text("{}"), .close])
                == "Check STT_DEEPGRAM_URL and STT_DEEPGRAM_MODEL.")
        #expect(
            try await deepgramHint([.text("nonsense\r\n\r\n"), .close])
                == "Check that STT_DEEPGRAM_URL names Deepgram's API.")
    }

    @Test func aBadURLIsToldWithTheExampleOfItsEngine() {
        let error = #expect(throws: EngineError.self) {
            try ProviderEndpoint(url: "tcp://127.0.0.1:1", key: nil, stage: "stt", names: Self.deepgram)
        }
        #expect(error?.hint == "Write STT_DEEPGRAM_URL as https://api.deepgram.com.")
        let model = #expect(throws: EngineError.self) { try ProviderEndpoint(url: "x", key: nil, stage: "llm") }
        #expect(model?.hint == "Write LLM_PROVIDER_URL as http://127.0.0.1:11434/v1.")
    }

    /// What Piper's server is answered with, its address set by `TTS_PIPER_URL`.
    private func piperHint(port: Int) async throws -> String? {
        try await withHTTP { http in
            let endpoint = try ProviderEndpoint(
                url: "http://127.0.0.1:\(port)", key: nil, stage: "tts", names: .piper(url: "TTS_PIPER_URL"))
            let client = ProviderClient(
                endpoint: endpoint, stage: "tts", egress: EgressPolicy(allowsPublic: false), http: http)
            return await Provider.piper.ask(client).error?.hint
        }
    }

    @Test func pipersServerNamesItsOwnSetting() async throws {
        let port = try await ScriptedHTTP.serving([]) { $0.port }
        #expect(try await piperHint(port: port) == "Check TTS_PIPER_URL and that the provider runs.")
        let hint = try await ScriptedHTTP.serving([ScriptedHTTP.head("404 Not Found"), .close]) {
            try await piperHint(port: $0.port)
        }
        #expect(hint == "Check TTS_PIPER_URL.", "it has no model")
    }

    @Test func anOpenAICompatibleEngineNamesTheProvidersSettings() {
        func hint(_ stage: String) -> String? {
            EngineError.status(.notFound, stage: stage, reason: nil, retryAfter: nil).hint
        }
        #expect(hint("llm") == "Check LLM_PROVIDER_URL and LLM_MODEL.")
        #expect(hint("tts") == "Check TTS_PROVIDER_URL and TTS_PROVIDER_MODEL.")
    }

    @Test(arguments: [("stt", "10300"), ("tts", "10200")])
    func aWyomingServerNamesTheSettingThatSaysWhereItIs(stage: String, port: String) {
        let error = #expect(throws: EngineError.self) {
            try WyomingEndpoint(url: "http://a:1", stage: stage, setting: "X_PROVIDER_URL")
        }
        #expect(error?.hint == "Write X_PROVIDER_URL as tcp://127.0.0.1:\(port).")
        #expect(
            EngineError.wyomingUnreachable(stage: stage, setting: "X_PROVIDER_URL").hint
                == "Check X_PROVIDER_URL, and that the server runs.")
    }
}
