import Testing
import TomConversation
import TomTestKit

/// What fuzzing (`Fuzz/run.sh`) found in conversations that a client leads.
@Suite("Client-led conversations that went wrong")
struct ClientLedRegressionTests {
    @Test func aResponseCancelledWhileItWaitsForWordsBeginsAndEnds() {
        var scene = ClientLedTests.scene(transcripts: ["what is that"]) {
            $0.turnDetection = .manual
            $0.turnPolicy.answers = false
        }
        scene.send(.manualAudioStarted)
        scene.send(.commit)
        scene.send(.respond(ResponseRequestID(1), speaks: nil))
        scene.send(.cancelResponse(nil))
        #expect(
            ClientLedTests.told(scene).suffix(2) == [
                "response r1 for 1", "over r1 cancelled(TomConversation.ResponseEnd.Canceller.client)",
            ])
        scene.send(.cancelResponse(nil))
        #expect(ClientLedTests.told(scene).last == "refused noActiveResponse")
        scene.wait(2_000)
        #expect(scene.record == ["user:what is that"])
        #expect(!scene.call.trace.contains { if case .startGeneration = $0.action { true } else { false } })
    }

    @Test func anItemThatComesWhileAToolRunsStaysBehindTheReply() {
        var scene = ClientLedTests.scene { $0.turnPolicy.answers = false }
        scene.call.onAction = { call, action in
            switch action {
            case .startGeneration(let id, _):
                call.schedule(.responseText(id, id.round == 0 ? "One moment. " : "It is saved."))
                if id.round < 2 {
                    let tool = ToolCall(id: "c\(id.round)", name: "take_message", arguments: [:])
                    call.schedule(.responseTool(id, tool))
                }
                call.schedule(.responseFinished(id))
            case .runTool(let id, let tool):
                let output = ToolOutput(callID: tool.id, succeeded: true, output: "ok")
                call.schedule(.toolFinished(id, output), in: .milliseconds(500))
            case .synthesize(let segment, _):
                call.schedule(.audioGenerated(segment, samples: 8_000))
                call.schedule(.synthesisFinished(segment))
            default: break
            }
        }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(200)
        scene.send(.insert(.typed("Hurry."), at: .end))
        scene.wait(3_000)
        #expect(ClientLedTests.told(scene).filter { $0.hasPrefix("added") } == ["added i1<-", "added i3<i1"])
        #expect(scene.call.conversation.history.filter(\.isShown).map(\.id) == [ItemID(1), ItemID(3)])
        #expect(
            scene.record == [
                "call:take_message", "output:ok", "call:take_message", "output:ok",
                "tom:One moment. It is saved. It is saved.", "typed:Hurry.",
            ])
    }

    @Test func aTruncationThatIsRefusedLetsTheResponseGoOn() {
        var scene = ClientLedTests.scene(answers: [ClientLedTests.long]) { $0.turnPolicy.answers = false }
        let script = Script(transcripts: [], answers: [ClientLedTests.long])
        scene.call.onAction = { call, action in
            guard case .synthesize(let segment, _) = action else { return script.react(&call, action) }
            call.schedule(.audioGenerated(segment, samples: 16_000))
            call.schedule(.synthesisFinished(segment), in: .seconds(3))
        }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(200)
        scene.send(.truncate(ItemID(1), audioMs: 60_000))
        let told = ClientLedTests.told(scene)
        #expect(told.last?.hasPrefix("refused beyondAudio(i1") == true)
        #expect(!told.contains { $0.hasPrefix("over") })
        scene.wait(20_000)
        #expect(ClientLedTests.told(scene).last == "over r1 completed")
    }
}
