import Testing
import TomConversation
import TomRealtime

/// Responses as clients ask for them, on the record and beside it.
@Suite struct DialogueRequestTests {
    @Test func aRequestedResponseIsAsItWasAskedFor() throws {
        var scene = DialogueScene { $0.maxOutputTokens = 100 }
        var parameters = RealtimeResponseParameters()
        parameters.modality = .text
        parameters.maxOutputTokens = .unlimited
        parameters.metadata = ["topic": "hours"]
        let requests = scene.ask(.responseCreate(parameters)) {
            $0.begin(1, request: ResponseRequestID(1))
        }
        #expect(
            requests == [
                .respond(RealtimeResponseRequest(id: ResponseRequestID(1), parameters: parameters, context: nil))
            ])
        guard case .responseCreated(let response) = scene.sent.first else { throw Missing() }
        #expect(response.modality == .text && response.maxOutputTokens == nil)
        #expect(response.metadata == ["topic": "hours"])
        scene.begin(2)
        guard case .responseCreated(let next) = scene.sent.last else { throw Missing() }
        #expect(next.modality == .audio && next.maxOutputTokens == 100 && next.metadata == nil)
    }

    @Test func aResponsesOwnInputIsResolved() {
        var scene = DialogueScene()
        scene.create(.message(.user, [.text("Hello")]), id: "mine", number: 7)
        var parameters = RealtimeResponseParameters()
        parameters.input = [
            .reference("mine"),
            .item(RealtimeItem(id: nil, status: nil, kind: .message(.system, [.text("Be brief.")]))),
        ]
        let requests = scene.ask(.responseCreate(parameters))
        #expect(
            requests == [
                .respond(
                    RealtimeResponseRequest(
                        id: ResponseRequestID(1), parameters: parameters,
                        context: [.item(ItemID(7)), .content(.instructions("Be brief."))]))
            ])
        parameters.input = [.reference("nobodys")]
        scene.ask(.responseCreate(parameters), eventID: "e")
        #expect(scene.fault?.param == "response.input[0].id" && scene.fault?.eventID == "e")
    }

    // MARK: Beside the conversation

    @Test func aResponseOnNoRecordHasNoItemsOfTheConversations() {
        var scene = DialogueScene()
        var parameters = RealtimeResponseParameters()
        parameters.isOutOfBand = true
        parameters.modality = .text
        parameters.metadata = ["topic": "summary"]
        let request = ResponseRequestID(1)
        #expect(
            scene.ask(.responseCreate(parameters))
                == [.respondOutOfBand(.init(id: request, parameters: parameters, context: nil))])
        scene.tell(.began, of: request)
        scene.tell(.text("All is "), of: request)
        scene.tell(.text("well."), of: request)
        scene.tell(.toolCall(ToolCall(id: "c", name: "note", arguments: [:], isForClient: true)), of: request)
        scene.tell(.ended(.completed), of: request)
        #expect(
            scene.types == [
                "response.created", "response.output_item.added", "response.content_part.added",
                "response.output_text.delta", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "response.output_item.done", "response.output_item.added",
                "response.function_call_arguments.delta", "response.function_call_arguments.done",
                "response.output_item.done", "response.done",
            ])
        #expect(scene.done?.conversationID == nil && scene.done?.metadata == ["topic": "summary"])
        #expect(scene.done?.output.count == 2)
    }

    @Test func aResponseOnNoRecordIsCancelledByItsName() {
        var scene = DialogueScene()
        var parameters = RealtimeResponseParameters()
        parameters.isOutOfBand = true
        scene.ask(.responseCreate(parameters))
        scene.tell(.began, of: ResponseRequestID(1))
        #expect(scene.ask(.responseCancel("resp_s_1")) == [.cancelOutOfBand(ResponseRequestID(1))])
        scene.tell(.ended(.cancelled(.client)), of: ResponseRequestID(1))
        #expect(scene.done?.status == .cancelled(.clientCancelled))
    }
}

private struct Missing: Error {}
