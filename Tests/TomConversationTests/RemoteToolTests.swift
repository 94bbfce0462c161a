import Testing
import TomConversation
import TomTestKit

/// Tools of tool servers that the client named: run by TOM, told of to the client.
@Suite("Remote tools of a conversation that a client leads")
struct RemoteToolTests {
    private static let tool = RemoteTool(server: "crm", name: "find")

    private static func call(_ id: String = "c1", needsApproval: Bool = false) -> ToolCall {
        ToolCall(id: id, name: "crm_find", arguments: ["name": "Ada"], isForClient: needsApproval, remote: tool)
    }

    /// The first answer calls the tool, which ends after `toolMs`; `nil`: never.
    private static func scene(
        needsApproval: Bool = false, toolMs: Int? = 100, answers: [String] = ["Ada is there."],
        _ configure: (inout Conversation.Configuration) -> Void = { _ in }
    ) -> Scene {
        var scene = ClientLedTests.scene {
            $0.turnPolicy.answers = false
            configure(&$0)
        }
        let script = Script(transcripts: [], answers: answers)
        scene.call.onAction = { scene, action in
            switch action {
            case .startGeneration(let id, _) where id.response.number == 1 && id.round == 0:
                scene.schedule(.responseText(id, "One moment."))
                scene.schedule(.responseTool(id, call(needsApproval: needsApproval)))
                scene.schedule(.responseFinished(id))
            case .runTool(let id, let call):
                guard let toolMs else { return }
                scene.schedule(
                    .toolFinished(id, ToolOutput(callID: call.id, succeeded: true, output: "found")),
                    in: .milliseconds(Int64(toolMs)))
            default: script.react(&scene, action)
            }
        }
        return scene
    }

    /// What the client was told, one word an event, of tools and responses only.
    private static func told(_ scene: Scene) -> [String] {
        scene.events.compactMap { event in
            switch event {
            case .remoteToolBegan(let call, let item, let response):
                "began \(call.remote?.name ?? "-") \(item) \(response?.description ?? "-")"
            case .remoteToolEnded(let output, let item, let response):
                "ended \(item) \(output.succeeded ? output.output : "!") \(response?.description ?? "-")"
            case .itemAdded(let item, _, _): if case .toolCall = item.content { "asks \(item.id)" } else { nil }
            case .responseBegan(let id, _, _): "response \(id)"
            case .responseEnded(let id, let end): "over \(id)\(end == .completed ? "" : " early")"
            case .refused(let refusal): "refused \(refusal)"
            default: nil
            }
        }
    }

    private static func runs(_ scene: Scene) -> Int {
        scene.call.trace.count { if case .runTool = $0.action { true } else { false } }
    }

    @Test func aToolThatNeedsNoApprovalRunsWithinTheResponse() {
        var scene = Self.scene()
        scene.send(.respond(nil, speaks: nil))
        scene.wait(3_000)
        #expect(Self.told(scene) == ["response r1", "began find i2 r1", "ended i2 found r1", "over r1"])
        #expect(scene.record == ["call:crm_find", "output:found", "tom:One moment. Ada is there."])
        // The words add up to it.
        var words = ""
        for case .responseText(let text, _, _) in scene.events { words += text }
        #expect(words == "One moment. Ada is there.")
    }

    @Test func aToolThatIsBrokenOffIsOnRecordAllTheSame() {
        var scene = Self.scene(toolMs: 500)
        scene.send(.respond(nil, speaks: nil))
        scene.wait(200)
        scene.send(.cancelResponse(nil))
        scene.wait(1_000)
        #expect(Self.told(scene) == ["response r1", "began find i2 r1", "over r1 early", "ended i2 found r1"])
        #expect(scene.record.contains("output:found"))
    }

    @Test func aToolThatNeedsApprovalEndsTheResponseAndRunsWhenItIsApproved() {
        var scene = Self.scene(needsApproval: true)
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        #expect(Self.told(scene) == ["response r1", "asks i2", "over r1"])
        #expect(Self.runs(scene) == 0)
        // The response is asked for at once, and waits for what comes of the tool.
        scene.send(.approve(ItemID(2), true, reason: nil))
        scene.send(.respond(nil, speaks: nil))
        #expect(Self.told(scene).suffix(1) == ["began find i2 -"])
        scene.wait(2_000)
        #expect(Self.told(scene).suffix(4) == ["began find i2 -", "ended i2 found -", "response r3", "over r3"])
        #expect(scene.record == ["tom:One moment.", "call:crm_find", "output:found", "tom:Ada is there."])
        #expect(Self.runs(scene) == 1)
    }

    @Test func aToolThatIsNotApprovedIsNotRunAndTheModelIsToldWhy() {
        var scene = Self.scene(needsApproval: true)
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        scene.send(.approve(ItemID(2), false, reason: " too risky "))
        scene.wait(1_000)
        #expect(Self.runs(scene) == 0)
        #expect(scene.record.last == "output:The call was not approved, and was not run. Reason: too risky")
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        #expect(scene.record.last == "tom:Ada is there.")
    }

    @Test func aCallIsDecidedOnce() {
        var scene = Self.scene(needsApproval: true)
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        scene.send(.approve(ItemID(2), true, reason: nil))
        scene.send(.approve(ItemID(2), true, reason: nil))
        #expect(Self.told(scene).last == "refused unknownItem(i2)")
        scene.wait(1_000)
        scene.send(.approve(ItemID(2), false, reason: nil))
        #expect(Self.told(scene).last == "refused unknownItem(i2)")
        // The reply is no call.
        scene.send(.approve(ItemID(1), true, reason: nil))
        #expect(Self.told(scene).last == "refused unknownItem(i1)")
        #expect(Self.runs(scene) == 1)
    }

    @Test func anApprovedToolThatDoesNotAnswerDoesNotHoldUpTheResponse() {
        var scene = Self.scene(needsApproval: true, toolMs: nil) { $0.timeouts.tool = .seconds(2) }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        scene.send(.approve(ItemID(2), true, reason: nil))
        scene.send(.respond(nil, speaks: nil))
        scene.wait(4_000)
        #expect(Self.told(scene).suffix(3) == ["ended i2 ! -", "response r3", "over r3"])
    }

    @Test func theCallsOfTwoToolsAreAnsweredTogether() {
        var scene = Self.scene()
        let script = Script(transcripts: [], answers: ["Both are there."])
        scene.call.onAction = { scene, action in
            switch action {
            case .startGeneration(let id, _) where id.round == 0:
                for name in ["a", "b"] { scene.schedule(.responseTool(id, Self.call(name))) }
                scene.schedule(.responseFinished(id))
            case .runTool(let id, let call):
                scene.schedule(
                    .toolFinished(id, ToolOutput(callID: call.id, succeeded: call.id == "a", output: call.id)),
                    in: .milliseconds(call.id == "a" ? 200 : 100))
            default: script.react(&scene, action)
            }
        }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(3_000)
        #expect(
            Self.told(scene) == [
                "response r1", "began find i1 r1", "began find i2 r1", "ended i2 ! r1", "ended i1 a r1", "over r1",
            ])
        #expect(scene.record.last == "tom:Both are there.")
    }
}
