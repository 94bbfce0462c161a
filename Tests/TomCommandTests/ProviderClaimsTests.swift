import Testing
import TomProviders

@testable import tom

/// Whose the settings of "the provider" are where several engines of an order understand them.
@Suite struct ProviderClaimsTests {
    private func engines(_ environment: [String: String]) throws -> Settings.Engines {
        try Settings(SettingSources(environment: environment).resolve()).engines
    }

    private func problems(_ environment: [String: String]) -> [SettingProblem] {
        do {
            _ = try engines(environment)
            return []
        } catch { return (error as? SettingsError)?.problems ?? [] }
    }

    private func stt(_ order: String, _ more: [String: String]) -> [String: String] {
        ["REALTIME_STT": "provider", "STT_ENGINE": order].merging(more) { $1 }
    }

    private func tts(_ order: String, _ more: [String: String]) -> [String: String] {
        ["REALTIME_TTS": "provider", "TTS_ENGINE": order].merging(more) { $1 }
    }

    @Test func anAddressThatTwoTranscribersWouldTakeIsRefused() throws {
        let shared = ["STT_PROVIDER_URL": "tcp://a:1", "STT_DEEPGRAM_KEY": "k"]
        let found = problems(stt("deepgram,wyoming", shared))
        #expect(found.map(\.key) == ["STT_PROVIDER_URL"], "told once")
        #expect(found.first?.reason == "deepgram and wyoming would each take it")
        #expect(found.first?.fix.contains("STT_DEEPGRAM_URL and STT_WYOMING_URL") == true)
        let own = try engines(stt("deepgram,wyoming", ["STT_WYOMING_URL": "tcp://a:1", "STT_PROVIDER_KEY": "k"]))
        #expect(own.deepgram?.url == "https://api.deepgram.com" && own.deepgram?.key?.value == "k")
        #expect(own.speech.sttWyoming == Settings.Wyoming(url: "tcp://a:1", setting: "STT_WYOMING_URL", name: nil))
        let model = problems(
            stt(
                "wyoming,deepgram",
                ["STT_WYOMING_URL": "tcp://a:1", "STT_DEEPGRAM_KEY": "k", "STT_PROVIDER_MODEL": "nova-2"]))
        #expect(model.map(\.key) == ["STT_PROVIDER_MODEL"])
    }

    @Test func anAddressThatTwoSynthesizersWouldTakeIsRefused() throws {
        let found = problems(tts("wyoming,piper", ["TTS_PROVIDER_URL": "tcp://a:1"]))
        #expect(found.map(\.key) == ["TTS_PROVIDER_URL"])
        #expect(found.first?.fix.contains("TTS_WYOMING_URL and TTS_PIPER_URL") == true)
        let program = ["TTS_PROVIDER_URL": "tcp://a:1", "TTS_PIPER_PATH": "/p", "TTS_PIPER_VOICE": "/v.onnx"]
        let both = try engines(tts("wyoming,piper", program)).speech
        #expect(both.ttsWyoming?.url == "tcp://a:1", "a program has no address")
    }

    @Test func aVoiceThatTwoSynthesizersWouldTakeIsRefused() throws {
        let program = ["TTS_WYOMING_URL": "tcp://a:1", "TTS_PIPER_PATH": "/p", "TTS_VOICE": "/v.onnx"]
        #expect(problems(tts("wyoming,piper", program)).map(\.key) == ["TTS_VOICE"])
        let sherpa = problems(tts("piper,sherpa", program))
        #expect(sherpa.map(\.key) == ["TTS_VOICE"] && sherpa[0].fix.contains("TTS_PIPER_VOICE and TTS_MODEL"))
        let settled = try engines(tts("piper,sherpa", program.merging(["TTS_MODEL": "/m"]) { $1 }))
        #expect(settled.sherpa.ttsModel == "/m")
        #expect(settled.speech.piper == .program(path: "/p", voice: "/v.onnx", processes: 2))
    }

    private let realtime = [
        "REALTIME_LLM": "provider", "LLM_ENGINE": "openai-realtime", "LLM_PROVIDER_URL": "http://a/v1",
        "LLM_MODEL": "m",
    ]

    @Test func aSpeechModelIsNotGivenThePathOfAVoice() throws {
        let piper = tts("piper", ["TTS_PIPER_PATH": "/p", "TTS_VOICE": "/v/x.onnx"])
        let found = problems(realtime.merging(piper) { $1 })
        #expect(found.map(\.key) == ["TTS_VOICE"] && found[0].fix.contains("TTS_PIPER_VOICE"))
    }

    @Test func theVoiceOfASpeechModelIsItsOwn() throws {
        let piper = tts("piper", ["TTS_PIPER_PATH": "/p", "TTS_VOICE": "marin"])
        #expect(problems(realtime.merging(piper) { $1 }).map(\.key) == ["TTS_PIPER_VOICE"])
        let both = try engines(realtime.merging(piper) { $1 }.merging(["TTS_PIPER_VOICE": "/v/x.onnx"]) { $1 })
        #expect(both.ttsVoice == "marin" && both.speech.piper == .program(path: "/p", voice: "/v/x.onnx", processes: 2))
    }

    @Test func theNamesAreThoseInForce() throws {
        let own = try engines(stt("deepgram", ["STT_DEEPGRAM_KEY": "k"])).deepgram?.names
        #expect(own?.key == "STT_DEEPGRAM_KEY" && own?.url == "STT_DEEPGRAM_URL")
        let common = try engines(stt("deepgram", ["STT_PROVIDER_KEY": "k", "STT_PROVIDER_URL": "http://a"])).deepgram?
            .names
        #expect(common?.key == "STT_PROVIDER_KEY" && common?.url == "STT_PROVIDER_URL")
        #expect(common?.model == "STT_DEEPGRAM_MODEL", "the one to set where none is")
    }

    @Test(arguments: [("stt", "STT", "10300"), ("tts", "TTS", "10200")])
    func aBadWyomingAddressIsBlamedOnTheSettingThatHasIt(stage: String, prefix: String, port: String) {
        let order = ["REALTIME_\(prefix)": "provider", "\(prefix)_ENGINE": "wyoming"]
        for key in ["\(prefix)_PROVIDER_URL", "\(prefix)_WYOMING_URL"] {
            let found = problems(order.merging([key: "http://a:1"]) { $1 })
            #expect(found.map(\.key) == [key] && found[0].source == "environment")
            #expect(found[0].fix == "Set \(key) to where the server listens, such as tcp://127.0.0.1:\(port).")
        }
        #expect(problems(order).map(\.key) == ["\(prefix)_WYOMING_URL"])
    }
}
