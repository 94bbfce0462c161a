import Testing
import TomConversation
import TomTestKit

/// Tools over several rounds of one answer, of servers that name the calls of every round alike.
@Suite("Rounds of tools")
struct ToolRoundTests {
    /// A model that asks for a tool in each of two rounds, under one id, as some servers give it.
    /// - Parameter delay: until the output of a round's tool.
    private func askingTwice(_ delay: @escaping (_ round: Int) -> Duration = { _ in .zero }) -> Scene {
        Scene.faulty(answers: ["Done."]) { call, action in
            switch action {
            case .startGeneration(let id, _) where id.round < 2:
                call.schedule(.responseTool(id, ToolCall(id: "call_0", name: "tool\(id.round)", arguments: [:])))
                call.schedule(.responseFinished(id))
                return true
            case .runTool(let id, let tool):
                let output = ToolOutput(callID: tool.id, succeeded: true, output: "of \(tool.name)")
                call.schedule(.toolFinished(id, output), in: delay(id.round))
                return true
            default: return false
            }
        }
    }

    @Test func aToolCalledUnderTheSameIdInALaterRoundRunsAgain() {
        var scene = askingTwice()
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
        var scene = askingTwice { $0 == 0 ? late : .milliseconds(500) }
        scene.send(.typed("save it"))
        scene.wait(60_000)
        #expect(
            scene.record.prefix(6) == [
                "typed:save it", "call:tool0", "output:The tool did not answer in time.", "call:tool1",
                "output:of tool1", "tom:Done.",
            ])
    }

    @Test func callsOfAllRoundsCountForTheLimit() {
        var scene = Scene.faulty { call, action in
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
