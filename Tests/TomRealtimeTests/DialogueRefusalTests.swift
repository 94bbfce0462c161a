import Testing
import TomConversation
import TomRealtime

/// The session's own settings, and what is refused.
@Suite struct DialogueRefusalTests {
    @Test func aSessionBeginsWithItself() {
        let ga = DialogueScene()
        #expect(ga.dialogue.opened() == [.sessionCreated(ga.dialogue.session)])
        let beta = DialogueScene(.beta)
        #expect(beta.dialogue.opened() == [.sessionCreated(beta.dialogue.session), .conversationCreated(id: "conv_s")])
    }

    @Test func anUpdateHoldsOnceItIsConfigured() {
        var scene = DialogueScene()
        var wanted = scene.dialogue.session
        wanted.instructions = "Be brief."
        let requests = scene.ask(.sessionUpdate(["type": "realtime", "instructions": "Be brief."])) {
            $0.configured()
        }
        #expect(requests == [.configure(wanted)])
        #expect(scene.sent == [.sessionUpdated(wanted)])
        #expect(scene.dialogue.session == wanted)
    }

    @Test func anUpdateThatCannotBeConfiguredChangesNothing() {
        var scene = DialogueScene()
        let before = scene.dialogue.session
        scene.ask(.sessionUpdate(["type": "realtime", "instructions": "Be brief."]), eventID: "e1") {
            #expect(
                $0.dialogue.fault(RealtimeFault(code: "x", message: "No."))
                    == .error(RealtimeFault(code: "x", message: "No.", eventID: "e1")))
        }
        scene.configured()
        #expect(scene.dialogue.session == before && scene.sent.isEmpty)
    }

    @Test func aBadUpdateIsRefusedWithItsMember() {
        var scene = DialogueScene()
        scene.ask(.sessionUpdate(["type": "realtime", "output_modalities": ["smoke"]]), eventID: "e1")
        #expect(scene.fault?.eventID == "e1")
        #expect(scene.fault?.param?.hasPrefix("session.output_modalities") == true)
    }

    @Test func theVoiceIsSettledOnceTheAssistantHasSpoken() {
        var scene = DialogueScene()
        let update = RealtimeClientEvent.sessionUpdate(["type": "realtime", "audio": ["output": ["voice": "bert"]]])
        guard case .configure(let wanted) = scene.ask(update).first else {
            Issue.record("the voice could not be changed")
            return
        }
        #expect(wanted.voice == "bert")
        scene.reply("Hello.", item: 1, response: 1)
        scene.ask(update)
        #expect(scene.fault?.code == "cannot_update_voice" && scene.fault?.param == "session.audio.output.voice")
        var parameters = RealtimeResponseParameters()
        parameters.voice = "bert"
        scene.ask(.responseCreate(parameters))
        #expect(scene.fault?.code == "cannot_update_voice" && scene.fault?.param == "response.audio.output.voice")
        parameters.voice = "anna"
        guard case .respond = scene.ask(.responseCreate(parameters)).first else {
            Issue.record("the session's own voice was refused")
            return
        }
    }

    @Test func writtenRepliesLeaveTheVoiceOpen() {
        var scene = DialogueScene { $0.modality = .text }
        scene.reply("Hello.", item: 1, response: 1)
        let requests = scene.ask(.sessionUpdate(["type": "realtime", "audio": ["output": ["voice": "bert"]]]))
        guard case .configure = requests.first else {
            Issue.record("the voice could not be changed")
            return
        }
    }

    @Test func theOutputFormatWaitsForTheResponsesEnd() {
        var scene = DialogueScene()
        let update = RealtimeClientEvent.sessionUpdate([
            "type": "realtime", "audio": ["output": ["format": ["type": "audio/pcmu"]]],
        ])
        scene.begin(1)
        scene.ask(update)
        #expect(scene.fault?.param == "session.audio.output.format")
        scene.tell(.responseEnded(ResponseID(1), .completed))
        guard case .configure(let wanted) = scene.ask(update).first else {
            Issue.record("the format could not be changed")
            return
        }
        #expect(wanted.outputFormat == .mu)
    }

    @Test func theTypeOfASessionIsSettledOnceAnythingWasSaid() {
        var scene = DialogueScene()
        let update = RealtimeClientEvent.sessionUpdate(["type": "transcription"])
        guard case .configure = scene.ask(update).first else {
            Issue.record("the type could not be chosen")
            return
        }
        scene.speak(turn: 1, item: 1)
        scene.ask(update)
        #expect(scene.fault?.param == "session.type")
    }

    // MARK: Refusals

    @Test func anEmptyBufferCannotBeCommitted() {
        var scene = DialogueScene()
        scene.ask(.audioCommit, eventID: "e1") { $0.tell(.refused(.nothingToCommit)) }
        #expect(scene.fault?.code == "input_audio_buffer_commit_empty" && scene.fault?.eventID == "e1")
    }

    @Test func cancellingNothingFailsInTheWordsThatClientsKnow() {
        var scene = DialogueScene()
        scene.ask(.responseCancel(nil), eventID: "e1") { $0.tell(.refused(.noActiveResponse)) }
        #expect(scene.fault?.code == "response_cancel_not_active" && scene.fault?.eventID == "e1")
        #expect(scene.fault?.message.hasPrefix("Cancellation failed: no active response found") == true)
        scene.ask(.responseCancel("resp_s_9"))
        #expect(scene.fault?.code == "response_cancel_not_active" && scene.fault?.param == "response_id")
        #expect(scene.fault?.message.hasPrefix("Cancellation failed: no active response found") == true)
    }

    @Test func oneResponseAtATimeIsOnTheRecord() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.ask(.responseCreate(RealtimeResponseParameters()), eventID: "e1") {
            $0.tell(.refused(.responseIsActive(ResponseID(1))))
        }
        #expect(scene.fault?.code == "conversation_already_has_active_response" && scene.fault?.eventID == "e1")
        #expect(scene.fault?.message.contains("active response in progress: resp_s_1") == true)
        scene.ask(.responseCreate(RealtimeResponseParameters())) { $0.tell(.refused(.responseIsActive(nil))) }
        #expect(scene.fault?.code == "conversation_already_has_active_response" && scene.fault?.eventID == nil)
    }

    @Test(arguments: [
        (RealtimeClientEvent.itemRetrieve("nobodys"), "item_retrieve_invalid_item_id"),
        (.itemDelete("nobodys"), "item_delete_invalid_item_id"),
        (.itemTruncate("nobodys", contentIndex: 0, audioEndMs: 0), "item_truncate_invalid_item_id"),
    ])
    func anItemThatIsNotThereIsRefused(event: RealtimeClientEvent, code: String) {
        var scene = DialogueScene()
        #expect(scene.ask(event, eventID: "e1").count == 1)
        #expect(scene.fault?.code == code && scene.fault?.param == "item_id" && scene.fault?.eventID == "e1")
    }

    @Test(arguments: [
        (RealtimeClientEvent.itemDelete("a"), "item_delete_invalid_item_id"),
        (.itemTruncate("a", contentIndex: 0, audioEndMs: 0), "item_truncate_invalid_item_id"),
        (.itemRetrieve("a"), "item_retrieve_invalid_item_id"),
        (
            .itemCreate(
                RealtimeItem(id: nil, status: nil, kind: .message(.user, [.text("Hi")])), at: .after("a")),
            "item_create_invalid_previous_item_id"
        ),
    ])
    func anItemThatTheRecordHasDroppedIsRefused(event: RealtimeClientEvent, code: String) {
        var scene = DialogueScene()
        scene.create(.message(.user, [.text("Hello")]), id: "a", number: 1)
        scene.ask(event, eventID: "e1") { $0.tell(.refused(.unknownItem(ItemID(1)))) }
        #expect(scene.fault?.code == code && scene.fault?.eventID == "e1")
    }

    @Test func onlyTheAudioThatWasGivenCanBeCut() {
        var scene = DialogueScene()
        scene.reply("Hello.", item: 1, response: 1)
        let beyond = RealtimeClientEvent.itemTruncate("item_s_2", contentIndex: 0, audioEndMs: 5_000)
        scene.ask(beyond, eventID: "e1") {
            $0.tell(.refused(.beyondAudio(ItemID(1), durationMs: 900)))
        }
        #expect(scene.fault?.code == "invalid_value" && scene.fault?.param == "audio_end_ms")
        #expect(scene.fault?.message.contains("900 ms") == true && scene.fault?.message.contains("5000 ms") == true)
        scene.ask(.itemTruncate("item_s_2", contentIndex: 1, audioEndMs: 0))
        #expect(scene.fault?.param == "content_index")
        scene.ask(.itemTruncate("item_s_2", contentIndex: 0, audioEndMs: -1))
        #expect(scene.fault?.param == "audio_end_ms")
        scene.ask(.itemTruncate("item_s_2", contentIndex: 0, audioEndMs: 0)) {
            $0.tell(.refused(.notSpoken(ItemID(1))))
        }
        #expect(scene.fault?.code == "item_truncate_invalid_item_id")
    }

    @Test func theOutputBufferIsTheClients() {
        var scene = DialogueScene()
        scene.ask(.outputAudioClear, eventID: "e1")
        #expect(scene.fault?.code == "unsupported_event" && scene.fault?.eventID == "e1")
    }

    @Test func whatComesLaterIsNotBecauseOfTheLastEvent() {
        var scene = DialogueScene()
        scene.ask(.audioAppend, eventID: "e1")
        scene.tell(.refused(.nothingToCommit))
        #expect(scene.fault?.eventID == nil)
    }
}
