import Testing

@testable import tom

/// Where the settings look for the servers of the engines `wyoming` and `piper`.
@Suite struct SpeechServerSettingsTests {
    private func settings(_ environment: [String: String]) throws -> Settings.SpeechServers {
        try Settings(SettingSources(environment: environment).resolve()).engines.speech
    }

    private func problems(_ environment: [String: String]) -> [SettingProblem] {
        do {
            _ = try settings(environment)
            return []
        } catch { return (error as? SettingsError)?.problems ?? [] }
    }

    private let tts = ["REALTIME_TTS": "provider"]
    private let openAI = [
        "TTS_PROVIDER_URL": "http://127.0.0.1:1/v1", "TTS_PROVIDER_MODEL": "tts-1", "TTS_VOICE": "nova",
    ]

    private func with(_ more: [String: String]...) -> [String: String] {
        more.reduce(tts) { $0.merging($1) { $1 } }
    }

    @Test func aProvidersSettingsAreTheirsWhereOpenAIIsNot() throws {
        let stt = try settings([
            "REALTIME_STT": "provider", "STT_ENGINE": "wyoming", "STT_PROVIDER_URL": "tcp://a:1",
            "STT_PROVIDER_MODEL": "m",
        ])
        #expect(stt.sttWyoming == Settings.Wyoming(url: "tcp://a:1", setting: "STT_PROVIDER_URL", name: "m"))
        let plain = try settings(with(["TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": "tcp://a:1"]))
        #expect(plain.ttsWyoming == Settings.Wyoming(url: "tcp://a:1", setting: "TTS_PROVIDER_URL", name: nil))
        let server = try settings(with(["TTS_ENGINE": "piper", "TTS_PROVIDER_URL": "http://a:1", "TTS_VOICE": "v"]))
        #expect(server.piper == .server(url: "http://a:1", setting: "TTS_PROVIDER_URL", voice: "v"))
    }

    @Test func besideOpenAIEachHasItsOwn() throws {
        let order = ["TTS_ENGINE": "openai,wyoming,piper"]
        #expect(problems(with(openAI, order)).map(\.key) == ["TTS_WYOMING_URL", "TTS_PIPER_PATH"])
        let own = ["TTS_WYOMING_URL": "tcp://a:1", "TTS_PIPER_URL": "http://a:2", "TTS_PIPER_VOICE": "v"]
        let speech = try settings(with(openAI, order, own))
        #expect(speech.ttsWyoming == Settings.Wyoming(url: "tcp://a:1", setting: "TTS_WYOMING_URL", name: nil))
        #expect(speech.piper == .server(url: "http://a:2", setting: "TTS_PIPER_URL", voice: "v"))
        let engines = try Settings(SettingSources(environment: with(openAI, order, own)).resolve()).engines
        #expect(engines.ttsVoice == "nova" && engines.ttsProvider?.url == "http://127.0.0.1:1/v1")
    }

    @Test(arguments: [("/v/a.onnx", "/v/a.onnx"), ("a.onnx", "a.onnx"), ("v/a", "v/a")])
    func aProgramsVoiceIsAPath(voice: String, path: String) throws {
        let speech = try settings(
            with(["TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/p", "TTS_VOICE": voice, "TTS_PIPER_PROCESSES": "3"]))
        #expect(speech.piper == .program(path: "/p", voice: path, processes: 3))
    }

    @Test func whatIsMissingOrContradictoryIsSaid() {
        #expect(problems(with(["TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/p"])).map(\.key) == ["TTS_PIPER_VOICE"])
        let both = ["TTS_ENGINE": "piper", "TTS_PIPER_PATH": "/p", "TTS_PIPER_URL": "http://a:1", "TTS_VOICE": "v"]
        #expect(problems(with(both)).map(\.key) == ["TTS_PIPER_URL"])
        let bad = problems(with(["TTS_ENGINE": "wyoming", "TTS_PROVIDER_URL": "127.0.0.1:10200"]))
        #expect(bad.map(\.key) == ["TTS_PROVIDER_URL"] && bad[0].fix.contains("tcp://127.0.0.1:10200"))
        #expect(problems(["TTS_ENGINE": "piper"]).isEmpty, "an engine that is not asked for needs nothing")
    }
}
