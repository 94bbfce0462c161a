import Testing
import TomConversation
import TomRealtime

/// Tools of tool servers that the client named, from what the core tells to what the client is sent.
@Suite struct DialogueApprovalTests {
    private static let call = ToolCall(
        id: "c", name: "crm_find", arguments: ["name": "Ada"], isForClient: true,
        remote: RemoteTool(server: "crm", name: "find"))
    private static let members: [String: JSONValue] = [
        "server_label": "crm", "name": "find", "arguments": #"{"name":"Ada"}"#,
    ]

    /// A scene in which the model has called a tool that needs approval.
    private static func asked(_ dialect: RealtimeDialect = .ga) -> DialogueScene {
        var scene = DialogueScene(dialect)
        scene.begin(1)
        scene.put(Item(id: ItemID(1), turn: TurnID(1), content: .toolCall(call)), response: ResponseID(1))
        scene.tell(.responseEnded(ResponseID(1), .completed))
        return scene
    }

    private static func answer(_ request: String, _ approves: Bool, id: String? = nil) -> RealtimeClientEvent {
        let members: [String: JSONValue] = [
            "approval_request_id": .string(request), "approve": .bool(approves), "reason": "so it is",
        ]
        return .itemCreate(
            RealtimeItem(id: id, status: nil, kind: .mcp(type: "mcp_approval_response", members)), at: .end)
    }

