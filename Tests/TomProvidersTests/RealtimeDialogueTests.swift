import Foundation
import NIOCore
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// The dialogue with a Realtime API, without a connection.
@Suite("Realtime dialogue")
struct RealtimeDialogueTests {
    private var dialogue = RealtimeDialogue(
        session: .init(
            instructions: "Be kind.", voice: "marin", transcriptionModel: "whisper-1", language: "en",
            tools: []),
        goodbye: "Goodbye.")
    private var history: [Item] = []

    // MARK: Driving it

    /// What came of a step, in one word each: `>type` for what is sent, `turn:` and `answer:` for what is reported.
    private func words(_ outputs: [RealtimeDialogue.Output]) -> [String] {
        outputs.map { output in
            switch output {
            case .connect: return "connect"
            case .disconnect: return "disconnect"
            case .send(let json): return ">" + brief(json)
            case .transcription(let turn, .final(let transcript)): return "turn:\(turn) \(transcript.text ?? "?")"
            case .transcription(let turn, .failed(let error)): return "turn:\(turn) \(error.code)"
            case .transcription(let turn, .interim(let text, _)): return "turn:\(turn) \(text)…"
            case .transcription(let turn, .failedOver): return "turn:\(turn) ?"
            case .used(let key, let tokens): return "answer:\(key) \(tokens.prompt)+\(tokens.completion)"
            case .response(let key, .failed(let error)): return "answer:\(key) \(error.code)"
            case .response(let key, .audio(let samples, _)): return "answer:\(key) \(samples.count) samples"
            case .response(let key, let event): return "answer:\(key) \(event)"
            }
        }
    }

    private func brief(_ json: String) -> String {
        guard let event = (try? JSONSerialization.jsonObject(with: Data(json.utf8))) as? [String: Any] else {
            return "?"
        }
        var parts = [event["type"] as? String ?? "?"]
        if let item = event["item"] as? [String: Any] {
            let content = (item["content"] as? [[String: String]])?.first
            parts.append((item["role"] ?? item["type"]) as? String ?? "?")
            parts.append(content?["text"] ?? (item["output"] ?? item["name"]) as? String ?? "")
        }
        if let id = event["item_id"] as? String { parts.append(id) }
        if let ms = event["audio_end_ms"] as? Int { parts.append("\(ms)") }
        if let previous = event["previous_item_id"] as? String { parts.append("behind \(previous)") }
        return parts.joined(separator: " ")
    }

    private mutating func take(_ json: String) -> [String] {
        guard let event = RealtimeServerEvent(ByteBuffer(string: json)) else { return ["unreadable"] }
        return words(dialogue.take(event))
    }

    private mutating func audio(_ item: String, ms: Int) -> [String] {
        let pcm = Data(count: ms * 48).base64EncodedString()
        return take(#"{"type":"response.output_audio.delta","item_id":"\#(item)","delta":"\#(pcm)"}"#)
    }

    private mutating func done(_ status: String = "completed", _ more: String = "") -> [String] {
        take(#"{"type":"response.done","response":{"status":"\#(status)"\#(more)}}"#)
    }

    private mutating func add(_ content: Item.Content, turn: Int, memory: String? = nil) {
        history.append(Item(id: ItemID(history.count + 1), turn: TurnID(turn), content: content, memory: memory))
    }

    private mutating func respond(_ key: Int, response: Int? = nil, turn: Int) -> [String] {
        let request = ResponseRequest(
            response: ResponseID(response ?? key), turn: TurnID(turn), language: "en", history: history)
        return words(dialogue.respond(to: request, key: key))
    }

    /// A turn of the caller up to its item.
    private mutating func speak(_ turn: Int) -> [String] {
        var got = words(dialogue.begin(TurnID(turn), history: history))
        got += words(dialogue.hear([UInt8](repeating: 0, count: 4_800), of: TurnID(turn)))
        got += words(dialogue.end(TurnID(turn)))
        got += take(#"{"type":"input_audio_buffer.committed","item_id":"u\#(turn)"}"#)
        return got
    }

    // MARK: Tests

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
        _ = respond(1, turn: 1)
        let end =
            #"{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"end_call"}}"#
        _ = take(end)
        #expect(done() == ["answer:1 endsCall", #"answer:1 text("Goodbye.")"#, "answer:1 finished"])
        _ = respond(2, turn: 2)
        _ = audio("a", ms: 10)
        _ = take(end)
        #expect(done() == ["answer:2 endsCall", "answer:2 finished"])
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
        #expect(test.done("incomplete") == ["answer:2 finished"], "cut off at its limit of tokens")
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
