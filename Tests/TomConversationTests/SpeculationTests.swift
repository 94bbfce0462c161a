import Testing
import TomConversation
import TomTestKit

@Suite("Speculation")
struct SpeculationTests {
    /// A caller who pauses after words that an interim transcript holds.
    private func paused(
        on words: String = "what are your opening hours",
        _ configure: (inout Conversation.Configuration) -> Void = { _ in },
        transcript: String? = "What are your opening hours?", answers: [String] = ["From nine to five."]
    ) -> Scene {
        var scene = Scene(configure, transcripts: [transcript], answers: answers)
        scene.beginToSpeak()
        scene.speakOn(900)
        scene.send(.transcriptInterim(TurnID(1), text: words, turnComplete: nil))
        scene.stopSpeaking()
        return scene
    }

    private func outcome(_ scene: Scene) -> [String] {
        scene.call.trace.compactMap { step in
            switch step.action {
            case .startSpeculation: "begun"
            case .adoptSpeculation: "taken"
            case .discardSpeculation: "dropped"
            case .startGeneration: "asked"
            default: nil
            }
        }
    }

    @Test func anAnswerPreparedInThePauseIsThereWhenTheTurnEnds() throws {
        var scene = paused()
        scene.wait(5_000)
        #expect(outcome(scene) == ["begun", "taken"])
        #expect(scene.record == ["user:What are your opening hours?", "tom:From nine to five."])
        let latency = try #require(
            scene.events.lazy.compactMap { if case .turnEnded(_, _, _, let latency) = $0 { latency } else { nil } }
                .first)
        #expect(latency.llmFirstTokenMs == 0)
        #expect(latency.ttsFirstAudioMs == 0)
        #expect(latency.e2eMs == 520)
    }

    @Test func nothingOfItIsToldOrHeardBeforeTheTurnEnds() {
        var scene = paused()
        scene.wait(390)
        #expect(outcome(scene) == ["begun"])
        #expect(!scene.events.contains { if case .responseText = $0 { true } else { false } })
        #expect(scene.call.conversation.playoutAllowance(at: scene.call.now) == nil)
        #expect(scene.call.trace.contains { if case .synthesize = $0.action { true } else { false } })
    }

    @Test func otherWordsInTheTranscriptAskAnew() {
        var scene = paused(
            transcript: "what are your opening hours on friday", answers: ["Wrong.", "From nine to three."])
        scene.wait(5_000)
        #expect(outcome(scene) == ["begun", "dropped", "asked"])
        #expect(scene.record.last == "tom:From nine to three.")
        #expect(!scene.events.contains { if case .responseText("Wrong.", _, _) = $0 { true } else { false } })
    }

    @Test func aCallerWhoGoesOnDropsIt() {
        var scene = paused(
            transcript: "what are your opening hours on friday", answers: ["Wrong.", "Wrong.", "Right."])
        scene.wait(200)
        scene.beginToSpeak()
        #expect(outcome(scene) == ["begun", "dropped"])
        scene.speakOn(400)
        scene.stopSpeaking()
        scene.wait(5_000)
        #expect(scene.record.last == "tom:Right.")
        #expect(outcome(scene).last == "asked")
    }

    @Test func aCallerWhoPausesOftenCostsTwoRequestsAtMost() {
        var scene = paused()
        for _ in 0..<4 {
            scene.wait(200)
            scene.beginToSpeak()
            scene.speakOn(200)
            scene.stopSpeaking()
        }
        #expect(outcome(scene) == ["begun", "dropped", "begun", "dropped"])
    }

    @Test func itsToolsRunWhenTheTurnHasEnded() {
        var scene = paused(answers: [])
        scene.call.onAction = { call, action in
            switch action {
            case .startSpeculation(let id, _):
                call.schedule(
                    .responseTool(id, ToolCall(id: "c1", name: "look_up", arguments: [:])), in: .milliseconds(10))
                call.schedule(.responseFinished(id), in: .milliseconds(20))
            case .finishTranscription(let turn):
                call.schedule(
                    .transcriptFinal(turn, text: "What are your opening hours?", language: nil, confidence: nil))
            case .runTool(let id, let tool):
                call.schedule(.toolFinished(id, ToolOutput(callID: tool.id, succeeded: true, output: "9 to 5")))
            case .startGeneration(let id, _):
                call.schedule(.responseText(id, "From nine to five."))
                call.schedule(.responseFinished(id))
            case .synthesize(let segment, _):
                call.schedule(.audioGenerated(segment, samples: 8_000))
                call.schedule(.synthesisFinished(segment))
            default: break
            }
        }
        scene.wait(380)
        #expect(outcome(scene) == ["begun"])
        #expect(!scene.call.trace.contains { if case .runTool = $0.action { true } else { false } })
        scene.wait(3_000)
        #expect(
            scene.record == [
                "user:What are your opening hours?", "call:look_up", "output:9 to 5", "tom:From nine to five.",
            ])
    }

    @Test func aSpeculationThatFailsCostsNothing() {
        var scene = paused(answers: ["From nine to five."])
        let script = Script(transcripts: ["what are your opening hours"], answers: ["From nine to five."])
        scene.call.onAction = { call, action in
            if case .startSpeculation(let id, _) = action {
                call.schedule(.responseFailed(id, EngineFailure(code: "llm.x", message: "x")))
            } else {
                script.react(&call, action)
            }
        }
        scene.wait(5_000)
        #expect(scene.record == ["user:what are your opening hours", "tom:From nine to five."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test(arguments: ["", "i would like to"])
    func unfinishedOrMissingWordsBeginNothing(words: String) {
        var scene = Scene(transcripts: ["i would like to"])
        scene.beginToSpeak()
        scene.speakOn(600)
        scene.send(.transcriptInterim(TurnID(1), text: words, turnComplete: false))
        scene.stopSpeaking()
        scene.wait(300)
        #expect(outcome(scene).isEmpty)
    }

    @Test func whoSwitchesItOffGetsNone() {
        var scene = paused({ $0.speculation.isOn = false })
        scene.wait(5_000)
        #expect(outcome(scene) == ["asked"])
    }
}
