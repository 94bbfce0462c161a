import Testing
import TomConversation
import TomRealtime

/// The `response` of `response.create`.
struct ResponseParametersTests {
    private func read(_ text: String, _ dialect: RealtimeDialect = .ga) throws -> RealtimeResponseParameters {
        try RealtimeResponseParameters(json(text), dialect: dialect)
    }

    @Test func isReadInFull() throws {
        let read = try read(
            #"""
            {"conversation":"none","instructions":"Be brief.","output_modalities":["text"],"max_output_tokens":"inf",
            "audio":{"output":{"format":{"type":"audio/pcmu"},"voice":"cedar"}},"parallel_tool_calls":true,
            "prompt":{"id":"p"},"reasoning":{"effort":"high"},"metadata":{"topic":"weather","":""},
            "tools":[{"name":"f"}],"tool_choice":"required",
            "input":[{"type":"item_reference","id":"item_1"},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}]}
            """#)
        var expected = RealtimeResponseParameters()
        expected.isOutOfBand = true
        expected.instructions = "Be brief."
        expected.modality = .text
        expected.maxOutputTokens = .unlimited
        expected.outputFormat = .mu
        expected.voice = "cedar"
        expected.parallelToolCalls = true
        expected.prompt = ["id": "p"]
        expected.reasoning = ["effort": "high"]
        expected.metadata = ["topic": "weather", "": ""]
        expected.tools = [.function(name: "f", description: "", parameters: ["type": "object", "properties": [:]])]
        expected.toolChoice = .required
        expected.input = [
            .reference("item_1"), .item(RealtimeItem(id: nil, status: nil, kind: .message(.user, [.text("hi")]))),
        ]
        #expect(read == expected)
    }

    @Test func isReadInTheBeta() throws {
        let read = try read(
            #"""
            {"conversation":"auto","modalities":["audio","text"],"voice":"sage","output_audio_format":"g711_alaw",
            "temperature":0.7,"max_response_output_tokens":5,"input":[]}
            """#, .beta)
        var expected = RealtimeResponseParameters()
        expected.modality = .audio
        expected.voice = "sage"
        expected.outputFormat = .a
        expected.maxOutputTokens = .limit(5)
        expected.input = []
        #expect(read == expected)
    }

    @Test func whatIsNullIsAsTheSessionHasIt() throws {
        let text = #"""
            {"conversation":null,"input":null,"instructions":null,"metadata":null,"tools":null,"tool_choice":null,
            "output_modalities":null,"audio":null,"max_output_tokens":null,"prompt":null,"reasoning":null}
            """#
        #expect(try read(text) == RealtimeResponseParameters())
        #expect(try read(#"{"audio":{"output":{"voice":null,"format":null}}}"#) == RealtimeResponseParameters())
        #expect(try read(#"{"voice":null,"modalities":null,"output_audio_format":null}"#, .beta).voice == nil)
    }

    static let bad: [BadText] = [
        .init(#"{"conversation":"conv_1"}"#, "invalid_value", "response.conversation"),
        .init(#"{"conversation":1}"#, "invalid_type", "response.conversation"),
        .init(#"{"modalities":["text"]}"#, "unknown_parameter", "response.modalities"),
        .init(#"{"output_modalities":["text","audio"]}"#, "invalid_value", "response.output_modalities"),
        .init(#"{"max_output_tokens":0}"#, "integer_below_min_value", "response.max_output_tokens"),
        .init(#"{"audio":{"input":{}}}"#, "unknown_parameter", "response.audio.input"),
        .init(#"{"audio":{"output":{"speed":1}}}"#, "unknown_parameter", "response.audio.output.speed"),
        .init(
            #"{"audio":{"output":{"format":{"type":"audio/opus"}}}}"#, "invalid_value",
            "response.audio.output.format.type"),
        .init(#"{"instructions":[]}"#, "invalid_type", "response.instructions"),
        .init(#"{"input":{}}"#, "invalid_type", "response.input"),
        .init(#"{"input":["a"]}"#, "invalid_type", "response.input[0]"),
        .init(#"{"input":[{"type":"item_reference"}]}"#, "missing_required_parameter", "response.input[0].id"),
        .init(
            #"{"input":[{"type":"item_reference","id":"a","role":"user"}]}"#, "unknown_parameter",
            "response.input[0].role"),
        .init(
            #"{"input":[{"type":"message","role":"user","content":[{"type":"input_text"}]}]}"#,
            "missing_required_parameter", "response.input[0].content[0].text"),
        .init(#"{"tools":[{}]}"#, "missing_required_parameter", "response.tools[0].name"),
        .init(#"{"tool_choice":"any"}"#, "invalid_value", "response.tool_choice"),
        .init(#"{"metadata":[]}"#, "invalid_type", "response.metadata"),
        .init(#"{"metadata":{"a":1}}"#, "invalid_type", "response.metadata.a"),
        .init(
            #"{"metadata":{\#((0...16).map { #""\#($0)":"""# }.joined(separator: ","))}}"#,
            "object_above_max_properties", "response.metadata"),
        .init(
            #"{"metadata":{"\#(String(repeating: "k", count: 65))":""}}"#, "string_above_max_length",
            "response.metadata.\(String(repeating: "k", count: 65))"),
        .init(
            #"{"metadata":{"a":"\#(String(repeating: "v", count: 513))"}}"#, "string_above_max_length",
            "response.metadata.a"),
    ]

    @Test(arguments: bad)
    func isRefused(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try read(bad.text) })
    }

    @Test func theLongestMetadataIsRead() throws {
        let pairs = (10..<26).map {
            #""\#($0)\#(String(repeating: "k", count: 62))":"\#(String(repeating: "é", count: 512))""#
        }
        #expect(try read(#"{"metadata":{\#(pairs.joined(separator: ","))}}"#).metadata?.count == 16)
    }
}
