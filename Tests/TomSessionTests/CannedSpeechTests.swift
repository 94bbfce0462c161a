import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

/// TOM's own sentences, spoken once at the start.
@Suite("Canned speech")
struct CannedSpeechTests {
    private static let failure = EngineError(code: "tts.crashed", message: "it crashed", category: .server)
    private static let greeting = "Hello there."

    private var texts: Conversation.Texts {
        var texts = Conversation.Texts()
        texts.greeting = Self.greeting
        texts.apology = "I am sorry."
        return texts
    }

    /// A synthesiser whose audio tells its sentences apart.
    private static func samples(_ text: String, rate: SampleRate = .hz16000) -> [Int16] {
        (0..<rate.hertz / 2).map { Int16(truncatingIfNeeded: $0 &* 13 &+ text.count &* 100) / 8 }
    }

    private func spoken(rate: SampleRate = .hz16000) async -> (speech: CannedSpeech, failures: [EngineError]) {
        await CannedSpeech.speak(
            texts, language: "en", voice: nil,
            with: ScriptedSynthesizer { synthesis in
                let samples = Self.samples(synthesis.request.text, rate: rate)
                synthesis.deliver(.audio(Array(samples.prefix(1_000)), rate: rate))
                synthesis.deliver(.audio(Array(samples.dropFirst(1_000)), rate: rate), .finished)
            }, patience: .seconds(10))
    }

    @Test func theGreetingNeedsNoSynthesizer() async throws {
        let canned = await spoken()
        #expect(canned.failures.isEmpty)
        let synthesizer = ScriptedSynthesizer()
        let call = try SessionCall(
            synthesizer: synthesizer, greeting: Self.greeting, canned: canned.speech)
        call.wait(2_000)
        #expect(synthesizer.started.count == 0)
        #expect(call.link.audio() == PCM16.encode(Self.samples(Self.greeting)))
        #expect(call.turnEnds == [.completed])
    }

    @Test func theApologyIsHeardWhenTheSynthesizerIsWhatFailed() async throws {
        let canned = await spoken().speech
        let failing = ScriptedSynthesizer { $0.deliver(.failed(Self.failure)) }
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("Fine."), synthesizer: failing, apology: texts.apology,
            canned: canned)
        call.receive(.text("hi"))
        call.wait(3_000)
        #expect(call.notices == ["tts.crashed"])
        #expect(call.texts == ["Fine.", texts.apology])
        #expect(call.link.audio() == PCM16.encode(Self.samples(texts.apology)))
        #expect(call.turnEnds == [.failed])
    }

    @Test(arguments: [SampleRate.hz8000, .hz16000, .hz48000])
    func itIsHeardAtTheRateOfTheCall(rate: SampleRate) async throws {
        let canned = await spoken(rate: .hz22050).speech
        let call = try SessionCall(
            synthesizer: ScriptedSynthesizer(), greeting: Self.greeting, canned: canned,
            output: AudioFormat(codec: .pcm16, sampleRate: rate))
        call.wait(2_000)
        let heard = PCM16.decode(call.link.audio())
        #expect(abs(heard.count - rate.hertz / 2) <= rate.hertz / 1_000, "half a second, within a millisecond")
        // The ramp's mean is that of its source: the sentence itself, and not another, at another rate.
        let source = Self.samples(Self.greeting, rate: .hz22050)
        let mean = { (samples: [Int16]) in samples.reduce(0.0) { $0 + Double($1) } / Double(samples.count) }
        #expect(abs(mean(heard) - mean(source)) < 60)
    }

    @Test func aSentenceThatCannotBeSpokenIsLeftOutAndSaid() async throws {
        let (speech, failures) = await CannedSpeech.speak(
            texts, language: "en", voice: nil,
            with: ScriptedSynthesizer { synthesis in
                switch synthesis.request.text {
                case Self.greeting: synthesis.deliver(.failed(Self.failure))
                case "I am sorry.": synthesis.deliver(.finished)
                default: synthesis.deliver(.audio(ramp(100), rate: .hz16000), .finished)
                }
            }, patience: .seconds(10))
        #expect(failures.map(\.code) == ["tts.crashed", "tts.empty"])
        #expect(speech.audio(for: Self.greeting, at: .hz16000) == nil)
        #expect(speech.audio(for: "I am sorry.", at: .hz16000) == nil)
        #expect(speech.audio(for: "Are you still there?", at: .hz16000)?.samples == ramp(100))
    }

    /// The voice is dead, and so is every sentence after the first: the start waits once.
    @Test func aVoiceThatHangsIsWaitedForOnce() async {
        let clock = StepClock()
        let synthesizer = ScriptedSynthesizer { synthesis in
            if synthesis.request.text == Self.greeting {
                synthesis.deliver(.audio(ramp(100), rate: .hz16000), .finished)
            } else {
                synthesis.deliver(.audio(ramp(100), rate: .hz16000))
            }
        }
        async let outcome = CannedSpeech.speak(
            texts, language: "en", voice: nil, with: synthesizer, patience: .seconds(10), clock: clock)
        while synthesizer.started.count < 2 { await Task.yield() }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(10))
        let (speech, failures) = await outcome
        #expect(failures.count == texts.sentences.count - 1)
        #expect(failures.allSatisfy { $0.code == "tts.timeout" && $0.hint?.contains("TTS_TIMEOUT_MS") == true })
        #expect(synthesizer.started.count == 2, "no other sentence is tried")
        #expect(synthesizer.started[1].isCancelled)
        #expect(speech.audio(for: Self.greeting, at: .hz16000) != nil)
    }

    @Test func silenceBeforeASentenceIsLeftOut() async {
        let silence = [Int16](repeating: 0, count: 3_200)
        let (speech, _) = await CannedSpeech.speak(
            texts, language: "en", voice: nil,
            with: ScriptedSynthesizer.making(silence + Self.samples("x")), patience: .seconds(10))
        let audio = speech.audio(for: Self.greeting, at: .hz16000)?.samples ?? []
        #expect(audio.count == 240 + Self.samples("x").count, "15 ms of it stay")
    }

    @Test func whatIsPreparedIsWhatIsSaid() async throws {
        var texts = Conversation.Texts()
        texts.greeting = "Wir haben von 9-17 Uhr offen, z. B. am 3. Oktober. Was kann ich tun?"
        let synthesizer = ScriptedSynthesizer.making(Self.samples("x"))
        let (speech, failures) = await CannedSpeech.speak(
            texts, language: "de", voice: nil, with: synthesizer, patience: .seconds(10))
        #expect(failures.isEmpty)
        #expect(
            synthesizer.started.list.prefix(2).map(\.request.text) == [
                "Wir haben von 9 bis 17 Uhr offen, zum Beispiel am dritten Oktober.", "Was kann ich tun?",
            ])
        #expect(speech.audio(for: "Wir haben von 9-17 Uhr offen, z. B. am 3. Oktober.", at: .hz16000) != nil)
    }
}
