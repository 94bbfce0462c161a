import Testing

@testable import tom

/// Settings of engines behind WebSockets, and what contradicts them.
@Suite struct WebSocketEngineSettingsTests {
    private func engines(_ environment: [String: String]) throws -> Settings.Engines {
        try Settings(SettingSources(commandLine: [:], environment: environment, dotEnv: nil, file: nil).resolve())
            .engines
    }

    private func problems(_ environment: [String: String]) -> [SettingProblem] {
        do {
            _ = try engines(environment)
            return []
        } catch let error as SettingsError {
            return error.problems
        } catch {
            return []
        }
    }

    @Test func deepgramHasDefaultsAndNeedsAKeyThere() throws {
        var environment = ["REALTIME_STT": "provider", "STT_ENGINE": "deepgram"]
        #expect(problems(environment).map(\.key) == ["STT_DEEPGRAM_KEY"])
        environment["STT_PROVIDER_KEY"] = "k"
        let deepgram = try #require(try engines(environment).deepgram)
        #expect(deepgram.url == "https://api.deepgram.com" && deepgram.model == "nova-3" && deepgram.key?.value == "k")
        environment["STT_PROVIDER_KEY"] = nil
        environment["STT_DEEPGRAM_URL"] = "http://127.0.0.1:8080"
        #expect(try engines(environment).deepgram?.key == nil, "a server of one's own may ask for none")
    }

    @Test func deepgramTakesTheProvidersSettingsWhereItIsTheProvider() throws {
        var environment = [
            "REALTIME_STT": "provider", "STT_ENGINE": "deepgram,pocketsphinx", "STT_PROVIDER_URL": "http://a",
            "STT_PROVIDER_KEY": "k", "STT_PROVIDER_MODEL": "nova-2",
        ]
        let alone = try #require(try engines(environment).deepgram)
        #expect(alone.url == "http://a" && alone.key?.value == "k" && alone.model == "nova-2")
        environment["STT_ENGINE"] = "openai,deepgram"
        #expect(problems(environment).map(\.key) == ["STT_DEEPGRAM_KEY"], "those are the other engine's")
        environment["STT_DEEPGRAM_KEY"] = "dg"
        let both = try engines(environment)
        #expect(both.deepgram?.url == "https://api.deepgram.com" && both.deepgram?.key?.value == "dg")
        #expect(both.sttProvider?.url == "http://a" && both.sttProvider?.key?.value == "k")
    }

    private static let realtime = [
        "REALTIME_LLM": "provider", "LLM_ENGINE": "openai-realtime", "LLM_PROVIDER_URL": "http://a/v1",
        "LLM_PROVIDER_KEY": "sk-1", "LLM_MODEL": "gpt-realtime",
    ]

    @Test func aSpeechModelStandsForThreeStages() throws {
        let engines = try engines(Self.realtime)
        #expect(engines.realtime?.url == "http://a/v1" && engines.realtime?.model == "gpt-realtime")
        #expect(engines.realtimeTranscriptionModel == "gpt-4o-mini-transcribe" && engines.llmProvider == nil)
        #expect(!"\(engines)".contains("sk-1"))
        let with = Self.realtime.merging(["REALTIME_STT": "local", "STT_PROVIDER_MODEL": "whisper-1"]) { $1 }
        #expect(try self.engines(with).realtimeTranscriptionModel == "whisper-1")
    }

    @Test(arguments: [
        (["REALTIME_STT": "mock"], ["REALTIME_STT"]), (["REALTIME_STT": "off"], ["REALTIME_STT"]),
        (["REALTIME_TTS": "off"], ["REALTIME_TTS"]), (["LLM_ENGINE": "openai-realtime,receptionist"], ["LLM_ENGINE"]),
        (["LLM_PROVIDER_URL": "", "LLM_MODEL": ""], ["LLM_PROVIDER_URL", "LLM_MODEL"]),
    ])
    func whatContradictsItIsSaid(change: [String: String], keys: [String]) {
        let found = problems(Self.realtime.merging(change) { $1 })
        #expect(
            found.map(\.key) == keys && found.allSatisfy { $0.reason.contains("openai-realtime") && !$0.fix.isEmpty })
    }

    @Test func whatTwoEnginesNeedIsToldOnce() {
        let change = ["LLM_ENGINE": "openai-realtime,openai", "LLM_PROVIDER_URL": "", "LLM_MODEL": ""]
        let keys = problems(Self.realtime.merging(change) { $1 }).map(\.key)
        #expect(keys.sorted() == ["LLM_ENGINE", "LLM_MODEL", "LLM_PROVIDER_URL"])
    }
}
