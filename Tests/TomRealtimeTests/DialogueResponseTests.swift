import Testing
import TomConversation
import TomRealtime

/// What the assistant says, does and breaks off.
@Suite struct DialogueResponseTests {
    private static let place = RealtimeContentPlace(
        RealtimeOutputPlace(response: "resp_s_1", item: "item_s_2", outputIndex: 0), contentIndex: 0)

    private static func assistant(
        _ status: RealtimeItem.Status, _ parts: [RealtimeItem.Part], id: String = "item_s_2"
    ) -> RealtimeItem { RealtimeItem(id: id, status: status, kind: .message(.assistant, parts)) }

    @Test func aSpokenReplyComesInTheOrderOfTheAPI() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.say("Good ", response: 1)
        scene.say("morning.", response: 1)
        scene.tell(.responseAudioStarted(response: ResponseID(1), turn: TurnID(1)))
        #expect(scene.dialogue.audioTarget(of: ResponseID(1)) != nil)
        scene.tell(.responseAudioEnded(response: ResponseID(1)))
        scene.endReply(1, "Good morning.", response: 1)
        let usage = RealtimeUsage(input: .init(text: 20), output: .init(text: 4))
        scene.tell(.responseEnded(ResponseID(1), .completed), usage: usage)
        let begun = Self.assistant(.inProgress, [])
        let ended = Self.assistant(.completed, [.audio(audio: nil, transcript: "Good morning.")])
        var response = RealtimeResponse(
            id: "resp_s_1", conversationID: "conv_s", modality: .audio,
            maxOutputTokens: nil, outputFormat: .pcm, voice: "anna")
        #expect(scene.sent.first == .responseCreated(response))
        #expect(
            scene.sent.dropFirst().dropLast() == [
                .outputItemAdded(response: "resp_s_1", outputIndex: 0, begun), .itemAdded(begun, after: nil),
                .contentPartAdded(Self.place, .audio(transcript: "")),
                .audioTranscriptDelta(Self.place, "Good "), .audioTranscriptDelta(Self.place, "morning."),
                .audioDone(Self.place), .audioTranscriptDone(Self.place, "Good morning."),
                .contentPartDone(Self.place, .audio(transcript: "Good morning.")), .itemDone(ended, after: nil),
                .outputItemDone(response: "resp_s_1", outputIndex: 0, ended),
            ])
        (response.status, response.output, response.usage) = (.completed, [ended], usage)
        #expect(scene.sent.last == .responseDone(response))
        #expect(scene.dialogue.audioTarget(of: ResponseID(1)) == nil)
    }

    @Test func aWrittenReplyHasTextEvents() {
        var scene = DialogueScene { $0.modality = .text }
        scene.reply("Good morning.", item: 1, response: 1)
        #expect(
            scene.types == [
                "response.created", "response.output_item.added", "conversation.item.added",
                "response.content_part.added", "response.output_text.delta", "response.output_text.done",
                "response.content_part.done", "conversation.item.done", "response.output_item.done", "response.done",
            ])
        #expect(scene.done?.output == [Self.assistant(.completed, [.text("Good morning.")])])
        #expect(scene.dialogue.audioTarget(of: ResponseID(1)) == nil)
    }

    @Test func aReplyStandsBehindTheTurnItAnswers() {
        var scene = DialogueScene()
        scene.speak(turn: 1, item: 1)
        scene.forget()
        scene.reply("Yes.", item: 2, response: 1, after: ItemID(1))
        for case .itemAdded(_, let after) in scene.sent { #expect(after == "item_s_1") }
        for case .itemDone(_, let after) in scene.sent { #expect(after == "item_s_1") }
    }

    // MARK: Breaking off

    @Test func aCallerWhoSpeaksUpEndsTheResponse() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.say("Our opening hours", response: 1)
        scene.forget()
        scene.tell(.utteranceBegan(turn: TurnID(2), audioMs: 5_000))
        scene.endReply(1, "Our opening", interrupted: true, response: 1)
        scene.tell(.responseEnded(ResponseID(1), .cancelled(.speech)))
        #expect(
            scene.types == [
                "input_audio_buffer.speech_started", "response.output_audio.done",
                "response.output_audio_transcript.done", "response.content_part.done", "conversation.item.done",
                "response.output_item.done", "response.done",
            ])
        // What was told of is what the client has; it says itself what was heard.
        #expect(
            scene.done?.output
                == [Self.assistant(.incomplete, [.audio(audio: nil, transcript: "Our opening hours")])])
        #expect(scene.done?.status == .cancelled(.turnDetected))
    }

    @Test func aClientCancelsTheResponse() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.say("Our opening", response: 1)
        let requests = scene.ask(.responseCancel("resp_s_1")) { scene in
            scene.endReply(1, "Our opening", interrupted: true, response: 1)
            scene.tell(.responseEnded(ResponseID(1), .cancelled(.client)))
        }
        #expect(requests == [.input(.cancelResponse(ResponseID(1)))])
        #expect(scene.done?.status == .cancelled(.clientCancelled))
        #expect(scene.ask(.responseCancel(nil)) == [.input(.cancelResponse(nil))])
    }

    @Test func aResponseEndsWhateverIsOpen() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.say("One moment", response: 1)
        scene.tell(
            .itemAdded(
                Item(
                    id: ItemID(2), turn: TurnID(1),
                    content: .toolCall(ToolCall(id: "c1", name: "hours", arguments: [:], isForClient: true))),
                after: ItemID(1), response: ResponseID(1)))
        scene.forget()
        scene.tell(
            .responseEnded(ResponseID(1), .failed(EngineFailure(code: "llm.timeout", message: "It took too long."))))
        #expect(
            scene.types == [
                "response.output_audio.done", "response.output_audio_transcript.done", "response.content_part.done",
                "conversation.item.done", "response.output_item.done",
                // The arguments of a call that nobody is to run are not told.
                "conversation.item.done", "response.output_item.done", "response.done",
            ])
        #expect(scene.done?.status == .failed(code: "llm.timeout", message: "It took too long."))
        #expect(scene.done?.output.allSatisfy { $0.status == .incomplete } == true)
    }

    @Test(arguments: [
        (Shortfall.maxTokens, RealtimeResponse.Reason.maxOutputTokens), (.contentFilter, .contentFilter),
    ])
    func aResponseThatEndsEarlySaysWhy(shortfall: Shortfall, reason: RealtimeResponse.Reason) {
        var scene = DialogueScene()
        scene.begin(1)
        scene.tell(.responseEnded(ResponseID(1), .incomplete(shortfall)))
        #expect(scene.done?.status == .incomplete(reason))
    }

    @Test func nothingOfAResponseFollowsItsEnd() {
        var scene = DialogueScene()
        scene.reply("Good morning.", item: 1, response: 1)
        scene.forget()
        scene.say("More.", response: 1)
        scene.openAudio(of: ResponseID(1))
        scene.beginReply(2, response: 1)
        scene.tell(.responseEnded(ResponseID(1), .completed))
        #expect(scene.sent.isEmpty)
    }

    // MARK: What comes out of turn

    @Test func audioBeforeAnyWordsOpensTheItem() {
        var scene = DialogueScene()
        scene.begin(1)
        #expect(scene.dialogue.audioTarget(of: ResponseID(1)) == nil)
        scene.openAudio(of: ResponseID(1))
        #expect(scene.dialogue.audioTarget(of: ResponseID(1)) != nil)
        scene.beginReply(1, response: 1)
        scene.say("Hi.", response: 1)
        scene.endReply(1, "Hi.", response: 1)
        #expect(scene.types.filter { $0 == "response.output_item.added" }.count == 1)
        scene.forget()
        scene.ask(.itemDelete("item_s_2")) { $0.tell(.itemDeleted(ItemID(1))) }
        #expect(scene.sent == [.itemDeleted("item_s_2")])
    }

    @Test func wordsThatWereNotToldOfComeWithTheItem() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.say("Good", response: 1)
        scene.endReply(1, "Good morning.", response: 1)
        #expect(scene.sent.contains(.audioTranscriptDelta(Self.place, " morning.")))
        #expect(scene.sent.contains(.audioTranscriptDone(Self.place, "Good morning.")))
    }

    @Test func aReplyThatWasDeletedWhileItGrewIsDoneOnce() {
        var scene = DialogueScene()
        scene.begin(1)
        scene.beginReply(1, response: 1)
        scene.ask(.itemDelete("item_s_2")) { $0.tell(.itemDeleted(ItemID(1))) }
        scene.endReply(1, "Good morning.", response: 1)
        scene.tell(.responseEnded(ResponseID(1), .completed))
        #expect(scene.types.filter { $0 == "response.output_item.added" }.count == 1)
        #expect(scene.done?.output.map(\.id) == ["item_s_2"])
    }
}
