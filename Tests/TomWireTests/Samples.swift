import Testing
import TomWire

/// One message of each kind: what it says, its bytes and the audio beside it.
struct Sample<Message: Sendable & Equatable>: Sendable, CustomTestStringConvertible {
    let message: Message
    let audio: [UInt8]
    let json: [UInt8]
    var text: String { String(decoding: json, as: UTF8.self) }
    var testDescription: String { text }
}

/// 20 ms at 16 kHz that hold every byte value.
let pcm: [UInt8] = (0..<640).map { UInt8(truncatingIfNeeded: $0 &* 7) }

func clientSample(_ event: ClientEvent, audio: [UInt8] = []) -> Sample<ClientEvent> {
    var json: [UInt8] = []
    audio.withUnsafeBytes { ClientEventEncoder.encode(event, audio: $0, into: &json) }
    return Sample(message: event, audio: audio, json: json)
}

func serverSample(_ event: ServerEvent, audio: [UInt8] = []) -> Sample<ServerMessage> {
    var json: [UInt8] = []
    let ts = 1_764_000_000_123
    audio.withUnsafeBytes { ServerEventEncoder.encode(event, ts: ts, audio: $0, into: &json) }
    return Sample(message: ServerMessage(ts: event.name == .pong ? nil : ts, event: event), audio: audio, json: json)
}

func decodeClient(
    _ text: String, format: WireAudioFormat = .standard
) throws(WireError) -> (event: ClientEvent, audio: [UInt8]) {
    try decodeClient(Array(text.utf8), format: format)
}

func decodeClient(
    _ json: [UInt8], format: WireAudioFormat = .standard
) throws(WireError) -> (event: ClientEvent, audio: [UInt8]) {
    var audio: [UInt8] = []
    let event = try ClientMessageDecoder(inputFormat: format).decode(json.span, audioInto: &audio)
    return (event, audio)
}

func decodeServer(_ json: [UInt8]) throws(WireError) -> (message: ServerMessage, audio: [UInt8]) {
    var audio: [UInt8] = []
    let message = try ServerEventDecoder().decode(json.span, audioInto: &audio)
    return (message, audio)
}

enum Samples {
    static let g711 = WireAudioFormat(codec: .pcmu, sampleRate: 8_000)

    /// Every client event with all its fields.
    static let fullClient: [Sample<ClientEvent>] = [
        clientSample(
            .start(
                .init(
                    agent: "receptionist", language: "de-AT", input: g711,
                    output: .init(codec: .pcm16, sampleRate: 24_000), framing: .binary, turnDetection: .manual,
                    metadata: ["caller": "Zoë \"Z\"", "crm/id": "42"]))),
        fullChunk,
        clientSample(.commit),
        clientSample(.bargeIn(ts: 1_764_000_000_123.5, playedMs: 340)),
        clientSample(.playback(responseID: "r1", playedMs: 340)),
        clientSample(.text("Grüß Gott 👋\n\"quoted\" \\ back\u{0}")),
        clientSample(.dtmf("#")),
        clientSample(.ping(ts: JSONScalar(17), id: JSONScalar("a\"b"))),
        clientSample(.stop(reason: "done")),
    ]

    private static let fullChunk: Sample<ClientEvent> = {
        var json: [UInt8] = []
        pcm.withUnsafeBytes {
            ClientEventEncoder.encodeAudioChunk(into: &json, audio: $0, ts: 20.25, seq: 7, statesFormat: true)
        }
        return Sample(message: .audio(byteCount: 640, ts: 20.25, seq: 7), audio: pcm, json: json)
    }()

    /// Every client event with as few fields as it can have.
    static let bareClient: [Sample<ClientEvent>] = [
        clientSample(.start(.init())),
        clientSample(.audio(byteCount: 2, ts: nil, seq: nil), audio: [0xFB, 0xFF]),
        clientSample(.commit),
        clientSample(.bargeIn(ts: nil, playedMs: nil)),
        clientSample(.playback(responseID: "r1", playedMs: 0)),
        clientSample(.text("x")),
        clientSample(.dtmf("0")),
        clientSample(.ping(ts: nil, id: nil)),
        clientSample(.stop(reason: nil)),
    ]

    private static let connected = ServerEvent.Connected(
        callID: "call-1", input: g711, output: .standard, framing: .json,
        engines: .init(stt: "pocketsphinx", llm: "receptionist", tts: "espeak"),
        limits: .init(messagesPerSecond: 120, maxMessageBytes: 65_536))

    private static let audio = ServerEvent.TTSAudio(
        format: .standard, byteCount: 640, seq: 0, turnID: "t1", responseID: "r1")

    private static let latency = ServerEvent.Latency(
        endpointingMs: 500, sttMs: 51.25, llmFirstTokenMs: 50, ttsFirstAudioMs: 49.5, otherMs: 1.25, e2eMs: 652)

    /// Every server event with all its fields.
    static let fullServer: [Sample<ServerMessage>] = [
        serverSample(.connected(connected)),
        serverSample(.speechStarted(audioMs: 320)),
        serverSample(.speechStopped(audioMs: 1_840)),
        serverSample(.sttPartial(text: "what are", turnID: "t1")),
        serverSample(.sttFinal(text: "what are your hours", turnID: "t1", language: "en", confidence: 0.93)),
        serverSample(.llmToken(text: " We are", turnID: "t1", responseID: "r1")),
        serverSample(.toolCall(turnID: "t1", name: "take_message", status: .done)),
        serverSample(.ttsAudio(audio), audio: pcm),
        serverSample(.ttsStart(responseID: "r1", turnID: "t1")),
        serverSample(.ttsEnd(responseID: "r1")),
        serverSample(.bargeIn(responseID: "r1", heardMs: 740, heardText: "We are open")),
        serverSample(.turnEnd(.init(turnID: "t1", responseID: "r1", status: .completed, latency: latency))),
        serverSample(.heartbeat),
        serverSample(.pong(ts: JSONScalar(17), id: JSONScalar("a1"))),
        serverSample(.notice(code: "llm.slow", message: "The reply takes longer than usual.")),
        serverSample(.stopped(reason: "caller_hung_up")),
        serverSample(
            .error(
                .init(code: "bad_base64", message: "No.", hint: "Use padding.", fatal: false, ref: "audio_chunk"))),
    ]

    /// The server events that have optional fields, without them.
    static let bareServer: [Sample<ServerMessage>] = [
        serverSample(.sttFinal(text: "", turnID: "t1", language: nil, confidence: nil)),
        serverSample(.turnEnd(.init(turnID: "t0", responseID: "r1", status: .failed, latency: .init()))),
        serverSample(.pong(ts: JSONScalar(json: "null"), id: nil)),
        serverSample(.error(.init(code: "internal", message: "It failed.", fatal: true))),
    ]
}
