import Testing
import TomConversation
import TomTestKit

/// What the record holds of sentences, and of speculations, that are cut off while they are being made; and the time that an
/// engine has which took over.
@Suite("Unfinished speech")
struct UnfinishedSpeechTests {
    private static let sentence = "This is a sentence of a good length, which takes about six seconds to be spoken."

    /// A reply whose voice makes one second of audio and no more for the time being.
    private func halfMade() -> Scene {
        var scene = Scene()
        scene.call.onAction = { call, action in
            switch action {
            case .startGeneration(let id, _):
                call.schedule(.responseText(id, Self.sentence))
                call.schedule(.responseFinished(id))
            case .synthesize(let segment, _): call.schedule(.audioGenerated(segment, samples: 16_000))
            default: break
            }
        }
        scene.send(.typed("hello"))
        return scene
    }

    @Test func ofASentenceThatIsStillBeingMadeOnlyWhatWasHeardIsRecorded() {
        var scene = halfMade()
        scene.wait(1_500)
        scene.send(.typed("stop"))
        let heard = scene.events.compactMap { if case .bargeIn(_, _, let text) = $0 { text } else { nil } }
        #expect(heard == ["This is a"], "a second of speech")
        #expect(scene.record.prefix(2) == ["typed:hello", "tom~:This is a"])
    }

    @Test func anEngineThatTakesOverHasTheSameTime() {
        var scene = Scene()
        scene.call.onAction = { call, action in
            guard case .startGeneration(let id, _) = action else { return }
            call.schedule(.engineReplaced(.generation(id)), in: .seconds(14))
            call.schedule(.responseText(id, "Late."), in: .seconds(28))
        }
        scene.send(.typed("hello"))
        scene.wait(28_500)
        #expect(!scene.events.contains { if case .notice = $0 { true } else { false } })
        scene.wait(30_000)
        #expect(scene.turnEnds().map(\.status) == [.failed])
    }

    @Test func aTranscriberThatTakesOverHasTheSameTime() {
        var scene = Scene()
        scene.call.onAction = { call, action in
            guard case .finishTranscription(let turn) = action else { return }
            call.schedule(.engineReplaced(.transcription(turn)), in: .seconds(9))
            call.schedule(
                .transcriptFinal(turn, text: "hello", language: nil, confidence: nil), in: .seconds(18))
        }
        scene.speak(800)
        scene.wait(19_500)
        #expect(scene.record == ["user:hello"])
    }

    @Test func aKeyDropsWhatWasPreparedInThePause() {
        var scene = Scene(transcripts: ["what are your opening hours"], answers: ["From nine to five."])
        scene.beginToSpeak()
        scene.speakOn(900)
        scene.send(.transcriptInterim(TurnID(1), text: "what are your opening hours", turnComplete: nil))
        scene.stopSpeaking()
        scene.wait(300)
        #expect(scene.call.trace.contains { if case .startSpeculation = $0.action { true } else { false } })
        scene.send(.key("1"))
        #expect(scene.call.trace.contains { if case .discardSpeculation = $0.action { true } else { false } })
    }
}
