import Testing
import TomConversation
import TomRealtime

/// Items as clients create them and as the server tells them.
struct RealtimeItemTests {
    private func item(_ text: String, _ dialect: RealtimeDialect = .ga) throws -> RealtimeItem {
        try RealtimeItem(json(text), dialect: dialect, param: "item")
    }

    private func text(_ item: RealtimeItem, _ dialect: RealtimeDialect = .ga, includesAudio: Bool = false) -> String {
        written { item.write(to: &$0, dialect: dialect, includesAudio: includesAudio) }
    }

    /// Texts that are told as they were given.
    static let same = [
        #"{"id":"item_1","object":"realtime.item","type":"message","status":"completed","role":"user","content":[{"type":"input_text","text":"hi"}]}"#,
        #"{"object":"realtime.item","type":"message","role":"system","content":[{"type":"input_text","text":"Be brief."}]}"#,
        #"{"object":"realtime.item","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text","text":"Hel"}]}"#,
        #"{"object":"realtime.item","type":"message","role":"user","content":[{"type":"input_audio","audio":"AAEC","transcript":null},{"type":"input_audio","audio":"AA==","transcript":"Hm"}]}"#,
        #"{"object":"realtime.item","type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"low"},{"type":"input_image","image_url":"x"}]}"#,
        #"{"object":"realtime.item","type":"message","role":"user","content":[]}"#,
        #"{"id":"item_2","object":"realtime.item","type":"function_call","status":"in_progress","name":"f","call_id":"call_1","arguments":"{\"a\":1}"}"#,
        #"{"object":"realtime.item","type":"function_call_output","call_id":"call_1","output":""}"#,
        #"{"id":"m1","type":"mcp_approval_response","approval_request_id":"a1","approve":false,"reason":"no"}"#,
        #"{"id":"m2","type":"mcp_list_tools","server_label":"m","tools":[{"annotations":null,"input_schema":{},"name":"t"}]}"#,
        #"{"id":"m3","type":"mcp_call","arguments":"{}","error":{"message":"x","type":"tool_execution_error"},"name":"t","output":null,"server_label":"m"}"#,
        #"{"id":"m4","type":"mcp_approval_request","arguments":"{}","name":"t","server_label":"m"}"#,
    ]

    @Test(arguments: same)
    func isToldAsItWasGiven(given: String) throws {
        #expect(try text(item(given), includesAudio: true) == given)
        #expect(try item(text(item(given), .beta, includesAudio: true), .beta) == item(given))
    }

