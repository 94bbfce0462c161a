import Testing
import TomRealtime

/// What `session.update` refuses: code, place and a message that names it.
struct SessionUpdateFaultTests {
    private static func input(_ inner: String) -> String { #"{"audio":{"input":\#(inner)}}"# }
    private static func turns(_ inner: String) -> String { input(#"{"turn_detection":\#(inner)}"#) }
    private static func tool(_ inner: String) -> String { #"{"tools":[\#(inner)]}"# }
    private static let turnPath = "session.audio.input.turn_detection"
    private static let long = String(repeating: "n", count: 65)

    static let session: [BadText] = [
        .init(#"{"type":"chat"}"#, "invalid_value", "session.type"),
        .init(#"{"type":1}"#, "invalid_type", "session.type"),
        .init(#"{"colour":"red"}"#, "unknown_parameter", "session.colour"),
        .init(#"{"id":"sess_2"}"#, "unknown_parameter", "session.id"),
        .init(#"{"voice":"alloy"}"#, "unknown_parameter", "session.voice"),
        .init(#"{"temperature":0.8}"#, "unknown_parameter", "session.temperature"),
        .init(#"{"input_audio_format":"pcm16"}"#, "unknown_parameter", "session.input_audio_format"),
        .init(#"{"model":""}"#, "string_below_min_length", "session.model"),
        .init(#"{"instructions":7}"#, "invalid_type", "session.instructions"),
        .init(#"{"output_modalities":["audio","text"]}"#, "invalid_value", "session.output_modalities"),
        .init(#"{"output_modalities":[]}"#, "invalid_value", "session.output_modalities"),
        .init(#"{"output_modalities":["video"]}"#, "invalid_value", "session.output_modalities"),
        .init(#"{"output_modalities":"audio"}"#, "invalid_type", "session.output_modalities"),
        .init(#"{"parallel_tool_calls":1}"#, "invalid_type", "session.parallel_tool_calls"),
        .init(#"{"max_output_tokens":0}"#, "integer_below_min_value", "session.max_output_tokens"),
        .init(#"{"max_output_tokens":4097}"#, "integer_above_max_value", "session.max_output_tokens"),
        .init(#"{"max_output_tokens":1.5}"#, "invalid_type", "session.max_output_tokens"),
        .init(#"{"max_output_tokens":"many"}"#, "invalid_value", "session.max_output_tokens"),
        .init(#"{"max_output_tokens":[]}"#, "invalid_type", "session.max_output_tokens"),
        .init(#"{"truncation":"never"}"#, "invalid_value", "session.truncation"),
        .init(#"{"truncation":1}"#, "invalid_type", "session.truncation"),
        .init(#"{"truncation":{}}"#, "missing_required_parameter", "session.truncation.type"),
        .init(#"{"truncation":{"type":"auto"}}"#, "invalid_value", "session.truncation.type"),
        .init(
            #"{"truncation":{"type":"retention_ratio"}}"#, "missing_required_parameter",
            "session.truncation.retention_ratio"),
        .init(
            #"{"truncation":{"type":"retention_ratio","retention_ratio":1.01}}"#, "decimal_above_max_value",
            "session.truncation.retention_ratio"),
        .init(
            #"{"truncation":{"type":"retention_ratio","retention_ratio":1,"token_limits":{"post_instructions":-1}}}"#,
            "integer_below_min_value", "session.truncation.token_limits.post_instructions"),
        .init(#"{"tracing":"on"}"#, "invalid_value", "session.tracing"),
        .init(#"{"tracing":{"metadata":"a"}}"#, "invalid_type", "session.tracing.metadata"),
        .init(#"{"prompt":{}}"#, "missing_required_parameter", "session.prompt.id"),
        .init(#"{"prompt":"p"}"#, "invalid_type", "session.prompt"),
        .init(#"{"reasoning":{"effort":"extreme"}}"#, "invalid_value", "session.reasoning.effort"),
        .init(#"{"include":["everything"]}"#, "invalid_value", "session.include[0]"),
        .init(#"{"include":"everything"}"#, "invalid_type", "session.include"),
        .init(#"{"include":[1]}"#, "invalid_type", "session.include[0]"),
        .init(#"{"type":"transcription","instructions":""}"#, "unknown_parameter", "session.instructions"),
        .init(#"{"type":"transcription","audio":{"output":{}}}"#, "unknown_parameter", "session.audio.output"),
    ]

    static let audio: [BadText] = [
        .init(#"{"audio":[]}"#, "invalid_type", "session.audio"),
        .init(#"{"audio":{"in":{}}}"#, "unknown_parameter", "session.audio.in"),
        .init(input("1"), "invalid_type", "session.audio.input"),
        .init(input(#"{"voice":"a"}"#), "unknown_parameter", "session.audio.input.voice"),
        .init(input(#"{"format":"pcm16"}"#), "invalid_type", "session.audio.input.format"),
        .init(input(#"{"format":{"type":"audio/mp3"}}"#), "invalid_value", "session.audio.input.format.type"),
        .init(
            input(#"{"format":{"type":"audio/pcm","rate":16000}}"#), "integer_below_min_value",
            "session.audio.input.format.rate"),
        .init(
            input(#"{"format":{"type":"audio/pcmu","rate":24000}}"#), "integer_above_max_value",
            "session.audio.input.format.rate"),
        .init(input(#"{"format":{"channels":1}}"#), "unknown_parameter", "session.audio.input.format.channels"),
        .init(
            input(#"{"noise_reduction":{}}"#), "missing_required_parameter", "session.audio.input.noise_reduction.type"),
        .init(
            input(#"{"noise_reduction":{"type":"loud"}}"#), "invalid_value", "session.audio.input.noise_reduction.type"),
        .init(
            input(#"{"noise_reduction":{"type":"near_field","strength":-1}}"#), "decimal_below_min_value",
            "session.audio.input.noise_reduction.strength"),
        .init(
            input(#"{"transcription":{"enabled":true}}"#), "unknown_parameter",
            "session.audio.input.transcription.enabled"),
        .init(
            input(#"{"transcription":{"keywords":["a",1]}}"#), "invalid_type",
            "session.audio.input.transcription.keywords[1]"),
        .init(
            input(#"{"transcription":{"delay":"long"}}"#), "invalid_value", "session.audio.input.transcription.delay"),
        .init(input(#"{"transcription":"whisper-1"}"#), "invalid_type", "session.audio.input.transcription"),
        .init(turns("false"), "invalid_type", turnPath),
        .init(turns(#"{"type":"vad"}"#), "invalid_value", "\(turnPath).type"),
        .init(turns(#"{"type":false}"#), "invalid_type", "\(turnPath).type"),
        .init(turns(#"{"type":"server_vad","eagerness":"low"}"#), "unknown_parameter", "\(turnPath).eagerness"),
        .init(turns(#"{"type":"semantic_vad","threshold":0.5}"#), "unknown_parameter", "\(turnPath).threshold"),
        .init(
            turns(#"{"type":"semantic_vad","idle_timeout_ms":6000}"#), "unknown_parameter",
            "\(turnPath).idle_timeout_ms"),
        .init(turns(#"{"type":"semantic_vad","eagerness":"extreme"}"#), "invalid_value", "\(turnPath).eagerness"),
        .init(turns(#"{"threshold":1.1}"#), "decimal_above_max_value", "\(turnPath).threshold"),
        .init(turns(#"{"threshold":-0.1}"#), "decimal_below_min_value", "\(turnPath).threshold"),
        .init(turns(#"{"threshold":"0.5"}"#), "invalid_type", "\(turnPath).threshold"),
        .init(turns(#"{"prefix_padding_ms":-1}"#), "integer_below_min_value", "\(turnPath).prefix_padding_ms"),
        .init(turns(#"{"silence_duration_ms":60001}"#), "integer_above_max_value", "\(turnPath).silence_duration_ms"),
        .init(turns(#"{"silence_duration_ms":0.5}"#), "invalid_type", "\(turnPath).silence_duration_ms"),
        .init(turns(#"{"idle_timeout_ms":4999}"#), "integer_below_min_value", "\(turnPath).idle_timeout_ms"),
        .init(turns(#"{"idle_timeout_ms":30001}"#), "integer_above_max_value", "\(turnPath).idle_timeout_ms"),
        .init(turns(#"{"create_response":"yes"}"#), "invalid_type", "\(turnPath).create_response"),
        .init(#"{"audio":{"output":{"speed":0.2}}}"#, "decimal_below_min_value", "session.audio.output.speed"),
        .init(#"{"audio":{"output":{"speed":1.6}}}"#, "decimal_above_max_value", "session.audio.output.speed"),
        .init(#"{"audio":{"output":{"voice":7}}}"#, "invalid_type", "session.audio.output.voice"),
        .init(#"{"audio":{"output":{"voice":""}}}"#, "string_below_min_length", "session.audio.output.voice"),
        .init(#"{"audio":{"output":{"voice":{}}}}"#, "missing_required_parameter", "session.audio.output.voice.id"),
        .init(#"{"audio":{"output":{"rate":1}}}"#, "unknown_parameter", "session.audio.output.rate"),
    ]

    static let tools: [BadText] = [
        .init(#"{"tools":{}}"#, "invalid_type", "session.tools"),
        .init(#"{"tools":[1]}"#, "invalid_type", "session.tools[0]"),
        .init(
            #"{"tools":[\#((0...128).map { #"{"name":"t\#($0)"}"# }.joined(separator: ","))]}"#,
            "array_above_max_length", "session.tools"),
        .init(#"{"tools":[{"name":"a"},{"name":"a"}]}"#, "invalid_value", "session.tools[1]"),
        .init(tool("{}"), "missing_required_parameter", "session.tools[0].name"),
        .init(tool(#"{"type":"web_search"}"#), "invalid_value", "session.tools[0].type"),
        .init(tool(#"{"type":7}"#), "invalid_type", "session.tools[0].type"),
        .init(tool(#"{"name":""}"#), "string_below_min_length", "session.tools[0].name"),
        .init(tool(#"{"name":"\#(long)"}"#), "string_above_max_length", "session.tools[0].name"),
        .init(tool(#"{"name":"look up"}"#), "invalid_value", "session.tools[0].name"),
        .init(tool(#"{"name":"größe"}"#), "invalid_value", "session.tools[0].name"),
        .init(tool(#"{"name":"a","strict":true}"#), "unknown_parameter", "session.tools[0].strict"),
        .init(tool(#"{"name":"a","description":1}"#), "invalid_type", "session.tools[0].description"),
        .init(tool(#"{"name":"a","parameters":"{}"}"#), "invalid_type", "session.tools[0].parameters"),
        .init(
            tool(#"{"type":"mcp","server_url":"https://a"}"#), "missing_required_parameter",
            "session.tools[0].server_label"),
        .init(tool(#"{"type":"mcp","server_label":"m"}"#), "missing_required_parameter", "session.tools[0].server_url"),
        .init(
            tool(#"{"type":"mcp","server_label":"m","server_url":"file:///etc/passwd"}"#), "invalid_value",
            "session.tools[0].server_url"),
        .init(
            tool(#"{"type":"mcp","server_label":"m","server_url":"https://a","headers":{"a":1}}"#), "invalid_type",
            "session.tools[0].headers.a"),
        .init(
            tool(#"{"type":"mcp","server_label":"m","server_url":"https://a","allowed_tools":[1]}"#), "invalid_type",
            "session.tools[0].allowed_tools[0]"),
        .init(
            tool(#"{"type":"mcp","server_label":"m","server_url":"https://a","allowed_tools":{"names":[]}}"#),
            "unknown_parameter", "session.tools[0].allowed_tools.names"),
        .init(
            tool(#"{"type":"mcp","server_label":"m","server_url":"https://a","require_approval":"ask"}"#),
            "invalid_value", "session.tools[0].require_approval"),
        .init(
            tool(
                #"{"type":"mcp","server_label":"m","server_url":"https://a","require_approval":{"never":{"read_only":1}}}"#
            ),
            "invalid_type", "session.tools[0].require_approval.never.read_only"),
        .init(
            tool(#"{"type":"mcp","server_label":"m","server_url":"https://a","allowed_callers":["indirect"]}"#),
            "invalid_value", "session.tools[0].allowed_callers[0]"),
        .init(#"{"tool_choice":"any"}"#, "invalid_value", "session.tool_choice"),
        .init(#"{"tool_choice":true}"#, "invalid_type", "session.tool_choice"),
        .init(#"{"tool_choice":{}}"#, "missing_required_parameter", "session.tool_choice.type"),
        .init(#"{"tool_choice":{"type":"function"}}"#, "missing_required_parameter", "session.tool_choice.name"),
        .init(#"{"tool_choice":{"type":"mcp"}}"#, "missing_required_parameter", "session.tool_choice.server_label"),
    ]

    static let beta: [BadText] = [
        .init(#"{"audio":{}}"#, "unknown_parameter", "session.audio"),
        .init(#"{"output_modalities":["audio"]}"#, "unknown_parameter", "session.output_modalities"),
        .init(#"{"modalities":["audio"]}"#, "invalid_value", "session.modalities"),
        .init(#"{"modalities":"text"}"#, "invalid_type", "session.modalities"),
        .init(#"{"input_audio_format":"audio/pcm"}"#, "invalid_value", "session.input_audio_format"),
        .init(#"{"output_audio_format":{}}"#, "invalid_type", "session.output_audio_format"),
        .init(#"{"temperature":0.5}"#, "decimal_below_min_value", "session.temperature"),
        .init(#"{"temperature":1.3}"#, "decimal_above_max_value", "session.temperature"),
        .init(#"{"max_response_output_tokens":5000}"#, "integer_above_max_value", "session.max_response_output_tokens"),
        .init(
            #"{"input_audio_transcription":{"enabled":true}}"#, "unknown_parameter",
            "session.input_audio_transcription.enabled"),
        .init(#"{"turn_detection":{"type":"vad"}}"#, "invalid_value", "session.turn_detection.type"),
        .init(#"{"speed":2}"#, "decimal_above_max_value", "session.speed"),
        .init(#"{"type":"transcription","voice":"alloy"}"#, "unknown_parameter", "session.voice"),
    ]

    @Test(arguments: session + audio + tools)
    func isRefused(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try plainSession.updated(bad.text) })
    }

    @Test(arguments: beta)
    func isRefusedInTheBeta(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try plainSession.updated(bad.text, .beta) })
    }

    @Test func turningOnNeedsAType() {
        var off = plainSession
        off.turnDetection = nil
        let fault = #expect(throws: RealtimeFault.self) { try off.updated(Self.turns(#"{"threshold":0.5}"#)) }
        #expect(fault?.code == "missing_required_parameter" && fault?.param == "\(Self.turnPath).type")
    }

    /// Clients that were written for the other dialect are told the name in this one.
    @Test func aNameOfTheOtherDialectIsAnsweredWithTheRightOne() {
        func hint(_ patch: String, _ dialect: RealtimeDialect) -> String {
            #expect(throws: RealtimeFault.self) { try plainSession.updated(patch, dialect) }?.message ?? ""
        }
        #expect(hint(#"{"voice":"alloy"}"#, .ga).contains("'session.audio.output.voice'"))
        #expect(hint(#"{"turn_detection":null}"#, .ga).contains("'session.audio.input.turn_detection'"))
        #expect(hint(#"{"max_output_tokens":1}"#, .beta).contains("'session.max_response_output_tokens'"))
    }
}
