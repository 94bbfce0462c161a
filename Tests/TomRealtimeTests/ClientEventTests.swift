import Testing
import TomConversation
import TomRealtime

/// What each event of a client's is read as.
struct ClientEventTests {
    private static func message(_ parts: RealtimeItem.Part..., id: String? = nil) -> RealtimeItem {
        RealtimeItem(id: id, status: nil, kind: .message(.user, parts))
    }

    struct Sample: Sendable, CustomTestStringConvertible {
        let text: String
        let event: RealtimeClientEvent
        init(_ text: String, _ event: RealtimeClientEvent) { (self.text, self.event) = (text, event) }
        var testDescription: String { text }
    }

    static let samples: [Sample] = [
        .init(#"{"type":"session.update","session":{}}"#, .sessionUpdate([:])),
        .init(
            #"{"session":{"instructions":null,"audio":{"input":{"turn_detection":null}}},"type":"session.update"}"#,
            .sessionUpdate(["instructions": .null, "audio": ["input": ["turn_detection": .null]]])),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAEC"}"#, .audioAppend),
        .init(#"{"type":"input_audio_buffer.commit"}"#, .audioCommit),
        .init(#"{"type":"input_audio_buffer.clear"}"#, .audioClear),
        .init(
            #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}}"#,
            .itemCreate(message(.text("hi")), at: .end)),
        .init(
            #"{"type":"conversation.item.create","previous_item_id":null,"item":{"type":"message","role":"user","content":[]}}"#,
            .itemCreate(message(), at: .end)),
        .init(
            #"{"type":"conversation.item.create","previous_item_id":"root","item":{"id":"a","type":"message","role":"user","content":[]}}"#,
            .itemCreate(message(id: "a"), at: .front)),
        .init(
            #"{"type":"conversation.item.create","previous_item_id":"item_1","item":{"type":"message","role":"user","content":[]}}"#,
            .itemCreate(message(), at: .after("item_1"))),
        .init(#"{"type":"conversation.item.retrieve","item_id":"item_1"}"#, .itemRetrieve("item_1")),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"item_1","content_index":0,"audio_end_ms":1500}"#,
            .itemTruncate("item_1", contentIndex: 0, audioEndMs: 1_500)),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"item_1","content_index":0.0,"audio_end_ms":1.5e3}"#,
            .itemTruncate("item_1", contentIndex: 0, audioEndMs: 1_500)),
        .init(#"{"type":"conversation.item.delete","item_id":"item_1"}"#, .itemDelete("item_1")),
        .init(#"{"type":"response.create"}"#, .responseCreate(RealtimeResponseParameters())),
        .init(#"{"type":"response.create","response":null}"#, .responseCreate(RealtimeResponseParameters())),
        .init(#"{"type":"response.create","response":{}}"#, .responseCreate(RealtimeResponseParameters())),
        .init(#"{"type":"response.cancel"}"#, .responseCancel(nil)),
        .init(#"{"type":"response.cancel","response_id":null}"#, .responseCancel(nil)),
        .init(#"{"type":"response.cancel","response_id":"resp_1"}"#, .responseCancel("resp_1")),
        .init(#"{"type":"output_audio_buffer.clear"}"#, .outputAudioClear),
        .init("\r\n {\t\"\\u0074ype\" : \"response\\u002ecancel\" }\n", .responseCancel(nil)),
    ]

    @Test(arguments: samples)
    func isRead(sample: Sample) throws {
        #expect(try Decoded(sample.text).event == sample.event)
        #expect(try Decoded(sample.text, .beta).event == sample.event)
    }

    @Test(arguments: samples)
    func theClientsNameForItComesAlong(sample: Sample) throws {
        let inner = sample.text.dropFirst(sample.text.prefix { $0 != "{" }.count + 1)
        #expect(try Decoded(#"{"event_id":"event_\n567","# + inner).eventID == "event_\n567")
        #expect(try Decoded(#"{"event_id":null,"# + inner).eventID == nil)
        #expect(try Decoded(sample.text).eventID == nil)
        let longest = String(repeating: "é", count: 512)
        #expect(try Decoded(#"{"event_id":"\#(longest)","# + inner).eventID == longest)
    }

    @Test func onlyAnAppendTouchesTheAudio() throws {
        for sample in Self.samples {
            #expect(try Decoded(sample.text).audio == (sample.event == .audioAppend ? [0, 1, 2] : [1, 2, 3]))
        }
    }

    @Test func theBetasTranscriptionSessionsAreSessionsOfThatType() throws {
        let text = #"{"type":"transcription_session.update","session":{"input_audio_format":"g711_alaw"}}"#
        #expect(
            try Decoded(text, .beta).event
                == .sessionUpdate(["input_audio_format": "g711_alaw", "type": "transcription"]))
        let fault = #expect(throws: RealtimeFault.self) { try Decoded(text) }
        #expect(fault?.code == "invalid_value" && fault?.param == "type")
    }
}
