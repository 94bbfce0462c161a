import Testing
import TomConversation
import TomRealtime

/// Function calls, which the client runs, and remote tools, which TOM runs.
@Suite struct DialogueToolTests {
    @Test func aFunctionCallGoesToTheClientAndItsOutputComesBack() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.put(
            Item(
                id: ItemID(1), turn: TurnID(1),
                content: .toolCall(
                    ToolCall(id: "call_0", name: "book", arguments: ["to": "Ulm", "seats": 2], isForClient: true))),
            response: ResponseID(1))
        scene.tell(.responseEnded(ResponseID(1), .completed))
        let place = RealtimeOutputPlace(response: "resp_s_1", item: "item_s_2", outputIndex: 0)
        let begun = RealtimeItem(
            id: "item_s_2", status: .inProgress, kind: .functionCall(callID: "call_0", name: "book", arguments: ""))
        let text = #"{"seats":2,"to":"Ulm"}"#
        let ended = RealtimeItem(
            id: "item_s_2", status: .completed, kind: .functionCall(callID: "call_0", name: "book", arguments: text))
        #expect(
            scene.sent.dropFirst().dropLast() == [
                .outputItemAdded(response: "resp_s_1", outputIndex: 0, begun), .itemAdded(begun, after: nil),
                .functionArgumentsDelta(place, callID: "call_0", arguments: text),
                .functionArgumentsDone(place, callID: "call_0", name: "book", arguments: text),
                .itemDone(ended, after: nil), .outputItemDone(response: "resp_s_1", outputIndex: 0, ended),
            ])
        #expect(scene.done?.output == [ended])
        scene.forget()
        let requests = scene.create(
            .functionCallOutput(callID: "call_0", output: #"{"ok":true}"#), number: 2, after: ItemID(1))
        #expect(
            requests == [
                .input(
                    .insert(
                        .toolOutput(ToolOutput(callID: "call_0", succeeded: true, output: #"{"ok":true}"#)), at: .end))
            ])
        let output = RealtimeItem(
            id: "item_s_3", status: .completed,
            kind: .functionCallOutput(callID: "call_0", output: #"{"ok":true}"#))
        #expect(scene.sent == [.itemAdded(output, after: "item_s_2"), .itemDone(output, after: "item_s_2")])
    }

    @Test func callsOfOneNameAreToldApart() {
        var scene = DialogueScene()
        let call = ToolCall(id: "call_0", name: "book", arguments: [:], isForClient: true)
        for number in 1...2 {
            scene.begin(number)
            scene.put(
                Item(id: ItemID(number), turn: TurnID(1), content: .toolCall(call)), response: ResponseID(number))
            scene.tell(.responseEnded(ResponseID(number), .completed))
        }
        var callIDs: [String] = []
        for case .functionArgumentsDone(_, let callID, _, _) in scene.sent { callIDs.append(callID) }
        #expect(callIDs == ["call_0", "call_s_4"])
        // The core hears of the second one by its own name.
        let requests = scene.create(.functionCallOutput(callID: "call_s_4", output: "done"), number: 3)
        #expect(
            requests == [
                .input(.insert(.toolOutput(ToolOutput(callID: "call_0", succeeded: true, output: "done")), at: .end))
            ])
    }

    @Test func whatTOMsOwnToolsDoIsNotTold() {
        var scene = DialogueScene()
        scene.begin(1)
        var item = Item(
            id: ItemID(1), turn: TurnID(1), content: .toolCall(ToolCall(id: "c", name: "lookup", arguments: [:])))
        item.isShown = false
        scene.forget()
        scene.put(item, response: ResponseID(1))
        scene.put(item)
        #expect(scene.sent.isEmpty)
    }

    // MARK: Remote tools

    @Test func aRemoteToolServerIsListedAndCalled() {
        var scene = DialogueScene()
        scene.tell(.listing(server: "crm"))
        scene.tell(.listed(server: "crm", tools: [["name": "find", "input_schema": [:]]]))
        scene.begin(1)
        let call = ToolCall(id: "c", name: "find", arguments: ["name": "Ada"])
        scene.tell(.calling(call, server: "crm", response: ResponseID(1)))
        scene.tell(.called(call: "c", response: ResponseID(1), output: "found"))
        scene.tell(.responseEnded(ResponseID(1), .completed))
        #expect(
            scene.types == [
                "conversation.item.added", "mcp_list_tools.in_progress", "conversation.item.done",
                "mcp_list_tools.completed", "response.created", "response.output_item.added",
                "conversation.item.added", "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done",
                "response.mcp_call.in_progress", "response.mcp_call.completed", "conversation.item.done",
                "response.output_item.done", "response.done",
            ])
        #expect(
            scene.done?.output.map(\.kind) == [
                .mcp(
                    type: "mcp_call",
                    [
                        "server_label": "crm", "name": "find", "arguments": #"{"name":"Ada"}"#, "output": "found",
                    ])
            ])
    }

    @Test func aRemoteToolThatFailsOrIsBrokenOffHasFailed() {
        var scene = DialogueScene()
        scene.tell(.listing(server: "crm"))
        scene.tell(.listingFailed(server: "crm"))
        scene.begin(1)
        for id in ["a", "b"] {
            scene.tell(
                .calling(ToolCall(id: id, name: "find", arguments: [:]), server: "crm", response: ResponseID(1)))
        }
        scene.tell(.callFailed(call: "a", response: ResponseID(1), message: "unreachable"))
        scene.tell(.responseEnded(ResponseID(1), .cancelled(.speech)))
        #expect(scene.types.contains("mcp_list_tools.failed"))
        #expect(scene.types.filter { $0 == "response.mcp_call.failed" }.count == 2)
    }
}
