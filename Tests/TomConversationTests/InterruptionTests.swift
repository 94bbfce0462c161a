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
