import MetricsTestKit
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

@testable import TomSession

/// What of a reply goes to the synthesiser, and what of its audio to the caller.
@Suite("Spoken replies")
struct SpokenReplyTests {
    @Test func theSynthesizerGetsWhatIsSpokenAndTheRecordWhatWasWritten() throws {
        let written = "We open at **9:30 am** on 10/3/2026."
        let synthesizer = ScriptedSynthesizer.making(ramp(1_600))
        let call = try SessionCall(model: ScriptedLanguageModel.saying(written), synthesizer: synthesizer)
        call.receive(.text("hi"))
        call.wait(1_000)
        #expect(synthesizer.started.list.map(\.request.text) == ["We open at 9 30 a m on October third, 2026."])
        #expect(call.texts.joined() == written)
    }

    @Test func theFirstClauseIsSpokenAlone() throws {
        let synthesizer = ScriptedSynthesizer.making(ramp(1_600))
        let answer = "Sure, I can help you with that, what day would you like? We have Monday, or any other day."
        let call = try SessionCall(model: ScriptedLanguageModel.saying(answer), synthesizer: synthesizer)
        call.receive(.text("hi"))
        call.wait(2_000)
        #expect(
            synthesizer.started.list.map(\.request.text) == [
                "Sure, I can help you with that,", "what day would you like?", "We have Monday, or any other day.",
            ])
        #expect(call.texts.joined() == answer)
        #expect(call.turnEnds == [.completed])
    }

    @Test func silenceBeforeASentenceIsLeftOutAndMeasured() throws {
        let metrics = TestMetrics()
        let samples = [Int16](repeating: 0, count: 3_200) + ramp(3_200)
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("Fine."),
            synthesizer: ScriptedSynthesizer.making(samples, chunk: 500), metrics: metrics)
        call.receive(.text("hi"))
        call.wait(1_000)
        #expect(call.link.audio() == PCM16.encode(Array(samples.dropFirst(3_200 - 240))), "15 ms of it stay")
        let silence = try metrics.expectTimer("tom_tts_leading_silence_seconds")
        #expect(silence.values == [185_000_000])
        #expect(call.turnEnds == [.completed])
    }

    @Test func aSentenceOfSilenceIsHeardAsSuch() throws {
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("Fine."),
            synthesizer: ScriptedSynthesizer.making([Int16](repeating: 0, count: 8_000), chunk: 320))
        call.receive(.text("hi"))
        call.wait(2_000)
        #expect(call.link.audio().count == 16_000)
        #expect(call.turnEnds == [.completed])
    }
}
