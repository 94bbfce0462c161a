/// What the probe measures, in milliseconds each.
public enum ProbeMeasure: String, Sendable, CaseIterable, Codable {
    /// From the TCP connect to the `connected` event.
    case connect
    /// From a `ping` to its `pong`.
    case roundTrip = "round_trip"
    /// The server's own figure: end of speech to the decision that the turn is over.
    case endpointing
    /// The server's own figure: that decision to the final transcript.
    case stt
    /// The server's own figure: the transcript to the reply's first text.
    case llmFirstToken = "llm_first_token"
    /// The server's own figure: the first sentence to its first audio.
    case ttsFirstAudio = "tts_first_audio"
    /// The server's own figure: end of the caller's speech to the first reply audio.
    case endToEndServer = "e2e_server"
    /// What the caller saw: from sending the last frame with speech to receiving the first reply audio.
    case endToEndClient = "e2e_client"
    /// How late a reply frame came on the clock that its reply's first frame started; 0 for one in time.
    case frameLateness = "frame_lateness"
    /// How late the probe itself sent a frame; when it is large, the probe's machine is the bottleneck.
    case sendLateness = "send_lateness"

    /// The row's name in the table.
    public var title: String {
        switch self {
        case .connect: "connect"
        case .roundTrip: "ping round trip"
        case .endpointing: "endpointing"
        case .stt: "speech to text"
        case .llmFirstToken: "model, first token"
        case .ttsFirstAudio: "speech, first audio"
        case .endToEndServer: "end to end (server)"
        case .endToEndClient: "end to end (caller)"
        case .frameLateness: "reply frame late by"
        case .sendLateness: "probe sent late by"
        }
    }
}
