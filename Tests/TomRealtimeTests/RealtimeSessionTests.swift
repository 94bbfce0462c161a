import Testing
import TomConversation
import TomRealtime

/// The session object as the server tells it.
struct RealtimeSessionTests {
    @Test func aSessionBeginsWithTheServersVoiceActivityDetection() {
        #expect(plainSession.turnDetection?.createsResponse == true)
        #expect(plainSession.turnDetection?.interruptsResponse == true)
    }

    /// The answer to `client_secrets` of the API's reference, in its order of members.
    @Test func isExactlyTheExampleOfTheAPI() {
        var session = RealtimeSession(
            id: "sess_C9CiUVUzUzYIssh3ELY1d", expiresAt: 0, model: "gpt-realtime-2025-08-25", voice: "alloy")
        session.instructions = "You are a friendly assistant."
        session.turnDetection = .init(
            .server(threshold: 0.5, prefixPaddingMs: 300, silenceMs: 200, idleTimeoutMs: nil))
        let example = #"""
            {"type":"realtime","object":"realtime.session","id":"sess_C9CiUVUzUzYIssh3ELY1d",
            "model":"gpt-realtime-2025-08-25","output_modalities":["audio"],
            "instructions":"You are a friendly assistant.","tools":[],"tool_choice":"auto","max_output_tokens":"inf",
            "tracing":null,"truncation":"auto","prompt":null,"expires_at":0,"audio":{"input":{
            "format":{"type":"audio/pcm","rate":24000},"transcription":null,"noise_reduction":null,
            "turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":200,
            "idle_timeout_ms":null,"create_response":true,"interrupt_response":true}},"output":{
            "format":{"type":"audio/pcm","rate":24000},"voice":"alloy","speed":1}},"include":null}
            """#
        #expect(session.text() == example.replacing("\n", with: ""))
    }

    /// A session as a beta client of the hosted API is told it.
    @Test func isTheFlatObjectOfTheBeta() {
        var session = RealtimeSession(
            id: "sess_CkBNY4Df98S3UR04YBREU", expiresAt: 1_765_126_464, model: "gpt-realtime", voice: "alloy")
        session.instructions = "You are a friendly assistant"
        session.turnDetection = .init(
            .server(threshold: 0.5, prefixPaddingMs: 300, silenceMs: 200, idleTimeoutMs: nil))
        let example = #"""
            {"object":"realtime.session","id":"sess_CkBNY4Df98S3UR04YBREU","model":"gpt-realtime",
            "modalities":["audio","text"],"instructions":"You are a friendly assistant","voice":"alloy",
            "output_audio_format":"pcm16","tools":[],"tool_choice":"auto","temperature":0.8,
            "max_response_output_tokens":"inf","turn_detection":{"type":"server_vad","threshold":0.5,
            "prefix_padding_ms":300,"silence_duration_ms":200,"create_response":true,
            "interrupt_response":true},"speed":1,"tracing":null,
            "expires_at":1765126464,"input_audio_noise_reduction":null,"input_audio_format":"pcm16",
            "input_audio_transcription":null,"client_secret":null,"include":null}
            """#
        #expect(session.text(.beta) == example.replacing("\n", with: ""))
    }

    @Test func aTranscriptionSessionHasAnInputOnly() throws {
        let session = try plainSession.updated(
            #"""
            {"type":"transcription","include":["item.input_audio_transcription.logprobs"],"audio":{"input":{
            "transcription":{"model":"gpt-4o-transcribe","prompt":""},"noise_reduction":{"type":"near_field"}}}}
            """#)
        let expected = #"""
            {"type":"transcription","object":"realtime.transcription_session","id":"sess_1","expires_at":1756310470,
            "audio":{"input":{"format":{"type":"audio/pcm","rate":24000},
            "transcription":{"model":"gpt-4o-transcribe","language":null,"prompt":""},
            "noise_reduction":{"type":"near_field"},"turn_detection":{"type":"server_vad","threshold":0.5,
            "prefix_padding_ms":300,"silence_duration_ms":500,"idle_timeout_ms":null,"create_response":true,
            "interrupt_response":true}}},"include":["item.input_audio_transcription.logprobs"]}
            """#
        #expect(session.text() == expected.replacing("\n", with: ""))
        let beta = try json(session.text(.beta))
        #expect(beta["object"] == "realtime.transcription_session" && beta["id"] == "sess_1")
        #expect(beta["input_audio_transcription"]?["model"] == "gpt-4o-transcribe")
        #expect(beta["type"] == nil && beta["voice"] == nil && beta["tools"] == nil)
    }

    /// What a client reads, sent back as it is but for what only a server says, changes nothing.
    @Test(arguments: [RealtimeDialect.ga, .beta])
    func whatIsToldCanBeSentBack(dialect: RealtimeDialect) throws {
        let ga = #"""
            {"output_modalities":["text"],"instructions":"Be \"brief\".\n","parallel_tool_calls":false,
            "max_output_tokens":1,"truncation":{"type":"retention_ratio","retention_ratio":0.8,
            "token_limits":{"post_instructions":5000}},"tracing":{"workflow_name":"w","metadata":{"a":[1,2.5]}},
            "prompt":{"id":"pmpt_1","variables":{"city":"Bonn"},"version":"2"},"reasoning":{"effort":"low"},
            "audio":{"input":{"format":{"type":"audio/pcmu"},"noise_reduction":{"type":"far_field","strength":0.25},
            "transcription":{"model":"whisper-1","language":"de","keywords":["TOM"],"delay":"low"},
            "turn_detection":{"type":"semantic_vad","eagerness":"high","create_response":false}},
            "output":{"format":{"type":"audio/pcma"},"voice":{"id":"voice_1234"},"speed":1.25}},
            "tools":[{"type":"function","name":"look_up","description":"Looks up.",
            "parameters":{"type":"object","properties":{"q":{"type":"string"}}}},
            {"type":"mcp","server_label":"crm","server_url":"https://crm.example/mcp","require_approval":"never"}],
            "tool_choice":{"type":"mcp","server_label":"crm","name":"find"},
            "include":["item.input_audio_transcription.logprobs"]}
            """#
        let session = try plainSession.updated(ga.replacing("\n", with: ""))
        var told = try json(session.text(dialect)).fields ?? [:]
        for name in ["id", "object", "expires_at"] { told[name] = nil }
        var start = plainSession
        var expected = session
        if dialect == .beta {
            // The beta's object has none of these.
            (expected.parallelToolCalls, expected.reasoning) = (nil, nil)
            (expected.truncation, expected.prompt) = (start.truncation, start.prompt)
        }
        start.voice = "another"
        #expect(try start.applying(told, dialect: dialect) == expected)
        #expect(try expected.applying(told, dialect: dialect) == expected)
    }

    @Test func whatGivesAccessToToolsIsNotTold() throws {
        let session = try plainSession.updated(
            #"""
            {"tools":[{"type":"mcp","server_label":"crm","server_url":"https://crm.example","authorization":"s3cret",
            "headers":{"X-Key":"s3cret"}}]}
            """#)
        #expect(session.text().contains("crm.example"))
        #expect(!session.text().contains("s3cret") && !session.text(.beta).contains("s3cret"))
        guard case .mcp("crm", let tool)? = session.tools.first else {
            Issue.record("the tool is missing")
            return
        }
        #expect(tool["authorization"] == "s3cret" && tool["headers"]?["X-Key"] == "s3cret")
    }
}
