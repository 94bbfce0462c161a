import Testing
import TomConversation
import TomTestKit

@Suite("Engine faults")
struct EngineFaultTests {
    private let failure = EngineFailure(code: "x.failed", message: "it failed")
    private let apology = Conversation.Texts().apology

    /// A scene whose engines behave, except that `fault` may take an action for itself by returning true.
    private func notices(_ scene: Scene) -> [String] {
        scene.events.compactMap { if case .notice(let code, _) = $0 { code } else { nil } }
    }

    @Test func aFailedModelIsApologisedFor() {
        var scene = Scene.faulty { [failure] call, action in
            guard case .startGeneration(let id, _) = action else { return false }
            call.schedule(.responseFailed(id, failure))
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(8_000)
        #expect(scene.record == ["typed:hi", "tom:\(apology)"])
        #expect(scene.turnEnds().map(\.status) == [.failed])
        #expect(notices(scene) == ["x.failed"])
    }

    @Test func aModelThatNeverAnswersIsGivenUp() {
        var scene = Scene.faulty { _, action in if case .startGeneration = action { true } else { false } }
        scene.send(.typed("hi"))
        scene.wait(30_000)
        #expect(notices(scene) == ["llm.timeout"])
        #expect(scene.record.last == "tom:\(apology)")
    }

    @Test func anEmptyAnswerIsAFailure() {
        var scene = Scene.faulty { call, action in
            guard case .startGeneration(let id, _) = action else { return false }
            call.schedule(.responseFinished(id))
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(8_000)
        #expect(notices(scene) == ["llm.empty"])
        #expect(scene.turnEnds().map(\.status) == [.failed])
    }

    @Test func aFloodingModelIsCutOff() {
        var scene = Scene.faulty { call, action in
            guard case .startGeneration(let id, _) = action else { return false }
            for _ in 0..<200 { call.schedule(.responseText(id, String(repeating: "word ", count: 20))) }
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(300_000)
        #expect(notices(scene) == ["llm.too_long"])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aTranscriptThatNeverComesIsApologisedFor() {
        var scene = Scene.faulty { _, action in if case .finishTranscription = action { true } else { false } }
        scene.speak(900)
        scene.wait(30_000)
        #expect(notices(scene) == ["stt.timeout"])
        #expect(scene.record == ["user:?", "tom:\(apology)"])
    }

    @Test func duplicateAndLateResultsFallAway() {
        var scene = Scene(answers: ["Hello there."])
        scene.send(.typed("hi"))
        scene.wait(5_000)
        let before = scene.events.count
        let id = GenerationID(response: ResponseID(1), round: 0)
        scene.send(.responseText(id, "again"))
        scene.send(.responseFinished(id))
        scene.send(.audioGenerated(SegmentID(response: ResponseID(1), index: 0), samples: 800))
        scene.send(.synthesisFailed(SegmentID(response: ResponseID(1), index: 7), failure))
        scene.send(.transcriptFinal(TurnID(9), text: "ghost", language: nil, confidence: nil))
        scene.wait(5_000)
        #expect(scene.events.count == before)
    }

    @Test func aSentenceThatCannotBeSpokenIsApologisedFor() {
        var scene = Scene.faulty { [failure] call, action in
            guard case .synthesize(let segment, let text) = action, text == "Fine." else { return false }
            call.schedule(.synthesisFailed(segment, failure))
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(8_000)
        #expect(scene.record == ["typed:hi", "tom:\(apology)"])
        #expect(scene.turnEnds().map(\.status) == [.failed])
    }

    @Test func aSynthesizerThatIsDeadEndsTheTurnAllTheSame() {
        var scene = Scene.faulty { [failure] call, action in
            guard case .synthesize(let segment, _) = action else { return false }
            call.schedule(.synthesisFailed(segment, failure))
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(8_000)
        #expect(scene.turnEnds().map(\.status) == [.failed])
        #expect(scene.record == ["typed:hi"])
    }

    @Test func aToolRunsAndTheModelIsAskedAgain() {
        var scene = Scene.faulty { call, action in
            switch action {
            case .startGeneration(let id, _) where id.round == 0:
                call.schedule(.responseText(id, "One moment."))
                call.schedule(.responseTool(id, ToolCall(id: "c1", name: "take_message", arguments: [:])))
                call.schedule(.responseFinished(id))
                return true
            case .runTool(let id, let tool):
                call.schedule(
                    .toolFinished(id, ToolOutput(callID: tool.id, succeeded: true, output: "saved")),
                    in: .milliseconds(50))
                call.schedule(
                    .toolFinished(id, ToolOutput(callID: tool.id, succeeded: true, output: "twice")),
                    in: .milliseconds(60))
                return true
            default: return false
            }
        }
        scene.send(.typed("save it"))
        scene.wait(8_000)
        #expect(scene.record == ["typed:save it", "call:take_message", "output:saved", "tom:One moment. Fine."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aToolThatNeverAnswersTimesOutIntoWords() {
        var scene = Scene.faulty { call, action in
            switch action {
            case .startGeneration(let id, _) where id.round == 0:
                call.schedule(.responseTool(id, ToolCall(id: "c1", name: "slow", arguments: [:])))
                call.schedule(.responseFinished(id))
                return true
            case .runTool: return true
            default: return false
            }
        }
        scene.send(.typed("save it"))
        scene.wait(20_000)
        #expect(scene.record == ["typed:save it", "call:slow", "output:The tool did not answer in time.", "tom:Fine."])
    }

    @Test func hangingUpStopsEverything() {
        var scene = Scene(answers: ["A rather long answer that is being spoken."])
        scene.send(.typed("hi"))
        scene.wait(500)
        scene.send(.hangUp(Termination(result: .completed, reason: .callerHungUp)))
        let before = scene.call.trace.count
        scene.send(.typed("anyone?"))
        #expect(scene.call.trace.count == before)
        #expect(scene.events.last == .stopped(reason: "caller_hung_up"))
        #expect(scene.turnEnds().map(\.status) == [.interrupted])
    }
}