    @Test func isReadInFull() throws {
        let message = try item(
            #"{"type":"message","id":"mine","status":"incomplete","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_audio","audio":"AAEC"}]}"#
        )
        #expect(
            message
                == RealtimeItem(
                    id: "mine", status: .incomplete,
                    kind: .message(.user, [.text("a"), .audio(audio: "AAEC", transcript: nil)])))
        let call = try item(#"{"type":"function_call","call_id":"c","name":"f","arguments":""}"#)
        #expect(call == RealtimeItem(id: nil, status: nil, kind: .functionCall(callID: "c", name: "f", arguments: "")))
        let nothing = try item(#"{"type":"function_call_output","id":null,"status":null,"call_id":"c","output":"o"}"#)
        #expect(nothing == RealtimeItem(id: nil, status: nil, kind: .functionCallOutput(callID: "c", output: "o")))
        let longest = String(repeating: "i", count: 64)
        #expect(try item(#"{"type":"message","id":"\#(longest)","role":"user","content":[]}"#).id == longest)
    }

    @Test func onlyARetrievedItemHasItsAudio() {
        let spoken = RealtimeItem(
            id: "item_1", status: .completed, kind: .message(.assistant, [.audio(audio: "AAEC", transcript: "Hello")]))
        let head =
            #"{"id":"item_1","object":"realtime.item","type":"message","status":"completed","role":"assistant","content":[{"type":"#
        #expect(text(spoken) == head + #""output_audio","transcript":"Hello"}]}"#)
        #expect(text(spoken, includesAudio: true) == head + #""output_audio","audio":"AAEC","transcript":"Hello"}]}"#)
        #expect(text(spoken, .beta) == head + #""audio","transcript":"Hello"}]}"#)
    }

    @Test func theBetaHasItsOwnNameForTheAssistantsText() throws {
        let given = #"{"type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}]}"#
        let said = RealtimeItem(id: nil, status: nil, kind: .message(.assistant, [.text("Hi")]))
        #expect(try item(given, .beta) == said)
        #expect(throws: RealtimeFault.self) { try item(given) }
        let expected =
            #"{"object":"realtime.item","type":"message","role":"assistant","content":[{"type":"text","text":"Hi"}]}"#
        #expect(text(said, .beta) == expected)
        let ga = given.replacing(#""type":"text""#, with: #""type":"output_text""#)
        #expect(try item(ga, .beta) == said && item(ga) == said)
    }

    // MARK: Faults

    private static func message(_ role: String, _ part: String) -> String {
        #"{"type":"message","role":"\#(role)","content":[{"type":"input_text","text":"a"},\#(part)]}"#
    }
    private static let part = "item.content[1]"
    private static let long = String(repeating: "x", count: 65)

    static let bad: [BadText] = [
        .init("{}", "missing_required_parameter", "item.type"),
        .init(#"{"type":1}"#, "invalid_type", "item.type"),
        .init(#"{"type":"picture"}"#, "invalid_value", "item.type"),
        .init(#"{"type":"item_reference","id":"a"}"#, "invalid_value", "item.type"),
        .init(#"{"type":"message","content":[]}"#, "missing_required_parameter", "item.role"),
        .init(#"{"type":"message","role":"developer","content":[]}"#, "invalid_value", "item.role"),
        .init(#"{"type":"message","role":"user"}"#, "missing_required_parameter", "item.content"),
        .init(#"{"type":"message","role":"user","content":"hi"}"#, "invalid_type", "item.content"),
        .init(#"{"type":"message","role":"user","content":[],"name":"a"}"#, "unknown_parameter", "item.name"),
        .init(#"{"type":"message","role":"user","content":[],"id":""}"#, "string_below_min_length", "item.id"),
        .init(#"{"type":"message","role":"user","content":[],"id":"\#(long)"}"#, "string_above_max_length", "item.id"),
        .init(#"{"type":"message","role":"user","content":[],"id":1}"#, "invalid_type", "item.id"),
        .init(#"{"type":"message","role":"user","content":[],"object":"item"}"#, "invalid_value", "item.object"),
        .init(#"{"type":"message","role":"user","content":[],"status":"done"}"#, "invalid_value", "item.status"),
        .init(message("user", "{}"), "missing_required_parameter", "\(part).type"),
        .init(message("user", "7"), "invalid_type", part),
        .init(message("user", #"{"type":"output_text","text":"a"}"#), "invalid_value", "\(part).type"),
        .init(message("system", #"{"type":"input_audio","audio":"AAAA"}"#), "invalid_value", "\(part).type"),
        .init(message("user", #"{"type":"input_text"}"#), "missing_required_parameter", "\(part).text"),
        .init(message("user", #"{"type":"input_text","text":1}"#), "invalid_type", "\(part).text"),
        .init(
            message("user", #"{"type":"input_text","text":"a","audio":"AAAA"}"#), "unknown_parameter", "\(part).audio"),
        .init(message("user", #"{"type":"input_audio"}"#), "missing_required_parameter", "\(part).audio"),
        .init(message("user", #"{"type":"input_audio","audio":""}"#), "invalid_value", "\(part).audio"),
        .init(message("user", #"{"type":"input_audio","audio":"AAF="}"#), "invalid_value", "\(part).audio"),
        .init(message("user", #"{"type":"input_image"}"#), "missing_required_parameter", "\(part).image_url"),
        .init(
            message("user", #"{"type":"input_image","image_url":"x","detail":"most"}"#), "invalid_value",
            "\(part).detail"),
        .init(
            #"{"type":"message","role":"assistant","content":[{"type":"output_audio","transcript":"a"}]}"#,
            "invalid_value", "item.content[0].type"),
        .init(#"{"type":"function_call","name":"f","arguments":""}"#, "missing_required_parameter", "item.call_id"),
        .init(#"{"type":"function_call","call_id":"c","arguments":""}"#, "missing_required_parameter", "item.name"),
        .init(#"{"type":"function_call","call_id":"c","name":"f"}"#, "missing_required_parameter", "item.arguments"),
        .init(#"{"type":"function_call","call_id":"c","name":"f","arguments":{}}"#, "invalid_type", "item.arguments"),
        .init(#"{"type":"function_call_output","output":""}"#, "missing_required_parameter", "item.call_id"),
        .init(#"{"type":"function_call_output","call_id":"c"}"#, "missing_required_parameter", "item.output"),
        .init(#"{"type":"function_call_output","call_id":"c","output":{}}"#, "invalid_type", "item.output"),
        .init(
            #"{"type":"mcp_approval_response","approve":true}"#, "missing_required_parameter",
            "item.approval_request_id"),
        .init(
            #"{"type":"mcp_approval_response","approval_request_id":"a"}"#, "missing_required_parameter", "item.approve"
        ),
        .init(
            #"{"type":"mcp_approval_response","approval_request_id":"a","approve":1}"#, "invalid_type", "item.approve"),
        .init(#"{"type":"mcp_list_tools","server_label":"m"}"#, "missing_required_parameter", "item.tools"),
        .init(
            #"{"type":"mcp_list_tools","server_label":"m","tools":[{"name":"t"}]}"#, "missing_required_parameter",
            "item.tools[0].input_schema"),
        .init(#"{"type":"mcp_call","name":"t","arguments":""}"#, "missing_required_parameter", "item.server_label"),
        .init(
            #"{"type":"mcp_approval_request","server_label":"m","name":"t","arguments":"","output":""}"#,
            "unknown_parameter", "item.output"),
    ]

    @Test(arguments: bad)
    func isRefused(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try item(bad.text) })
    }

    @Test func audioOfTheAssistantsCannotBeCreatedInEitherDialect() {
        for (type, dialect) in [("output_audio", RealtimeDialect.ga), ("output_audio", .beta), ("audio", .beta)] {
            let text = #"{"type":"message","role":"assistant","content":[{"type":"\#(type)","audio":"AAAA"}]}"#
            let fault = #expect(throws: RealtimeFault.self) { try item(text, dialect) }
            #expect(fault?.code == "invalid_value" && fault?.param == "item.content[0].type")
            #expect(fault?.message.contains("cannot be created") == true)
        }
    }
}
