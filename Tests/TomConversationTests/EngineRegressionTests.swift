import Testing
import TomConversation
import TomTestKit

/// Faults found in the core, each with the engine's behaviour that brought it out.
@Suite("Engine regressions")
struct EngineRegressionTests {
    private let failure = EngineFailure(code: "x.failed", message: "it failed")
    private let apology = Conversation.Texts().apology

    private func notices(_ scene: Scene) -> [String] {
        scene.events.compactMap { if case .notice(let code, _) = $0 { code } else { nil } }
    }

    private func runTools(_ scene: Scene) -> Int {
        scene.call.trace.count { if case .runTool = $0.action { true } else { false } }
    }

    @Test func aToolCalledTwiceUnderOneIdRunsOnceAndTheTurnEnds() {
        var scene = Scene.faulty { call, action in
            switch action {
            case .startGeneration(let id, _) where id.round == 0:
                let tool = ToolCall(id: "c1", name: "take_message", arguments: [:])
                for _ in 0..<2 { call.schedule(.responseTool(id, tool)) }
                call.schedule(.responseFinished(id))
                return true
            case .runTool(let id, let tool):
                call.schedule(.toolFinished(id, ToolOutput(callID: tool.id, succeeded: true, output: "saved")))
                return true
            default: return false
            }
        }
        scene.send(.typed("save it"))
        scene.wait(5_000)
        #expect(runTools(scene) == 1)
        #expect(scene.record == ["typed:save it", "call:take_message", "output:saved", "tom:Fine."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aModelThatFloodsToolCallsIsStopped() {
        var scene = Scene.faulty { call, action in
            guard case .startGeneration(let id, _) = action else { return false }
            for number in 0..<200 {
                call.schedule(.responseTool(id, ToolCall(id: "c\(number)", name: "tool", arguments: [:])))
            }
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(20_000)
        #expect(runTools(scene) == Conversation.Limits().maxToolCalls)
        #expect(notices(scene) == ["llm.tool_calls"])
        #expect(scene.turnEnds().map(\.status) == [.failed])
    }

    @Test func lateAudioOfAGivenUpSentenceIsNotTakenForTheApology() {
        var first: SegmentID?
        var second: SegmentID?
        var scene = Scene.faulty(answers: ["Never heard."]) { call, action in
            guard case .synthesize(let segment, let text) = action else { return false }
            if text == "Never heard." {
                first = segment
            } else {
                second = segment
            }
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(10_500)
        #expect(notices(scene) == ["tts.timeout"])
        #expect(first != nil && second != nil && first != second)
        if let first {
            #expect(!scene.call.conversation.wantsAudio(of: first))
            scene.send(.synthesisFinished(first))
        }
        if let second { #expect(scene.call.conversation.wantsAudio(of: second)) }
        #expect(notices(scene) == ["tts.timeout"])
    }

    @Test func aSynthesisStoppedByAnInterruptionIsNotGivenUpForBeingLate() {
        let long = "This is a long sentence that is being made. And a second one."
        var synthesized = 0
        var scene = Scene.faulty(answers: [long]) { call, action in
            guard case .synthesize(let segment, _) = action else { return false }
            synthesized += 1
            guard synthesized == 1 else { return false }
            // The first sentence's audio has begun and is not complete when the caller speaks.
            call.schedule(.audioGenerated(segment, samples: 48_000), in: .milliseconds(40))
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(500)
        scene.beginToSpeak()
        scene.speakOn(14_000)
        #expect(notices(scene).isEmpty)
        #expect(scene.events.contains { if case .bargeIn = $0 { true } else { false } })
    }

    @Test func aSentenceOfEndlessAudioIsCutOff() {
        var scene = Scene.faulty { call, action in
            guard case .synthesize(let segment, _) = action else { return false }
            for number in 0..<200 {
                call.schedule(.audioGenerated(segment, samples: 16_000), in: .milliseconds(number * 500))
            }
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(200_000)
        #expect(notices(scene) == ["tts.too_long"])
        let sent = scene.call.journal.reduce(0) {
            if case .audioSent(_, let samples) = $1.input { $0 + samples } else { $0 }
        }
        #expect(sent == 90 * 16_000)
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func anEngineThatAnswersByItselfIsStillToldThatTheTurnIsOver() {
        var scene = Scene()
        scene.call.onAction = { call, action in
            if case .startTranscription(let turn, _) = action {
                call.schedule(
                    .transcriptFinal(turn, text: "hello", language: nil, confidence: nil), in: .milliseconds(100))
            }
        }
        scene.speak(1_000)
        scene.wait(1_000)
        #expect(scene.call.trace.contains { $0.action == .finishTranscription(TurnID(1)) })
    }

    @Test func signsOfLifeWithoutWordsDoNotKeepACallerWaiting() {
        var scene = Scene.faulty { call, action in
            guard case .startGeneration(let id, _) = action else { return false }
            for number in 1..<20 { call.schedule(.responseMemory(id, "m"), in: .seconds(number * 5)) }
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(16_000)
        #expect(notices(scene) == ["llm.timeout"])
    }

    @Test func aSentenceThatBreaksOffIsRecordedAsFarAsItWasSpoken() {
        let long = "We are open from Monday to Friday and also on the first Saturday of every month of the year."
        var scene = Scene.faulty(answers: [long]) { [failure] call, action in
            guard case .synthesize(let segment, let text) = action, text == long else { return false }
            call.schedule(.audioGenerated(segment, samples: 16_000), in: .milliseconds(40))
            call.schedule(.synthesisFailed(segment, failure), in: .milliseconds(60))
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(15_000)
        #expect(scene.record == ["typed:hi", "tom:We are open \(apology)"])
        #expect(scene.turnEnds().map(\.status) == [.failed])
    }

    @Test func whatAToolDidIsOnRecordThoughNothingOfTheAnswerCouldBeSpoken() {
        var scene = Scene.faulty { [failure] call, action in
            switch action {
            case .startGeneration(let id, _) where id.round == 0:
                call.schedule(.responseTool(id, ToolCall(id: "c1", name: "save", arguments: [:])))
                call.schedule(.responseFinished(id))
            case .runTool(let id, let tool):
                call.schedule(.toolFinished(id, ToolOutput(callID: tool.id, succeeded: true, output: "saved")))
            case .startGeneration(let id, _):
                call.schedule(.responseMemory(id, "saved once"))
                call.schedule(.responseText(id, "It is saved."))
                call.schedule(.responseFinished(id))
            case .synthesize(let segment, _): call.schedule(.synthesisFailed(segment, failure))
            default: return false
            }
            return true
        }
        scene.send(.typed("hi"))
        scene.wait(5_000)
        #expect(scene.turnEnds().map(\.status) == [.failed])
        #expect(scene.record == ["typed:hi", "call:save", "output:saved", "tom:"])
        #expect(scene.call.conversation.history.last?.memory == "saved once")
    }
}
