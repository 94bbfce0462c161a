import Testing
import TomConversation
import TomRealtime

/// What `session.update` changes, and what it leaves.
struct SessionUpdateTests {
    /// A change of a session, written twice: as a client sends it and as it is in effect.
    struct Sample: Sendable, CustomTestStringConvertible {
        let patch: String
        let dialect: RealtimeDialect
        let change: @Sendable (inout RealtimeSession) -> Void
        init(
            _ patch: String, _ dialect: RealtimeDialect = .ga,
            _ change: @escaping @Sendable (inout RealtimeSession) -> Void
        ) {
            (self.patch, self.dialect, self.change) = (patch, dialect, change)
        }
        var testDescription: String { patch }
    }

    /// Everything is set to something else than its default.
    private static let busy: RealtimeSession = {
        var session = plainSession
        session.instructions = "Hello."
        session.modality = .text
        session.inputFormat = .mu
        session.outputFormat = .a
        session.noiseReduction = .farField
        session.noiseReductionStrength = 0.5
        var transcription = RealtimeSession.Transcription()
        transcription.model = "whisper-1"
        transcription.language = "de"
        transcription.others["delay"] = "low"
        session.transcription = transcription
        session.turnDetection = .init(
            .server(threshold: 0.7, prefixPaddingMs: 100, silenceMs: 900, idleTimeoutMs: 6_000))
        session.turnDetection?.createsResponse = false
        session.turnDetection?.interruptsResponse = false
        session.speed = 1.5
        session.temperature = 1
        session.tools = [.function(name: "f", description: "", parameters: [:])]
        session.toolChoice = .required
        session.parallelToolCalls = true
        session.maxOutputTokens = 7
        session.truncation = "disabled"
        session.tracing = "auto"
        session.prompt = ["id": "p"]
        session.reasoning = ["effort": "low"]
        session.include = ["item.input_audio_transcription.logprobs"]
        return session
    }()