    @Test func aCallThatNeedsApprovalIsAskedFor() {
        let scene = Self.asked()
        #expect(
            scene.types == [
                "response.created", "response.output_item.added", "conversation.item.added",
                "conversation.item.done", "response.output_item.done", "response.done",
            ])
        #expect(
            scene.done?.output == [
                RealtimeItem(
                    id: "mcpr_s_2", status: .completed, kind: .mcp(type: "mcp_approval_request", Self.members))
            ])
    }

    @Test func anApprovedCallRunsBetweenResponses() {
        var scene = Self.asked()
        scene.forget()
        let requests = scene.ask(Self.answer("mcpr_s_2", true, id: "yes")) {
            $0.tell(.remoteToolBegan(Self.call, item: ItemID(1), response: nil))
        }
        #expect(requests.last == .input(.approve(ItemID(1), true, reason: "so it is")))
        scene.tell(
            .remoteToolEnded(
                ToolOutput(callID: "c", succeeded: true, output: "found"), item: ItemID(1), response: nil))
        #expect(
            scene.types == [
                "conversation.item.added", "conversation.item.done", "conversation.item.added",
                "response.mcp_call.in_progress", "response.mcp_call.completed", "conversation.item.done",
            ])
        let ended = RealtimeItem(
            id: "mcp_s_3", status: .completed,
            kind: .mcp(
                type: "mcp_call",
                Self.members.merging(["output": "found", "approval_request_id": "mcpr_s_2"]) { _, new in new }))
        #expect(scene.sent.last == .itemDone(ended, after: "yes"))
        // Both can be asked for, although no record has them.
        for (name, kind) in [("mcp_s_3", "mcp_call"), ("yes", "mcp_approval_response")] {
            scene.ask(.itemRetrieve(name))
            guard case .itemRetrieved(let item)? = scene.sent.last, case .mcp(kind, _) = item.kind else {
                Issue.record("\(name) is not retrieved")
                continue
            }
        }
    }

    @Test func aRefusalIsForTheCore() {
        var scene = Self.asked()
        let requests = scene.ask(Self.answer("mcpr_s_2", false))
        #expect(requests.last == .input(.approve(ItemID(1), false, reason: "so it is")))
    }

    @Test func onlyWhatWaitsIsApprovedAndOnce() {
        var scene = Self.asked()
        for request in ["mcpr_s_9", "item_s_1"] {
            scene.ask(Self.answer(request, true), eventID: "e")
            #expect(scene.fault?.code == "invalid_approval_request_id" && scene.fault?.eventID == "e")
            #expect(scene.fault?.param == "item.approval_request_id")
        }
        scene.ask(Self.answer("mcpr_s_2", true))
        #expect(scene.fault == nil)
        scene.ask(Self.answer("mcpr_s_2", true))
        #expect(scene.fault?.code == "invalid_approval_request_id")
        // The request can be deleted, and then waits for nothing.
        var other = Self.asked()
        other.ask(.itemDelete("mcpr_s_2")) { $0.tell(.itemDeleted(ItemID(1))) }
        other.ask(Self.answer("mcpr_s_2", true))
        #expect(other.fault?.code == "invalid_approval_request_id")
    }

    @Test func aCallKeepsItsIndexBesideTheReplyThatGrows() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.say("One moment. ", response: 1)
        scene.tell(.remoteToolBegan(Self.call, item: ItemID(2), response: ResponseID(1)))
        scene.tell(
            .remoteToolEnded(
                ToolOutput(callID: "c", succeeded: false, output: "no"), item: ItemID(2), response: ResponseID(1)))
        scene.say("It failed.", response: 1)
        scene.endReply(1, "One moment. It failed.", response: 1)
        scene.tell(.responseEnded(ResponseID(1), .completed))
        let output = scene.done?.output
        #expect(output?.map(\.id) == ["item_s_2", "mcp_s_3"])
        #expect(output?.first?.kind == .message(.assistant, [.audio(audio: nil, transcript: "One moment. It failed.")]))
        let error: JSONValue = ["type": "tool_execution_error", "message": "no"]
        #expect(
            output?.last?.kind == .mcp(type: "mcp_call", Self.members.merging(["error": error]) { _, new in new }))
        #expect(scene.types.contains("response.mcp_call.failed"))
    }

    @Test func itemsOfNoRecordKeepTheirPlaceAmongTheOthers() {
        var scene = DialogueScene()
        scene.tell(.toolServer(server: "crm", .listing))
        scene.speak(turn: 1, item: 1)
        scene.tell(.toolServer(server: "crm", .listed([["name": "find", "input_schema": [:]]])))
        scene.speak(turn: 2, item: 2, after: ItemID(1))
        var places: [String?] = []
        for case .itemAdded(_, let previous) in scene.sent { places.append(previous) }
        #expect(places == [nil, "mcpl_s_1", "item_s_2"])
        // Behind the list stands behind nothing on the record.
        let message = RealtimeItem(id: nil, status: nil, kind: .message(.user, [.text("a")]))
        #expect(
            scene.ask(.itemCreate(message, at: .after("mcpl_s_1"))) == [.input(.insert(.typed("a"), at: .front))])
        scene.ask(.itemDelete("mcpl_s_1"))
        #expect(scene.sent.last == .itemDeleted("mcpl_s_1"))
        scene.ask(.itemRetrieve("mcpl_s_1"))
        #expect(scene.fault?.code == "item_retrieve_invalid_item_id")
    }

    @Test func theBetaHasNoEndOfAnItem() {
        var scene = Self.asked(.beta)
        scene.forget()
        scene.ask(Self.answer("mcpr_s_2", true)) {
            $0.tell(.remoteToolBegan(Self.call, item: ItemID(1), response: nil))
        }
        #expect(
            scene.types == [
                "conversation.item.created", "conversation.item.created", "response.mcp_call.in_progress",
            ])
    }

    @Test func aServerThatCannotBeListedSaysWhy() {
        var scene = DialogueScene()
        scene.tell(.toolServer(server: "crm", .listing))
        scene.tell(
            .toolServer(
                server: "crm", .failed(EngineFailure(code: "tool.refused", message: "the tool crm answered 401."))))
        #expect(
            scene.types == [
                "conversation.item.added", "mcp_list_tools.in_progress", "conversation.item.done",
                "mcp_list_tools.failed", "error",
            ])
        #expect(scene.fault?.code == "tool.refused")
        #expect(scene.fault?.message.contains("'crm'") == true && scene.fault?.message.contains("401") == true)
    }

    @Test(arguments: ["connector_id", "tunnel_id"])
    func whatOnlyTheHostedAPIHasIsRefused(member: String) {
        var scene = DialogueScene()
        let tool = JSONValue.object(["type": "mcp", "server_label": "mail", member: "connector_gmail"])
        scene.ask(.sessionUpdate(["tools": [tool]]))
        #expect(scene.fault?.code == "invalid_value" && scene.fault?.param == "session.tools[0].\(member)")
    }
}
