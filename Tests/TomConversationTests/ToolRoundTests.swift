import Testing
import TomConversation
import TomTestKit

/// Tools over several rounds of one answer, of servers that name the calls of every round alike.
@Suite("Rounds of tools")
struct ToolRoundTests {
    private func scene(
        answers: [String] = [], _ fault: @escaping (inout VirtualCall, Conversation.Action) -> Bool
    ) -> Scene {
        var scene = Scene()
        let script = Script(transcripts: [], answers: answers)
        scene.call.onAction = { call, action in
            if !fault(&call, action) { script.react(&call, action) }
        }
        return scene
    }

    @Test func aToolCalledUnderTheSameIdInALaterRoundRunsAgain() {
        var scene = scene(answers: ["Done."]) { call, action in
            switch action {
            case .startGeneration(let id, _) where id.round < 2:
                call.schedule(.responseTool(id, ToolCall(id: "call_0", name: "tool\(id.round)", arguments: [:])))
                call.schedule(.responseFinished(id))
                return true
            case .runTool(let id, let tool):
                let output = ToolOutput(callID: tool.id, succeeded: true, output: "of \(tool.name)")
                call.schedule(.toolFinished(id, output))
                return true
            default: return false
            }
        }
        scene.send(.typed("save it"))
        scene.wait(5_000)
        #expect(
            scene.record == [
                "typed:save it", "call:tool0", "output:of tool0", "call:tool1", "output:of tool1", "tom:Done.",
            ])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func aLateOutputIsNotThatOfTheNextCallOfItsName() {
        let late = Conversation.Configuration().timeouts.tool + .milliseconds(20)
        var scene = scene(answers: ["Done."]) { call, action in
            switch action {
            case .startGeneration(let id, _) where id.round < 2:
                call.schedule(.responseTool(id, ToolCall(id: "call_0", name: "tool\(id.round)", arguments: [:])))
                call.schedule(.responseFinished(id))
                return true
            case .runTool(let id, let tool):
                let output = ToolOutput(callID: tool.id, succeeded: true, output: "of \(tool.name)")
                call.schedule(.toolFinished(id, output), in: id.round == 0 ? late : .milliseconds(500))
                return true
            default: return false
            }
        }
        scene.send(.typed("save it"))
        scene.wait(60_000)
        #expect(
            scene.record.prefix(6) == [
                "typed:save it", "call:tool0", "output:The tool did not answer in time.", "call:tool1",
                "output:of tool1", "tom:Done.",
            ])
    }

    @Test func callsOfAllRoundsCountForTheLimit() {
        var scene = scene { call, action in
            switch action {
            case .startGeneration(let id, _):
                for number in 0..<9 {
                    call.schedule(.responseTool(id, ToolCall(id: "c\(number)", name: "tool", arguments: [:])))
                }
                call.schedule(.responseFinished(id))
                return true
            case .runTool(let id, let tool):
                call.schedule(.toolFinished(id, ToolOutput(callID: tool.id, succeeded: true, output: "ok")))
                return true
            default: return false
            }
        }
        scene.send(.typed("hi"))
        scene.wait(20_000)
        let ran = scene.call.trace.count { if case .runTool = $0.action { true } else { false } }
        #expect(ran == Conversation.Limits().maxToolCalls)
        #expect(scene.events.contains { if case .notice("llm.tool_calls", _) = $0 { true } else { false } })
    }
}