    static let ga: [Sample] = [
        .init("{}") { _ in },
        .init(#"{"type":"realtime","model":"receptionist"}"#) { _ in },
        .init(#"{"type":null,"model":null,"audio":null}"#) { _ in },
        .init(#"{"audio":{"input":null,"output":{"voice":null}}}"#) { _ in },
        .init(#"{"instructions":""}"#) { $0.instructions = "" },
        .init(#"{"instructions":null}"#) { $0.instructions = "" },
        .init(#"{"output_modalities":["audio"]}"#) { $0.modality = .audio },
        .init(#"{"output_modalities":null}"#) { $0.modality = .audio },
        .init(#"{"audio":{"input":{"format":{"type":"audio/pcm","rate":24000}}}}"#) { $0.inputFormat = .pcm },
        .init(#"{"audio":{"input":{"format":{"type":"audio/pcma","rate":8000}}}}"#) { $0.inputFormat = .a },
        .init(#"{"audio":{"input":{"format":null},"output":{"format":null}}}"#) {
            ($0.inputFormat, $0.outputFormat) = (.pcm, .pcm)
        },
        .init(#"{"audio":{"output":{"format":{"type":"audio/pcmu"}}}}"#) { $0.outputFormat = .mu },
        .init(#"{"audio":{"output":{"format":{}}}}"#) { _ in },
        .init(#"{"audio":{"output":{"voice":"marin"}}}"#) { $0.voice = "marin" },
        .init(#"{"audio":{"output":{"voice":{"id":"voice_1"}}}}"#) { $0.voice = "voice_1" },
        .init(#"{"audio":{"output":{"speed":0.25}}}"#) { $0.speed = 0.25 },
        .init(#"{"audio":{"output":{"speed":null}}}"#) { $0.speed = 1 },
        .init(#"{"audio":{"input":{"noise_reduction":null}}}"#) {
            ($0.noiseReduction, $0.noiseReductionStrength) = (nil, nil)
        },
        .init(#"{"audio":{"input":{"noise_reduction":{"type":"near_field"}}}}"#) { $0.noiseReduction = .nearField },
        .init(#"{"audio":{"input":{"noise_reduction":{"strength":2}}}}"#) { $0.noiseReductionStrength = 2 },
        .init(#"{"audio":{"input":{"transcription":null}}}"#) { $0.transcription = nil },
        .init(#"{"audio":{"input":{"transcription":{}}}}"#) { _ in },
        .init(#"{"audio":{"input":{"transcription":{"language":null,"prompt":"TOM","delay":null}}}}"#) {
            $0.transcription?.language = nil
            $0.transcription?.prompt = "TOM"
            $0.transcription?.others = [:]
        },
        .init(#"{"audio":{"input":{"transcription":{"languages":["de","en"]}}}}"#) {
            $0.transcription?.others["languages"] = ["de", "en"]
        },
        .init(#"{"audio":{"input":{"turn_detection":null}}}"#) { $0.turnDetection = nil },
        .init(#"{"audio":{"input":{"turn_detection":{"threshold":1}}}}"#) {
            $0.turnDetection?.kind = .server(threshold: 1, prefixPaddingMs: 100, silenceMs: 900, idleTimeoutMs: 6_000)
        },
        .init(#"{"audio":{"input":{"turn_detection":{"type":"server_vad","silence_duration_ms":0}}}}"#) {
            $0.turnDetection?.kind = .server(threshold: 0.7, prefixPaddingMs: 100, silenceMs: 0, idleTimeoutMs: 6_000)
        },
        .init(
            #"{"audio":{"input":{"turn_detection":{"threshold":null,"prefix_padding_ms":null,"silence_duration_ms":null,"idle_timeout_ms":null,"create_response":null,"interrupt_response":null}}}}"#
        ) { $0.turnDetection = .server },
        .init(#"{"audio":{"input":{"turn_detection":{"idle_timeout_ms":5000,"interrupt_response":true}}}}"#) {
            $0.turnDetection?.kind = .server(threshold: 0.7, prefixPaddingMs: 100, silenceMs: 900, idleTimeoutMs: 5_000)
            $0.turnDetection?.interruptsResponse = true
        },
        // Another type begins from its own defaults.
        .init(#"{"audio":{"input":{"turn_detection":{"type":"semantic_vad"}}}}"#) {
            $0.turnDetection = .init(.semantic(.auto))
        },
        .init(
            #"{"audio":{"input":{"turn_detection":{"type":"semantic_vad","eagerness":"low","create_response":false}}}}"#
        ) {
            $0.turnDetection = .init(.semantic(.low))
            $0.turnDetection?.createsResponse = false
        },
        .init(#"{"tools":[]}"#) { $0.tools = [] },
        .init(#"{"tools":null,"tool_choice":null}"#) { ($0.tools, $0.toolChoice) = ([], .auto) },
        .init(#"{"tools":[{"name":"a-B_9"}]}"#) {
            $0.tools = [
                .function(name: "a-B_9", description: "", parameters: ["type": "object", "properties": [:]])
            ]
        },
        .init(#"{"tools":[{"type":"function","name":"f","description":"d","parameters":{"x":1}},{"name":"g"}]}"#) {
            $0.tools = [
                .function(name: "f", description: "d", parameters: ["x": 1]),
                .function(name: "g", description: "", parameters: ["type": "object", "properties": [:]]),
            ]
        },
        .init(#"{"tools":[{"type":"mcp","server_label":"m","connector_id":"connector_gmail"}]}"#) {
            $0.tools = [
                .mcp(label: "m", ["type": "mcp", "server_label": "m", "connector_id": "connector_gmail"])
            ]
        },
        .init(#"{"tool_choice":"none"}"#) { $0.toolChoice = .none },
        .init(#"{"tool_choice":{"type":"function","name":"f"}}"#) { $0.toolChoice = .function(name: "f") },
        .init(#"{"tool_choice":{"type":"mcp","server_label":"m"}}"#) { $0.toolChoice = .mcp(label: "m", name: nil) },
        .init(#"{"parallel_tool_calls":null}"#) { $0.parallelToolCalls = nil },
        .init(#"{"max_output_tokens":"inf"}"#) { $0.maxOutputTokens = nil },
        .init(#"{"max_output_tokens":null}"#) { $0.maxOutputTokens = nil },
        .init(#"{"max_output_tokens":4096}"#) { $0.maxOutputTokens = 4_096 },
        .init(#"{"truncation":null,"tracing":null,"prompt":null,"reasoning":null,"include":null}"#) {
            ($0.truncation, $0.tracing, $0.prompt, $0.reasoning, $0.include) = ("auto", .null, .null, nil, nil)
        },
        .init(#"{"truncation":{"type":"retention_ratio","retention_ratio":1}}"#) {
            $0.truncation = ["type": "retention_ratio", "retention_ratio": 1]
        },
        .init(#"{"include":[]}"#) { $0.include = [] },
        .init(#"{"type":"transcription","audio":{"input":{"turn_detection":null}}}"#) {
            ($0.kind, $0.turnDetection) = (.transcription, nil)
        },
    ]

    static let beta: [Sample] = [
        .init(#"{"modalities":["text","audio"]}"#, .beta) { $0.modality = .audio },
        .init(#"{"modalities":["text"],"model":"receptionist"}"#, .beta) { $0.modality = .text },
        .init(#"{"input_audio_format":"g711_alaw","output_audio_format":"g711_ulaw"}"#, .beta) {
            ($0.inputFormat, $0.outputFormat) = (.a, .mu)
        },
        .init(#"{"input_audio_format":"pcm16","output_audio_format":null}"#, .beta) {
            ($0.inputFormat, $0.outputFormat) = (.pcm, .pcm)
        },
        .init(#"{"voice":"sage","speed":1.1,"temperature":0.6,"instructions":"New"}"#, .beta) {
            ($0.voice, $0.speed, $0.temperature, $0.instructions) = ("sage", 1.1, 0.6, "New")
        },
        .init(#"{"voice":null,"speed":null,"temperature":null}"#, .beta) { ($0.speed, $0.temperature) = (1, 0.8) },
        .init(#"{"turn_detection":null,"input_audio_transcription":null,"input_audio_noise_reduction":null}"#, .beta) {
            ($0.turnDetection, $0.transcription, $0.noiseReduction, $0.noiseReductionStrength) = (nil, nil, nil, nil)
        },
        .init(#"{"turn_detection":{"silence_duration_ms":200},"input_audio_transcription":{"model":"w"}}"#, .beta) {
            $0.turnDetection?.kind = .server(threshold: 0.7, prefixPaddingMs: 100, silenceMs: 200, idleTimeoutMs: 6_000)
            $0.transcription?.model = "w"
        },
        .init(#"{"input_audio_noise_reduction":{"type":"near_field"}}"#, .beta) { $0.noiseReduction = .nearField },
        .init(#"{"max_response_output_tokens":200}"#, .beta) { $0.maxOutputTokens = 200 },
        .init(#"{"max_response_output_tokens":null}"#, .beta) { $0.maxOutputTokens = nil },
        .init(#"{"tool_choice":{"type":"function","function":{"name":"f"}}}"#, .beta) {
            $0.toolChoice = .function(name: "f")
        },
        .init(#"{"type":"transcription","include":["x"],"client_secret":null}"#, .beta) {
            ($0.kind, $0.include) = (.transcription, ["x"])
        },
    ]

    @Test(arguments: ga + beta)
    func changesThatAndNothingElse(sample: Sample) throws {
        for session in [Self.busy, plainSession] {
            // Parts of what is off cannot be changed by themselves.
            guard session == Self.busy || !sample.patch.contains("transcription\":{") else { continue }
            guard session == Self.busy || !sample.patch.contains("strength") else { continue }
            guard session == Self.busy || !sample.patch.contains("\"turn_detection\":{") else { continue }
            var expected = session
            sample.change(&expected)
            #expect(try session.updated(sample.patch, sample.dialect) == expected)
        }
    }

    @Test func whatIsOffIsTurnedOnWithDefaults() throws {
        var off = plainSession
        off.turnDetection = nil
        let server = try off.updated(
            #"{"audio":{"input":{"turn_detection":{"type":"server_vad"},"transcription":{"model":"m"}}}}"#)
        #expect(server.turnDetection == .server)
        #expect(server.transcription?.model == "m" && server.transcription?.language == nil)
        let semantic = try off.updated(#"{"turn_detection":{"type":"semantic_vad","eagerness":"auto"}}"#, .beta)
        #expect(semantic.turnDetection == .init(.semantic(.auto)))
        let quiet = try off.updated(#"{"audio":{"input":{"noise_reduction":{"type":"near_field","strength":0}}}}"#)
        #expect(quiet.noiseReduction == .nearField && quiet.noiseReductionStrength == 0)
    }

    @Test func onlyASessionThatHasNotBegunChoosesItsModel() throws {
        #expect(try plainSession.updated(#"{"model":"other"}"#, isNew: true).model == "other")
        #expect(try plainSession.updated(#"{"model":"other"}"#, .beta, isNew: true).model == "other")
        for dialect in [RealtimeDialect.ga, .beta] {
            let fault = #expect(throws: RealtimeFault.self) { try plainSession.updated(#"{"model":"other"}"#, dialect) }
            #expect(fault?.code == "invalid_value" && fault?.param == "session.model")
        }
    }

    @Test func aPatchWithOneFaultChangesNothing() throws {
        var session = plainSession
        let patch = #"{"instructions":"New","audio":{"output":{"voice":"marin","speed":9}}}"#
        #expect(throws: RealtimeFault.self) { session = try session.updated(patch) }
        #expect(session == plainSession)
    }
}
