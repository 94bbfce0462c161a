import Testing
import TomConversation
import TomTestKit

@Suite("Interruption")
struct InterruptionTests {
    private static let long = "This is the first sentence of a long answer. Here comes the second one. And a third."

    /// A scene in which TOM has just begun to speak `long`.
    private func speaking(
        transcripts: [String?] = ["what is that", "stop it"],
        configure: (inout Conversation.Configuration) -> Void = { _ in }
    ) -> Scene {
        var scene = Scene(configure, transcripts: transcripts, answers: [Self.long, "Sorry."])
        scene.speak(800)
        scene.wait(2_500)
        return scene
    }

    private func bargeIns(_ scene: Scene) -> [(heardMs: Int, text: String)] {
        scene.events.compactMap { if case .bargeIn(_, let ms, let text) = $0 { (ms, text) } else { nil } }
    }

    @Test func speechStopsTheReplyAndCutsTheRecordToWhatWasHeard() {
        var scene = speaking()
        scene.speak(700)
        scene.wait(5_000)
        #expect(bargeIns(scene).count == 1)
        #expect(scene.turnEnds().map(\.status) == [.interrupted, .completed])
        let cut = scene.record[1]
        #expect(cut.hasPrefix("tom~:This is the first"))
        #expect(cut.count < "tom~:".count + Self.long.count / 2 + 10)
        #expect(scene.record.suffix(2) == ["user:stop it", "tom:Sorry."])
    }

    @Test func aCoughLeavesTheReplyAlone() {
        var scene = speaking()
        scene.speak(200)
        scene.wait(10_000)
        #expect(bargeIns(scene).isEmpty)
        #expect(scene.record.last == "tom:\(Self.long)")
    }

    @Test func aNoiseHoldsTheReplyWhichIsThenResumed() {
        var scene = speaking(transcripts: ["what is that", nil])
        scene.speak(500)
        scene.wait(12_000)
        #expect(bargeIns(scene).count == 1)
        #expect(scene.turnEnds().map(\.status) == [.completed])
        #expect(scene.record == ["user:what is that", "tom:\(Self.long)"])
    }

    @Test func theResumedReplyHasItsOwnIdAndStartsAtTheSentenceCutOff() {
        var scene = speaking(transcripts: ["what is that", nil])
        scene.wait(700)
        scene.speak(500)
        scene.wait(12_000)
        let spoken = scene.call.trace.compactMap { entry -> String? in
            if case .synthesize(let segment, let text) = entry.action { "\(segment.response): \(text)" } else { nil }
        }
        #expect(spoken.suffix(2) == ["r2: Here comes the second one.", "r2: And a third."])
    }

    @Test func aBackchannelIsNoInterruption() {
        var scene = speaking(transcripts: ["what is that", "Mhm, okay"]) {
            $0.interruption.backchannels = ["mhm", "okay"]
        }
        scene.speak(600)
        scene.wait(12_000)
        #expect(scene.turnEnds().map(\.status) == [.completed])
        #expect(scene.record.last == "tom:\(Self.long)")
    }

    @Test func theClientsInterruptionTakesEffectAtOnce() {
        var scene = speaking()
        scene.send(.clientInterrupted(playedMs: 1_000))
        #expect(bargeIns(scene).map(\.heardMs) == [1_000])
        #expect(scene.turnEnds().map(\.status) == [.interrupted])
        #expect(scene.record.last == "tom~:This is the first")
    }

    @Test func aClientThatClaimsMoreThanWasSentIsNotBelieved() {
        var scene = speaking()
        scene.send(.clientInterrupted(playedMs: 1_000_000))
        #expect(bargeIns(scene)[0].heardMs < 4_000)
    }

    @Test func speechBeforeTheFirstSoundReplacesTheAnswer() {
        var scene = Scene(transcripts: ["one", "two"], answers: ["First.", "Second."])
        scene.call.onAction = { [script = Script(transcripts: ["one", "two"], answers: ["Second."])] call, action in
            if case .startGeneration(let id, _) = action, id.response == ResponseID(1) { return }
            script.react(&call, action)
        }
        scene.speak(800)
        scene.wait(1_000)
        scene.speak(800)
        scene.wait(4_000)
        #expect(scene.record == ["user:one", "user:two", "tom:Second."])
        #expect(scene.turnEnds().map(\.status) == [.interrupted, .completed])
        #expect(bargeIns(scene).isEmpty)
    }

