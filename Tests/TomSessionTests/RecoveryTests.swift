import MetricsTestKit
import Synchronization
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomSession
import TomTestKit

/// Answers prepared in a pause, and engines that break off, through a whole session.
@Suite("Speculation and recovery")
struct RecoveryTests {
    private static let broke = EngineFailover(
        from: "first", to: "second", error: EngineError(code: "x.broke", message: "it broke", category: .server))

    /// Hears `interim` from the start and `final` at the end of the turn.
    private func transcriber(interim: String, final: String) -> ScriptedTranscriber {
        ScriptedTranscriber(
            onStart: { $0.deliver(.interim(text: interim, turnComplete: nil)) },
            onFinish: { $0.deliver(.final(Transcript(text: final))) })
    }

    @Test func anAnswerPreparedInThePauseIsPlayedWhenTheTurnEnds() throws {
        let metrics = TestMetrics()
        let model = ScriptedLanguageModel.saying("Noon.")
        let synthesizer = ScriptedSynthesizer.making(ramp(16_000))
        let call = try SessionCall(
            transcriber: transcriber(interim: "what time is it", final: "What time is it?"), model: model,
            synthesizer: synthesizer, metrics: metrics)
        call.speak(1_000)
        call.stayQuiet(400)
        #expect(model.started.count == 1 && synthesizer.started.count == 1)
        #expect(call.texts.isEmpty && call.link.audio().isEmpty)
        guard case .speech("what time is it"?, _) = model.started[0].request.history.last?.content else {
            return #expect(Bool(false), "\(model.started[0].request.history)")
        }
        call.stayQuiet(3_000)
        #expect(model.started.count == 1)
        #expect(call.texts == ["Noon."])
        #expect(call.link.audio() == PCM16.encode(ramp(16_000)))
        #expect(call.turnEnds == [.completed])
        #expect(try metrics.expectCounter("tom_speculations_total", [("outcome", "used")]).totalValue == 1)
    }

    @Test func aDiscardedAnswerIsStoppedCountedAndNeverHeard() throws {
        let metrics = TestMetrics()
        let model = ScriptedLanguageModel { generation in
            guard case .speech(let words?, _) = generation.request.history.last?.content else { return }
            generation.deliver(.text(words == "what time" ? "Which?" : "Noon."))
            if words != "what time" { generation.deliver(.finished) }
        }
        let call = try SessionCall(
            transcriber: transcriber(interim: "what time", final: "what time is it"), model: model,
            synthesizer: ScriptedSynthesizer { task in
                task.deliver(
                    .audio(
                        task.request.text == "Noon." ? ramp(8_000) : [Int16](repeating: 9, count: 8_000), rate: .hz16000
                    ))
                task.deliver(.finished)
            }, metrics: metrics)
        call.speak(1_000)
        call.stayQuiet(3_000)
        #expect(model.started.count == 2 && model.started[0].isCancelled)
        #expect(call.texts == ["Noon."])
        #expect(call.link.audio() == PCM16.encode(ramp(8_000)))
        #expect(try metrics.expectCounter("tom_speculations_total", [("outcome", "discarded")]).totalValue == 1)
    }

    @Test func aReplyThatBreaksOffUnheardComesFromTheNextModel() throws {
        let asked = Mutex<[Set<String>]>([])
        let model = ScriptedLanguageModel { generation in
            let count = asked.withLock { asked in
                asked.append(generation.request.avoiding)
                return asked.count
            }
            if count == 1 {
                generation.deliver(.text("I th"), .broke(Self.broke))
            } else {
                generation.deliver(.text("Fine."), .finished)
            }
        }
        let call = try SessionCall(model: model, synthesizer: ScriptedSynthesizer.making(ramp(8_000)))
        call.receive(.text("hello"))
        call.wait(2_000)
        #expect(asked.withLock { $0 } == [[], ["first"]])
        #expect(call.notices == ["llm.failover"])
        #expect(call.link.audio() == PCM16.encode(ramp(8_000)))
        #expect(call.turnEnds == [.completed])
        call.receive(.text("again"))
        call.wait(100)
        #expect(asked.withLock { $0.last } == [], "the next turn asks every engine again")
    }

    @Test func aSentenceThatBreaksOffUnsentComesFromTheNextVoice() throws {
        let synthesizer = ScriptedSynthesizer { task in
            guard task.request.text.hasPrefix("Two") else {
                return task.deliver(.audio(ramp(16_000), rate: .hz16000), .finished)
            }
            if task.request.avoiding.isEmpty {
                task.deliver(.audio([Int16](repeating: 9, count: 4_000), rate: .hz16000), .broke(Self.broke))
            } else {
                task.deliver(.audio(ramp(8_000), rate: .hz16000), .finished)
            }
        }
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One one one. Two two two."), synthesizer: synthesizer)
        call.receive(.text("hello"))
        call.wait(4_000)
        #expect(call.notices == ["tts.failover"])
        #expect(call.link.audio() == PCM16.encode(ramp(16_000) + ramp(8_000)))
        #expect(call.turnEnds == [.completed])
    }

    @Test func aSentenceThatBreaksOffHalfSentIsApologisedFor() throws {
        let synthesizer = ScriptedSynthesizer { task in
            guard task.request.text == "One." else { return task.deliver(.audio(ramp(800), rate: .hz16000), .finished) }
            task.deliver(.audio(ramp(16_000), rate: .hz16000))
        }
        let call = try SessionCall(model: ScriptedLanguageModel.saying("One."), synthesizer: synthesizer)
        call.receive(.text("hello"))
        call.wait(200)
        synthesizer.started[0].deliver(.broke(Self.broke))
        call.wait(8_000)
        #expect(call.notices == ["x.broke"])
        #expect(call.turnEnds == [.failed])
    }
}
