import Testing

@testable import tom

@Suite struct SherpaSettingsTests {
    private func settings(_ environment: [String: String]) throws -> Settings.Engines {
        try Settings(SettingSources(environment: environment).resolve()).engines
    }

    private func problems(_ environment: [String: String]) -> [SettingProblem] {
        do {
            _ = try settings(environment)
            return []
        } catch let error as SettingsError {
            return error.problems
        } catch {
            return []
        }
    }

    private let both = ["REALTIME_STT": "provider", "REALTIME_TTS": "provider"]

    @Test func theShortNameIsTheSameEngine() throws {
        let engines = try settings(
            both.merging([
                "STT_ENGINE": "sherpa,pocketsphinx", "TTS_ENGINE": "sherpa-onnx", "STT_MODEL": "/models/stt",
                "TTS_VOICE": "/voices/amy.onnx", "STT_SHERPA_THREADS": "3",
            ]) { $1 })
        #expect(engines.sttOrder == ["sherpa-onnx", "pocketsphinx"] && engines.ttsOrder == ["sherpa-onnx"])
        #expect(engines.sherpa.sttModel == "/models/stt" && engines.sherpa.ttsModel == "/voices/amy.onnx")
        #expect(engines.sherpa.sttThreads == 3 && engines.sherpa.ttsThreads == nil)
        let twice = problems(["REALTIME_STT": "provider", "STT_ENGINE": "sherpa,sherpa-onnx", "STT_MODEL": "m"])
        #expect(twice.map(\.key) == ["STT_ENGINE"])
    }

    @Test func modelsMustBeNamed() {
        let engines = both.merging(["STT_ENGINE": "sherpa", "TTS_ENGINE": "sherpa", "TTS_VOICE": "alloy"]) { $1 }
        #expect(problems(engines).map(\.key) == ["STT_MODEL", "TTS_MODEL"])
        #expect(problems(engines.merging(["STT_MODEL": "m", "TTS_MODEL": "v"]) { $1 }).isEmpty)
    }

    @Test func numbersHaveBounds() {
        for (key, value) in [("STT_SHERPA_THREADS", "0"), ("TTS_SHERPA_SPEAKER", "-1"), ("TTS_SHERPA_THREADS", "257")] {
            #expect(problems([key: value]).map(\.key) == [key])
        }
    }
}