    /// A scene whose model takes `ms` to answer; a noise that comes meanwhile is not understood.
    private func thinking(_ ms: Int, then second: String? = nil, answers: [String] = ["Fine."]) -> Scene {
        var scene = Scene { $0.interruption.backchannels = ["okay"] }
        let script = Script(transcripts: ["one", second], answers: answers)
        scene.call.onAction = { call, action in
            guard case .startGeneration(let id, _) = action else { return script.react(&call, action) }
            let answer = script.nextAnswer()
            call.schedule(.responseText(id, answer), in: .milliseconds(ms))
            call.schedule(.responseFinished(id), in: .milliseconds(ms))
        }
        return scene
    }

    @Test(arguments: [100, 900, 3_000])
    func aNoiseWhileTOMThinksDoesNotCostTheAnswer(answerMs: Int) {
        var scene = thinking(answerMs)
        scene.speak(800)
        scene.wait(450)
        scene.speak(500)
        scene.wait(6_000)
        #expect(scene.record == ["user:one", "tom:Fine."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
        #expect(bargeIns(scene).isEmpty, "nothing was heard that could be cut")
    }

    @Test func aBackchannelWhileTOMThinksIsNoTurn() {
        var scene = thinking(2_000, then: "Okay.")
        scene.speak(800)
        scene.wait(700)
        scene.speak(500)
        scene.wait(6_000)
        #expect(scene.record == ["user:one", "tom:Fine."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aTypedTurnThatMeetsANoiseIsAnswered() {
        var scene = Scene(transcripts: [nil], answers: ["Fine."])
        scene.beginToSpeak()
        scene.speakOn(400)
        scene.send(.typed("hi"))
        #expect(scene.turnEnds().isEmpty, "the caller may still say something that changes the answer")
        scene.stopSpeaking()
        scene.wait(5_000)
        #expect(scene.record == ["typed:hi", "tom:Fine."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aTypedTurnThatMeetsWordsIsAnsweredTogetherWithThem() {
        var scene = Scene(transcripts: ["and where"], answers: ["Never heard.", "Both."])
        scene.beginToSpeak()
        scene.speakOn(400)
        scene.send(.typed("when"))
        scene.stopSpeaking()
        scene.wait(5_000)
        #expect(scene.record == ["typed:when", "user:and where", "tom:Both."])
        #expect(scene.turnEnds().map(\.status) == [.interrupted, .completed])
    }

    @Test func aTranscriptThatComesWhileTheCallerMakesANoiseIsAnswered() {
        var scene = thinking(30)
        scene.speak(800)
        // The turn ends 500 ms after the speech; its transcript comes 20 ms later, in the middle of a noise.
        scene.wait(90)
        scene.speak(500)
        scene.wait(6_000)
        #expect(scene.record.last == "tom:Fine.")
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aQuestionThatWasNeverHeardIsNotExpectedToBeAnsweredAlsoAfterItWasResumed() {
        var scene = Scene(transcripts: [nil])
        let script = Script(transcripts: [nil], answers: [])
        scene.call.onAction = { call, action in
            guard case .startGeneration(let id, _) = action else { return script.react(&call, action) }
            call.schedule(.responseExpects(id, .yesNo))
            call.schedule(.responseText(id, Self.long))
            call.schedule(.responseFinished(id))
        }
        scene.beginToSpeak()
        scene.send(.typed("hi"))
        scene.speakOn(200)
        scene.stopSpeaking()
        scene.wait(20)
        #expect(scene.call.conversation.expectation == .yesNo, "the question has begun")
        scene.send(.playoutAdvanced(ResponseID(1), playedMs: 0))
        scene.beginToSpeak()
        scene.speakOn(400)
        scene.stopSpeaking()
        scene.wait(700)
        let resumed = scene.call.journal.contains {
            if case .audioSent(ResponseID(2), _) = $0.input { true } else { false }
        }
        #expect(resumed)
        scene.send(.clientInterrupted(playedMs: 0))
        #expect(scene.record == ["typed:hi"])
        #expect(scene.call.conversation.expectation == .open)
    }

    @Test func aReplyWaitsWhileTheCallerSpeaks() {
        var scene = Scene(answers: ["Hello."])
        scene.send(.typed("hi"))
        scene.beginToSpeak()
        scene.wait(150)
        #expect(!scene.call.journal.contains { if case .audioSent = $0.input { true } else { false } })
    }

    @Test func playbackReportsOverruleTheClock() {
        var scene = speaking()
        scene.send(.playoutAdvanced(ResponseID(1), playedMs: 300))
        scene.send(.clientInterrupted(playedMs: nil))
        #expect(bargeIns(scene).map(\.heardMs) == [300])
    }
}
