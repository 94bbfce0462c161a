import Testing
import TomRealtime
import TomWire

/// What is wrong with a client's event is told by code, place and hint, with the client's own name for the event.
struct ClientEventFaultTests {
    static let syntax: [BadText] = [
        "", " ", "null", "[]", "17", #""text""#, "{", "{}x", "{} {}", "{,}", #"{"type"}"#, #"{"type":}"#,
        #"{"type":"response.cancel",}"#, #"{"type":"response.cancel" "a":1}"#, #"{type:"response.cancel"}"#,
        #"{"type":"response.cancel","a":01}"#, #"{"type":"response.cancel","a":NaN}"#,
        #"{"type":"response.cancel","a":[1,]}"#, #"{"type":"response.cancel","a":"\x"}"#,
        #"{"type":"response.cancel","a":"\ud800"}"#, "{\"type\":\"response.cancel\",\"a\":\"\n\"}",
        "\u{FEFF}{\"type\":\"response.cancel\"}", #"{"type":"response.cancel""#, #"{"type":"response.cancel"}}"#,
        #"{"type":"session.update","session":{"temperature":1e999}}"#,
    ].map { BadText($0, "invalid_json") }

    static let repeated: [BadText] = [
        .init(#"{"type":"response.cancel","type":"response.cancel"}"#, "invalid_json", "type"),
        .init(#"{"type":"response.cancel","\u0074ype":"response.cancel"}"#, "invalid_json", "type"),
        .init(#"{"event_id":"a","event_id":"b","type":"response.cancel"}"#, "invalid_json", "event_id"),
        .init(#"{"type":"response.cancel","response_id":"a","response_id":"a"}"#, "invalid_json", "response_id"),
        .init(
            #"{"type":"session.update","session":{"tools":[{},{"name":"a","name":"b"}]}}"#, "invalid_json",
            "session.tools[1].name"),
        .init(
            #"{"type":"session.update","session":{"a":[[0,[{"b":1,"b":2}]]]}}"#, "invalid_json", "session.a[0][1][0].b"),
    ]

    static let members: [BadText] = [
        .init("{}", "invalid_event"),
        .init(#"{"type":null}"#, "invalid_event"),
        .init(#"{"type":1}"#, "invalid_type", "type"),
        .init(#"{"type":""}"#, "invalid_value", "type"),
        .init(#"{"type":"session.created"}"#, "invalid_value", "type"),
        .init(#"{"type":"Response.Cancel"}"#, "invalid_value", "type"),
        .init(#"{"type":"response.cancel","event_id":1}"#, "invalid_type", "event_id"),
        .init(
            #"{"type":"response.cancel","event_id":"\#(String(repeating: "x", count: 513))"}"#,
            "string_above_max_length", "event_id"),
        .init(#"{"type":"input_audio_buffer.commit","audio":"AAAA"}"#, "unknown_parameter", "audio"),
        .init(#"{"type":"response.cancel","b":1,"a":1}"#, "unknown_parameter", "a"),
        .init(#"{"type":"session.update"}"#, "missing_required_parameter", "session"),
        .init(#"{"type":"session.update","session":null}"#, "missing_required_parameter", "session"),
        .init(#"{"type":"session.update","session":[]}"#, "invalid_type", "session"),
        .init(#"{"type":"conversation.item.create"}"#, "missing_required_parameter", "item"),
        .init(#"{"type":"conversation.item.create","item":"a"}"#, "invalid_type", "item"),
        .init(
            #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[]},"previous_item_id":7}"#,
            "invalid_type", "previous_item_id"),
        .init(
            #"{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[]},"previous_item_id":""}"#,
            "string_below_min_length", "previous_item_id"),
        .init(#"{"type":"conversation.item.retrieve"}"#, "missing_required_parameter", "item_id"),
        .init(#"{"type":"conversation.item.retrieve","item_id":7}"#, "invalid_type", "item_id"),
        .init(#"{"type":"conversation.item.delete","item_id":null}"#, "missing_required_parameter", "item_id"),
        .init(
            #"{"type":"conversation.item.delete","item_id":"\#(String(repeating: "x", count: 65))"}"#,
            "string_above_max_length", "item_id"),
        .init(
            #"{"type":"conversation.item.truncate","content_index":0,"audio_end_ms":1}"#, "missing_required_parameter",
            "item_id"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","audio_end_ms":1}"#, "missing_required_parameter",
            "content_index"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","content_index":0}"#, "missing_required_parameter",
            "audio_end_ms"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","content_index":-1,"audio_end_ms":1}"#,
            "integer_below_min_value", "content_index"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":-1}"#,
            "integer_below_min_value", "audio_end_ms"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":1e15}"#,
            "integer_above_max_value", "audio_end_ms"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":1.5}"#,
            "invalid_type", "audio_end_ms"),
        .init(
            #"{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":"1"}"#,
            "invalid_type", "audio_end_ms"),
        .init(#"{"type":"response.create","response":"now"}"#, "invalid_type", "response"),
        .init(#"{"type":"response.cancel","response_id":{}}"#, "invalid_type", "response_id"),
        .init(#"{"type":"output_audio_buffer.clear","response_id":"a"}"#, "unknown_parameter", "response_id"),
    ]

    @Test(arguments: syntax + repeated + members)
    func isRefused(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try Decoded(bad.text) })
    }

    /// Wherever the name stands, as long as it comes before the place where the text stops being JSON.
    @Test(arguments: members + repeated)
    func tellsTheClientsNameForTheEvent(bad: BadText) {
        guard !bad.text.contains("event_id") else { return }
        let inner = bad.text.dropFirst()
        let named = inner == "}" ? #"{"event_id":"mine"}"# : #"{"event_id":"mine",\#(inner)"#
        #expect(#expect(throws: RealtimeFault.self) { try Decoded(named) }?.eventID == "mine")
        #expect(#expect(throws: RealtimeFault.self) { try Decoded(bad.text) }?.eventID == nil)
    }

    @Test func aNameBeforeBrokenJSONIsTold() {
        let fault = #expect(throws: RealtimeFault.self) { try Decoded(#"{"event_id":"mine","type":"resp"#) }
        #expect(fault?.code == "invalid_json" && fault?.eventID == "mine")
        let tooLong = #"{"type":"response.cancel","event_id":"\#(String(repeating: "x", count: 513))"}"#
        #expect(#expect(throws: RealtimeFault.self) { try Decoded(tooLong) }?.eventID == nil)
    }

    @Test func anUnknownTypeIsAnsweredWithThoseThatAreKnown() {
        let fault = #expect(throws: RealtimeFault.self) { try Decoded(#"{"type":"nonsense"}"#) }
        for name in ["session.update", "input_audio_buffer.append", "output_audio_buffer.clear"] {
            #expect(fault?.message.contains("'\(name)'") == true)
        }
        #expect(fault?.message.contains("transcription_session.update") == false)
    }

    @Test func faultsKeepValuesToThemselves() {
        let secret = "s3cret-value"
        for text in [
            #"{"type":"\#(secret)"}"#, #"{"type":"response.cancel","response_id":["\#(secret)"]}"#,
            #"{"type":"response.create","response":{"conversation":"\#(secret)"}}"#,
            #"{"type":"conversation.item.create","item":{"type":"\#(secret)"}}"#,
            #"{"type":"input_audio_buffer.append","audio":"\#(secret)"}"#,
            #"{"type":"response.cancel","response_id":"\#(secret)" x}"#,
        ] {
            let fault = #expect(throws: RealtimeFault.self) { try Decoded(text) }
            #expect(fault.map { "\($0)".contains(secret) } == false, "\(text)")
        }
    }

    @Test func aLongNameOfAMemberDoesNotFillTheFault() {
        let name = String(repeating: "n", count: 100_000)
        let fault = #expect(throws: RealtimeFault.self) { try Decoded(#"{"type":"response.cancel","\#(name)":1}"#) }
        #expect(fault?.code == "unknown_parameter" && fault?.param?.count == 128)
        #expect((fault?.message.count ?? 1_000) < 400)
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        for sequence: [UInt8] in [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF]] {
            let text = Array(#"{"type":"response.cancel","event_id":""#.utf8) + sequence + Array(#""}"#.utf8)
            #expect(#expect(throws: RealtimeFault.self) { try Decoded(text) }?.code == "invalid_json")
        }
    }

    @Test func depthAndSizeAreLimited() throws {
        func nested(_ depth: Int) -> String {
            let arrays = depth - 2
            let open = String(repeating: "[", count: arrays)
            let close = String(repeating: "]", count: arrays)
            return #"{"type":"session.update","session":{"x":\#(open)\#(close)}}"#
        }
        #expect((try? Decoded(nested(RealtimeLimits.depth))) != nil)
        for depth in [RealtimeLimits.depth + 1, 1_000_000] {
            #expect(#expect(throws: RealtimeFault.self) { try Decoded(nested(depth)) }?.code == "invalid_json")
        }
        let padding = String(repeating: " ", count: RealtimeLimits.messageBytes)
        let long = #expect(throws: RealtimeFault.self) { try Decoded(#"{"type":"response.cancel"}"# + padding) }
        #expect(long?.code == "message_too_large")
        let values = String(repeating: "0,", count: RealtimeLimits.values)
        let many = #expect(throws: RealtimeFault.self) {
            try Decoded(#"{"type":"session.update","session":{"x":[\#(values)0]}}"#)
        }
        #expect(many?.code == "invalid_json")
    }
}
