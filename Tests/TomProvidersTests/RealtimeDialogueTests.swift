import Foundation
import NIOCore
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Turns, answers and errors in the dialogue with a Realtime API.
@Suite("Realtime dialogue")
struct RealtimeDialogueTests: RealtimeDialogueDriver {
    var dialogue = RealtimeDialogue.forTests
    var history: [Item] = []

    @Test mutating func aTurnAndItsAnswer() {
        #expect(words(dialogue.connect()) == ["connect", ">session.update"])
        #expect(speak(1) == [">input_audio_buffer.append", ">input_audio_buffer.commit"])
        add(.speech(transcript: nil, durationMs: 900), turn: 1)
        #expect(respond(1, turn: 1) == [">response.create"])
        #expect(
            take(#"{"type":"response.created","response":{"id":"r"}}"#) == [#"answer:1 memory("openai-realtime:1")"#])
        _ = take(#"{"type":"response.output_item.added","item":{"id":"a1","type":"message"}}"#)
        #expect(take(#"{"type":"response.output_audio_transcript.delta","delta":"Hi."}"#) == [#"answer:1 text("Hi.")"#])
        #expect(audio("a1", ms: 500) == ["answer:1 12000 samples"])
        let said = #"{"type":"conversation.item.input_audio_transcription"#
        #expect(take(said + #".delta","item_id":"u1","delta":"hel"}"#) == ["turn:t1 hel…"])
        #expect(take(said + #".completed","item_id":"u1","transcript":"hello"}"#) == ["turn:t1 hello"])
        #expect(take(said + #".completed","item_id":"u1","transcript":"again"}"#).isEmpty)
        #expect(done() == ["answer:1 finished"])
        #expect(done().isEmpty && take(#"{"type":"response.output_text.delta","delta":"late"}"#).isEmpty)
    }

    @Test mutating func aShortTurnIsFilledUpAndACancelledOneCleared() {
        _ = dialogue.begin(TurnID(1), history: [])
        _ = dialogue.hear([1, 0], of: TurnID(1))
        let ended = dialogue.end(TurnID(1))
        #expect(words(ended) == [">input_audio_buffer.append", ">input_audio_buffer.commit"])
        if case .send(let json) = ended[0] { #expect(json.contains(Data(count: 4_798).base64EncodedString())) }
        _ = dialogue.begin(TurnID(2), history: [])
        #expect(words(dialogue.cancel(TurnID(2))).isEmpty)
        _ = dialogue.begin(TurnID(3), history: [])
        _ = dialogue.hear([1, 0], of: TurnID(3))
        #expect(words(dialogue.cancel(TurnID(3))) == [">input_audio_buffer.clear"])
        #expect(words(dialogue.end(TurnID(3))).isEmpty && words(dialogue.hear([1, 0], of: TurnID(3))).isEmpty)
    }

    @Test mutating func toolsAreReportedWithTheirRoundAndAnswered() {
        _ = dialogue.connect()
        _ = respond(1, turn: 1)
        #expect(
            take(
                #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c1","#
                    + #""name":"take_message","arguments":"{\"concern\":\"x\"}"}}"#
            ).isEmpty)
        #expect(done() == ["answer:1 toolCall(take_message#c1(concern: \"x\"))", "answer:1 finished"])
        let call = ToolCall(id: "c1", name: "take_message", arguments: ["concern": "x"])
        add(.toolCall(call), turn: 1)
        add(.toolOutput(ToolOutput(callID: "c1", succeeded: true, output: "saved")), turn: 1)
        #expect(
            respond(2, response: 1, turn: 1) == [
                ">conversation.item.create function_call_output saved", ">response.create",
            ])
    }

    @Test mutating func tokensAreToldAheadOfTheEnd() {
        _ = dialogue.connect()
        _ = respond(1, turn: 1)
        _ = audio("a", ms: 10)
        let usage = #","usage":{"input_tokens":7,"output_tokens":5,"input_token_details":{"cached_tokens":2}}"#
        #expect(done("completed", usage) == ["answer:1 7+5", "answer:1 finished"])
    }

    @Test mutating func endingTheCallIsNoTool() {
        _ = dialogue.connect()
        _ = respond(1, turn: 1, tools: [.endCall])
        let end =
            #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"end_call"}}"#
        _ = take(end)
        #expect(done() == ["answer:1 endsCall", #"answer:1 text("Goodbye.")"#, "answer:1 finished"])
        _ = respond(2, turn: 2, tools: [.endCall])
        _ = audio("a", ms: 10)
        _ = take(end)
        #expect(done() == ["answer:2 endsCall", "answer:2 finished"])
    }

    @Test mutating func endingTheCallIsNotDoneWhereItWasNotOffered() {
        _ = dialogue.connect()
        _ = respond(1, turn: 1, tools: [.takeMessage])
        _ = take(
            #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"end_call"}}"#)
        #expect(done() == ["answer:1 toolCall(end_call#c())", "answer:1 finished"])
    }

    @Test(arguments: [
        (#","status_details":{"error":{"code":"rate_limit_exceeded"}}"#, "failed", "llm.rate_limited"),
        (#","status_details":{"error":{"code":"insufficient_quota"}}"#, "failed", "llm.quota"),
        (#","status_details":{"error":{"code":"Erika said"}}"#, "failed", "llm.provider_failed"),
        ("", "failed", "llm.provider_failed"),
        (#","status_details":{"reason":"content_filter"}"#, "incomplete", "llm.refused"),
    ])
    func anAnswerThatFailsIsAnError(more: String, status: String, code: String) {
        var test = self
        _ = test.dialogue.connect()
        _ = test.respond(1, turn: 1)
        #expect(test.done(status, more) == ["answer:1 \(code)"])
        _ = test.respond(2, turn: 2)
        _ = test.audio("a", ms: 10)
        #expect(
            test.done("incomplete") == ["answer:2 cutShort(TomConversation.Shortfall.maxTokens)", "answer:2 finished"],
            "cut off at its limit of tokens")
    }

    @Test mutating func errorsOfTheAPIHitWhatTheyAreAbout() {
        _ = dialogue.connect()
        _ = dialogue.begin(TurnID(1), history: [])
        _ = dialogue.end(TurnID(1))
        let error = { (event: String, code: String) in
            #"{"type":"error","error":{"type":"invalid_request_error","code":"\#(code)","event_id":"\#(event)"}}"#
        }
        #expect(take(error("turn-1", "input_audio_buffer_commit_empty")) == ["turn:t1 stt.provider_failed"])
        _ = respond(1, turn: 1)
        #expect(take(error("cancel", "response_cancel_not_active")).isEmpty)
        #expect(take(error("item", "item_truncate_invalid_item_id")).isEmpty)
        #expect(take(error("response-1", "conversation_already_has_active_response")) == ["answer:1 llm.refused"])
        _ = respond(2, turn: 1)
        #expect(
            take(#"{"type":"error","error":{"type":"server_error"}}"#) == ["answer:2 llm.provider_failed"])
        _ = respond(3, turn: 1)
        #expect(
            take(#"{"type":"error","error":{"type":"invalid_request_error","code":"session_expired"}}"#)
                == ["disconnect", "answer:3 llm.provider_failed"])
        #expect(respond(4, turn: 1) == ["connect", ">session.update", ">response.create"])
        #expect(take(error("session", "invalid_value")) == ["disconnect", "answer:4 llm.refused"])
    }

    @Test mutating func audioThatIsCutWithinASampleIsPutTogether() {
        _ = dialogue.connect()
        _ = respond(1, turn: 1)
        let odd = { (bytes: [UInt8]) in
            #"{"type":"response.output_audio.delta","item_id":"a","delta":"\#(Data(bytes).base64EncodedString())"}"#
        }
        #expect(take(odd([1, 0, 2])) == ["answer:1 1 samples"])
        #expect(take(odd([0])) == ["answer:1 1 samples"])
        #expect(take(odd([9])).isEmpty)
        #expect(done() == ["answer:1 llm.bad_audio"])
    }

    @Test(arguments: [
        "{", "[]", "{}", #"{"type":1}"#, #"{"type":"response.output_audio.delta","item_id":"a","delta":"#,
        #"{"type":"response.output_audio.delta","item_id":"a","delta":"%%"}"#, #"{"type":"response.done"}"#,
        #"{"type":"input_audio_buffer.committed"}"#, #"{"type":"response.output_text.delta"}"#,
    ])
    func whatIsNoEventIsNone(json: String) {
        #expect(RealtimeServerEvent(ByteBuffer(string: json)) == nil)
    }

    @Test func theSessionIsSetUp() throws {
        let json = RealtimeClientEvent.update(
            .init(
                instructions: "Be kind.", voice: "marin", transcriptionModel: "whisper-1", language: "de",
                tools: [.takeMessage, .endCall])
        ).json
        #expect(json.contains(#""turn_detection":null"#) && json.contains(#""output_modalities":["audio"]"#))
        #expect(json.contains(#""format":{"rate":24000,"type":"audio/pcm"},"voice":"marin""#))
        #expect(json.contains(#""transcription":{"language":"de","model":"whisper-1"}"#))
        #expect(json.contains(#""name":"end_call""#) && json.contains(#""name":"take_message""#))
    }
}
