import Testing
import TomConversation
import TomRealtime

/// The caller's turns and their words.
@Suite struct DialogueTurnTests {
    @Test func aTurnIsHeardCommittedAndOnTheRecordUnderOneName() {
        var scene = DialogueScene()
        scene.speak(turn: 1, item: 1)
        let item = RealtimeItem(
            id: "item_s_1", status: .completed, kind: .message(.user, [.audio(audio: nil, transcript: nil)]))
        #expect(
            scene.sent == [
                .speechStarted(item: "item_s_1", audioStartMs: 700),
                .speechStopped(item: "item_s_1", audioEndMs: 2_500),
                .audioCommitted(item: "item_s_1", after: nil),
                .itemAdded(item, after: nil), .itemDone(item, after: nil),
            ])
    }

    @Test func theStartOfSpeechIncludesThePaddingAndIsNeverBeforeTheAudio() {
        var scene = DialogueScene {
            $0.turnDetection = .init(.server(threshold: 0.5, prefixPaddingMs: 120, silenceMs: 500, idleTimeoutMs: nil))
        }
        scene.tell(.utteranceBegan(turn: TurnID(1), audioMs: 1_000))
        scene.tell(.utteranceBegan(turn: TurnID(2), audioMs: 60))
        #expect(
            scene.sent == [
                .speechStarted(item: "item_s_1", audioStartMs: 880), .speechStarted(item: "item_s_2", audioStartMs: 0),
            ])
    }

    @Test func aTurnThatTheClientCommitsHasNoSpeechEvents() {
        var scene = DialogueScene { $0.turnDetection = nil }
        #expect(scene.ask(.audioAppend) == [.hear])
        #expect(
            scene.ask(.audioCommit) { $0.speak(turn: 1, item: 1, from: nil, to: nil) } == [.input(.commit)])
        #expect(
            scene.types == [
                "input_audio_buffer.committed", "conversation.item.added", "conversation.item.done",
            ])
    }

    @Test func eachTurnComesAfterTheOneBefore() {
        var scene = DialogueScene()
        scene.speak(turn: 1, item: 1)
        scene.forget()
        scene.speak(turn: 2, item: 2, after: ItemID(1), from: 4_000, to: 5_000)
        let second = RealtimeItem(
            id: "item_s_2", status: .completed, kind: .message(.user, [.audio(audio: nil, transcript: nil)]))
        #expect(scene.sent.contains(.audioCommitted(item: "item_s_2", after: "item_s_1")))
        #expect(scene.sent.contains(.itemAdded(second, after: "item_s_1")))
    }

    @Test func clearingTheBufferForgetsTheOpenTurn() {
        var scene = DialogueScene()
        scene.tell(.utteranceBegan(turn: TurnID(1), audioMs: 1_000))
        #expect(scene.ask(.audioClear) { $0.tell(.audioCleared) } == [.input(.clearAudio)])
        scene.tell(.transcriptFinal(text: "late", turn: TurnID(1), language: nil, confidence: nil))
        #expect(scene.types == ["input_audio_buffer.speech_started", "input_audio_buffer.cleared"])
    }

    @Test func silenceForTooLongIsCommittedAsATurnWithoutWords() {
        var scene = DialogueScene {
            $0.transcription = .init()
            $0.turnDetection = .init(
                .server(threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500, idleTimeoutMs: 6_000))
        }
        scene.tell(.idled(turn: TurnID(1)), inputMs: 20_000)
        scene.tell(.utteranceEnded(turn: TurnID(1), audioMs: nil))
        scene.put(Item(id: ItemID(1), turn: TurnID(1), content: .silence))
        #expect(
            scene.sent.prefix(2) == [
                .timeoutTriggered(item: "item_s_1", audioStartMs: 14_000, audioEndMs: 20_000),
                .audioCommitted(item: "item_s_1", after: nil),
            ])
        #expect(scene.itemNames == ["item_s_1"])
    }

    // MARK: Words

    @Test func wordsComeAtOnceWhenTheyAreWanted() {
        var scene = DialogueScene { $0.transcription = .init() }
        scene.speak(turn: 1, item: 1)
        scene.forget()
        scene.tell(.transcriptInterim(text: "good", turn: TurnID(1)))
        scene.tell(.transcriptFinal(text: "good morning", turn: TurnID(1), language: "en", confidence: 0.9))
        #expect(
            scene.sent == [
                .transcriptionDelta(item: "item_s_1", contentIndex: 0, delta: "good morning"),
                .transcriptionCompleted(
                    item: "item_s_1", contentIndex: 0, transcript: "good morning", seconds: 1.5),
            ])
    }

    @Test func wordsThatWereNotUnderstoodAreAnEmptyTranscript() {
        var scene = DialogueScene { $0.transcription = .init() }
        scene.speak(turn: 1, item: 1)
        scene.forget()
        scene.tell(.transcriptFinal(text: "", turn: TurnID(1), language: nil, confidence: nil))
        #expect(
            scene.sent == [
                .transcriptionCompleted(item: "item_s_1", contentIndex: 0, transcript: "", seconds: 1.5)
            ])
    }

    @Test func wordsAreKeptFromWhoDidNotWantThem() {
        var scene = DialogueScene()
        scene.speak(turn: 1, item: 1)
        scene.forget()
        scene.tell(.transcriptFinal(text: "good morning", turn: TurnID(1), language: nil, confidence: nil))
        scene.ask(.itemRetrieve("item_s_1")) {
            $0.retrieved(
                Item(
                    id: ItemID(1), turn: TurnID(1), content: .speech(transcript: "good morning", durationMs: 1_500)))
        }
        #expect(
            scene.sent == [
                .itemRetrieved(
                    RealtimeItem(
                        id: "item_s_1", status: .completed,
                        kind: .message(.user, [.audio(audio: nil, transcript: nil)])))
            ])
    }

    @Test func aFailedTranscriptionNamesTheItem() {
        var scene = DialogueScene { $0.transcription = .init() }
        scene.speak(turn: 1, item: 1)
        scene.forget()
        let failure = EngineFailure(code: "stt.timeout", message: "No words came.")
        scene.tell(.transcriptFailed(turn: TurnID(1), failure))
        #expect(scene.sent == [.transcriptionFailed(item: "item_s_1", contentIndex: 0, failure)])
    }

    @Test func wordsOfADeletedItemAreNotTold() {
        var scene = DialogueScene { $0.transcription = .init() }
        scene.speak(turn: 1, item: 1)
        scene.ask(.itemDelete("item_s_1")) { $0.tell(.itemDeleted(ItemID(1))) }
        scene.forget()
        scene.tell(.transcriptFinal(text: "good morning", turn: TurnID(1), language: nil, confidence: nil))
        #expect(scene.sent.isEmpty)
    }

    // MARK: Transcription sessions

    @Test func aTranscriptionSessionTellsWordsAndGivesNoResponses() {
        var scene = DialogueScene { $0.kind = .transcription }
        scene.speak(turn: 1, item: 1)
        scene.tell(.transcriptFinal(text: "hello", turn: TurnID(1), language: nil, confidence: nil))
        #expect(scene.types.suffix(1) == ["conversation.item.input_audio_transcription.completed"])
        scene.forget()
        // Whatever the core may do, such a session has no responses.
        scene.begin(1)
        #expect(scene.sent.isEmpty)
    }

    @Test func aTranscriptionSessionRefusesResponses() {
        var scene = DialogueScene { $0.kind = .transcription }
        scene.ask(.responseCreate(RealtimeResponseParameters()), eventID: "e1")
        #expect(scene.fault?.code == "unsupported_event" && scene.fault?.eventID == "e1")
        scene.ask(.responseCancel(nil), eventID: "e2")
        #expect(scene.fault?.code == "unsupported_event" && scene.fault?.eventID == "e2")
    }

    // MARK: Turns given as items

    @Test func audioGivenAsAnItemIsHeardUnderTheItemsName() {
        var scene = DialogueScene { $0.transcription = .init() }
        let item = RealtimeItem(
            id: "mine", status: nil, kind: .message(.user, [.audio(audio: "AAAA", transcript: nil)]))
        let requests = scene.ask(.itemCreate(item, at: .end)) {
            $0.speak(turn: 1, item: 1, from: nil, to: nil)
        }
        #expect(requests == [.hearItem(audio: "AAAA")])
        scene.tell(.transcriptFinal(text: "hello", turn: TurnID(1), language: nil, confidence: nil))
        #expect(
            scene.types == [
                "conversation.item.added", "conversation.item.done",
                "conversation.item.input_audio_transcription.delta",
                "conversation.item.input_audio_transcription.completed",
            ])
        #expect(scene.itemNames == ["mine"])
    }

    @Test func theNextTurnIsNotTheGivenItems() {
        var scene = DialogueScene()
        scene.ask(
            .itemCreate(
                RealtimeItem(
                    id: "mine", status: nil, kind: .message(.user, [.audio(audio: "AAAA", transcript: nil)])), at: .end)
        ) {
            $0.tell(.refused(.callerIsSpeaking))
        }
        #expect(scene.fault?.code == "caller_is_speaking")
        scene.speak(turn: 1, item: 1)
        #expect(scene.itemNames == ["item_s_1"])
    }
}
