import Testing
import TomConversation
import TomTestKit

/// Engines that break off in the middle while others are there, and words that pass the time.
@Suite("Recovery")
struct RecoveryTests {
    private let failure = EngineFailure(code: "x.broke", message: "it broke")

    /// - Parameter breaks: what the first generation says before it breaks off.
    private func typed(
        _ configure: (inout Conversation.Configuration) -> Void = { _ in }, first: [Conversation.Input] = [],
        breaks: @escaping (GenerationID) -> [(Conversation.Input, Int)]
    ) -> Scene {
        var scene = Scene(configure)
        var asked = 0
        scene.call.onAction = { call, action in
            switch action {
            case .startGeneration(let id, _):
                asked += 1
                let inputs =
                    asked == 1
                    ? breaks(id) : [(.responseText(id, "The other answer."), 20), (.responseFinished(id), 20)]
                for (input, ms) in inputs { call.schedule(input, in: .milliseconds(ms)) }
            case .synthesize(let segment, let text):
                call.schedule(.audioGenerated(segment, samples: text.count * 800), in: .milliseconds(40))
                call.schedule(.synthesisFinished(segment), in: .milliseconds(40))
            default: break
            }
        }
        scene.send(.typed("hello"))
        return scene
    }

    @Test func aReplyThatBreaksOffUnheardBeginsAnewUnderAnotherID() {
        let failure = failure
        var scene = typed { [(.responseText($0, "An answer that nobody"), 10), (.responseBroke($0, failure), 30)] }
        scene.wait(3_000)
        #expect(scene.record == ["typed:hello", "tom:The other answer."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
        let ids = scene.events.compactMap { if case .responseText(_, _, let id) = $0 { id } else { nil } }
        #expect(ids == [ResponseID(1), ResponseID(2)])
        #expect(!scene.events.contains { if case .notice = $0 { true } else { false } })
    }

    @Test func aReplyThatBreaksOffHalfHeardIsApologisedFor() {
        let failure = failure
        var scene = typed { [(.responseText($0, "One. Two and"), 10), (.responseBroke($0, failure), 200)] }
        scene.wait(9_000)
        #expect(scene.turnEnds().map(\.status) == [.failed])
        #expect(scene.record.last?.hasPrefix("tom:One. I am sorry") == true)
    }

    @Test func aSentenceThatBreaksOffUnsentIsSpokenAnew() {
        let failure = failure
        var scene = Scene()
        var attempts = 0
        scene.call.onAction = { call, action in
            switch action {
            case .startGeneration(let id, _):
                call.schedule(.responseText(id, "The first sentence is this one here. The second one. "))
                call.schedule(.responseFinished(id))
            case .synthesize(let segment, let text):
                call.schedule(.audioGenerated(segment, samples: text.count * 800), in: .milliseconds(10))
                if text.hasPrefix("The second") { attempts += 1 }
                let breaks = text.hasPrefix("The second") && attempts == 1
                call.schedule(
                    breaks ? .synthesisBroke(segment, failure) : .synthesisFinished(segment), in: .milliseconds(20))
            default: break
            }
        }
        scene.send(.typed("hello"))
        scene.wait(9_000)
        #expect(scene.record.last == "tom:The first sentence is this one here. The second one.")
        #expect(scene.turnEnds().map(\.status) == [.completed])
        let kept = scene.call.trace.contains {
            if case .keepPlayout(_, let samples) = $0.action { samples > 0 } else { false }
        }
        #expect(kept)
    }

    @Test func aSlowAnswerIsBridgedByAFillerThatIsNoPartOfIt() throws {
        var scene = typed({
            $0.filler.after = .milliseconds(700)
            $0.texts.fillers = ["One moment."]
        }) { [(.responseText($0, "Here it is."), 3_000), (.responseFinished($0), 3_000)] }
        scene.wait(9_000)
        #expect(scene.record.last == "tom:One moment. Here it is.")
        let latency = try #require(
            scene.events.lazy.compactMap { if case .turnEnded(_, _, _, let latency) = $0 { latency } else { nil } }
                .first)
        #expect(latency.llmFirstTokenMs == 3_000)
        #expect(latency.e2eMs == 3_040)
    }

    @Test func aReplyBeginsAnewBehindAFiller() {
        let failure = failure
        var scene = typed({
            $0.filler.after = .milliseconds(300)
            $0.texts.fillers = ["One moment."]
        }) { [(.responseText($0, "An answer"), 2_000), (.responseBroke($0, failure), 2_010)] }
        scene.wait(9_000)
        #expect(scene.record.last == "tom:One moment. The other answer.")
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aQuickAnswerNeedsNoFiller() {
        var scene = typed({
            $0.filler.after = .milliseconds(300)
            $0.texts.fillers = ["One moment."]
        }) { [(.responseText($0, "Here it is."), 200), (.responseFinished($0), 900)] }
        scene.wait(9_000)
        #expect(scene.record.last == "tom:Here it is.")
    }
}
