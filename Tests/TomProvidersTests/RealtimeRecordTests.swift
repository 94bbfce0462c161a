import NIOCore
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// How the provider's conversation is kept the same as TOM's record: what was cut off, lost or never heard.
@Suite("Realtime dialogue: the record")
struct RealtimeRecordTests: RealtimeDialogueDriver {
    var dialogue = RealtimeDialogue.forTests
    var history: [Item] = []

    @Test mutating func theNextAnswerWaitsForTheEndOfACancelledOne() {
        _ = dialogue.connect()
        add(.typed("one"), turn: 1)
        #expect(respond(1, turn: 1) == [">conversation.item.create user one", ">response.create"])
        _ = audio("a1", ms: 1_000)
        #expect(words(dialogue.cancelResponse(1)) == [">response.cancel"])
        #expect(words(dialogue.cancelResponse(1)).isEmpty)
        #expect(words(dialogue.truncate(ResponseID(1), heardMs: 400)) == [">conversation.item.truncate a1 400"])
        #expect(audio("a1", ms: 1_000).isEmpty, "late audio of a cancelled answer")
        // An item that began behind the cut was not heard at all.
        #expect(audio("a2", ms: 100) == [">conversation.item.delete a2"])
        add(.typed("two"), turn: 2)
        #expect(respond(2, turn: 2) == [">conversation.item.create user two"])
        #expect(done("cancelled") == [">response.create"])
        #expect(done() == ["answer:2 finished"])
    }

    @Test mutating func anAnswerThatWasCompleteIsCutAtWhatWasHeard() {
        _ = dialogue.connect()
        for round in 1...2 {
            _ = respond(round, response: 1, turn: 1)
            _ = audio("a\(round)", ms: 1_000)
            _ = done()
        }
        let cut = dialogue.truncate(ResponseID(1), heardMs: 700)
        #expect(words(cut) == [">conversation.item.truncate a1 700", ">conversation.item.delete a2"])
        #expect(words(dialogue.truncate(ResponseID(1), heardMs: 0)).isEmpty, "once")
        _ = respond(3, response: 3, turn: 2)
        _ = audio("a3", ms: 1_000)
        _ = done()
        #expect(words(dialogue.truncate(ResponseID(3), heardMs: 1_000)).isEmpty, "all of it was heard")
    }

    @Test mutating func theRecordIsCreatedInANewConnection() {
        _ = dialogue.connect()
        _ = speak(1)
        add(.speech(transcript: "hello", durationMs: 900), turn: 1)
        _ = respond(1, turn: 1)
        #expect(
            words(dialogue.disconnected(.transport(ChannelError.eof, stage: "llm")))
                == ["turn:t1 llm.connection_lost", "answer:1 llm.connection_lost"])
        add(.reply(text: "I am", interrupted: true), turn: 1, memory: "openai-realtime:1")
        add(.toolCall(ToolCall(id: "c", name: "t", arguments: [:])), turn: 1)
        add(.toolOutput(ToolOutput(callID: "c", succeeded: true, output: "ok")), turn: 1)
        add(.toolCall(ToolCall(id: "d", name: "open", arguments: [:])), turn: 1)
        add(.silence, turn: 2)
        let created = speak(3)
        #expect(
            created == [
                "connect", ">session.update", ">conversation.item.create user hello",
                ">conversation.item.create assistant I am …", ">conversation.item.create function_call t",
                ">conversation.item.create function_call_output ok", ">input_audio_buffer.append",
                ">input_audio_buffer.commit",
            ])
        add(.speech(transcript: nil, durationMs: 900), turn: 3)
        #expect(respond(2, turn: 3) == [">response.create"])
    }

    @Test mutating func theGreetingIsPutAheadOfTheFirstTurn() {
        _ = dialogue.connect()
        _ = speak(1)
        add(.reply(text: "Hello, this is", interrupted: true), turn: 0)
        add(.speech(transcript: nil, durationMs: 900), turn: 1)
        #expect(
            respond(1, turn: 1) == [
                ">conversation.item.create assistant Hello, this is … behind root", ">response.create",
            ])
    }

    @Test mutating func whatAClientTellsTheModelIsASystemMessage() {
        _ = dialogue.connect()
        add(.instructions("Speak like a pirate."), turn: 1)
        add(.typed("Hi."), turn: 1)
        #expect(
            respond(1, turn: 1) == [
                ">conversation.item.create system Speak like a pirate.", ">conversation.item.create user Hi.",
                ">response.create",
            ])
    }

    @Test mutating func whatTOMMadeNothingOfIsDeleted() {
        _ = dialogue.connect()
        _ = speak(1)
        for turn in 2...3 {
            _ = dialogue.begin(TurnID(turn), history: [])
            _ = dialogue.end(TurnID(turn))
        }
        add(.speech(transcript: nil, durationMs: 900), turn: 3)
        #expect(respond(1, turn: 3) == [">conversation.item.delete u1", ">response.create"])
        // The second turn's item becomes known only now.
        let committed = #"{"type":"input_audio_buffer.committed","item_id":"#
        #expect(take(committed + #""u2"}"#) == [">conversation.item.delete u2"])
        #expect(take(committed + #""u3"}"#).isEmpty)
        #expect(respond(2, turn: 3).isEmpty && done() == ["answer:1 finished", ">response.create"])
    }

    @Test mutating func aProviderThatNeverEndsACancelledAnswerIsLeft() {
        _ = dialogue.connect()
        _ = respond(1, turn: 1)
        _ = dialogue.cancelResponse(1)
        for key in 2...3 {
            #expect(respond(key, turn: 1).isEmpty)
            #expect(words(dialogue.cancelResponse(key)).isEmpty)
        }
        #expect(respond(4, turn: 1).isEmpty && words(dialogue.cancelResponse(4)) == ["disconnect"])
        #expect(respond(5, turn: 1) == ["connect", ">session.update", ">response.create"])
    }
}
