import Testing
import TomConversation
import TomTestKit

/// An engine that judges pauses can ask for patience, and for nothing else.
@Suite("Judged pauses")
struct PauseTests {
    private func scene(_ transcripts: [String?] = ["hello"]) -> Scene {
        Scene({ $0.endpointing.judgesPauses = true }, transcripts: transcripts)
    }

    /// Where the pauses began that were to be judged.
    private func asked(_ scene: Scene) -> [Int] {
        scene.call.trace.compactMap { if case .judgePause(_, let audioMs) = $0.action { audioMs } else { nil } }
    }

    private func verdict(_ complete: Bool, at audioMs: Int, of turn: Int = 1) -> Conversation.Input {
        .pauseJudged(TurnID(turn), audioMs: audioMs, complete: complete, probability: complete ? 0.9 : 0.1)
    }

    @Test func eachPauseIsJudgedOnceAndOnlyWhereAnEngineIs() {
        var call = scene()
        call.speak(500)
        call.wait(200)
        call.speak(500)
        #expect(asked(call).count == 2 && asked(call)[0] < asked(call)[1])
        var without = Scene(transcripts: ["hello"])
        without.speak(500)
        #expect(asked(without).isEmpty)
    }

    @Test func anUnfinishedTurnIsGivenTheLongerSilence() {
        var call = scene()
        call.speak(500)
        call.send(verdict(false, at: asked(call)[0]))
        call.wait(2_800)
        #expect(call.record == [])
        call.wait(200)
        #expect(call.record.first == "user:hello")
        #expect(call.turnEnds().isEmpty, "the answer is still spoken")
    }

    @Test func aFinishedOneEndsAsSilenceAloneWouldEndIt() {
        var (judged, plain) = (scene(), Scene(transcripts: ["hello"]))
        for ms in [0, 20, 200] {
            judged.speak(400)
            judged.send(verdict(true, at: asked(judged).last ?? 0))
            plain.speak(400)
            judged.wait(ms)
            plain.wait(ms)
        }
        judged.wait(400)
        plain.wait(400)
        #expect(judged.record == plain.record && !plain.record.isEmpty)
    }

    @Test func wordsThatWantMoreAreNotOverruled() {
        var call = scene()
        call.speak(500)
        call.send(.transcriptInterim(TurnID(1), text: "i would like", turnComplete: false))
        call.send(verdict(true, at: asked(call)[0]))
        call.wait(2_000)
        #expect(call.record == [])
    }

    @Test func anInterimTranscriptDoesNotLiftTheVeto() {
        var call = scene()
        call.speak(500)
        call.send(verdict(false, at: asked(call)[0]))
        call.send(.transcriptInterim(TurnID(1), text: "that is all", turnComplete: true))
        call.wait(2_000)
        #expect(call.record == [])
        call.wait(1_000)
        #expect(call.record.first == "user:hello")
    }

    @Test func aVerdictThatComesLateFallsAway() {
        var call = scene(["one", "two"])
        call.speak(500)
        let first = asked(call)[0]
        call.wait(200)
        call.beginToSpeak()
        // The caller speaks again; then the pause is another one.
        call.send(verdict(false, at: first))
        call.speakOn(400)
        call.stopSpeaking()
        call.send(verdict(false, at: first))
        call.send(verdict(false, at: asked(call)[1], of: 2))
        call.wait(600)
        #expect(call.record.first == "user:one")
        // And of a turn that is over.
        call.send(verdict(false, at: asked(call)[1]))
        call.send(verdict(false, at: asked(call)[1], of: 9))
        #expect(call.record.count { $0.hasPrefix("user:") } == 1)
    }

    @Test func aVetoThatComesAfterTheLongerSilenceWouldEndsAtOnce() {
        var call = Scene(
            {
                $0.endpointing.judgesPauses = true
                $0.endpointing.minDelay = .seconds(3)
                $0.endpointing.maxDelay = .seconds(3)
            }, transcripts: ["hello"])
        call.speak(500)
        call.wait(2_890)
        call.send(verdict(false, at: asked(call)[0]))
        call.wait(40)
        #expect(call.record.first == "user:hello")
    }
}
