import TomEngines

@testable import TomProviders

/// One of the engines behind the Wyoming protocol.
enum WyomingEngine: String, CaseIterable, Sendable {
    case stt, tts

    /// What the engine says once it has begun, and once a server owes it an answer.
    var begun: String { self == .stt ? "audio-start" : "synthesize" }
    var asked: String { self == .stt ? "audio-stop" : "synthesize" }

    /// Whole answers, in pieces that may stand alone.
    var answer: [String] {
        switch self {
        case .stt:
            [
                #"{"type":"transcript-chunk","data":{"text":" Hel"}}"#,
                #"{"type":"transcript","data":{"text":" Hello"}}"#,
            ]
        case .tts: [Self.audio("ab"), Self.audio("cd"), #"{"type":"audio-stop"}"#]
        }
    }

    /// What the answer comes to.
    var said: [String] { self == .stt ? ["Hello"] : ["[25185]@22050", "[25699]@22050"] }

    /// An event with samples, without the line feed at its end.
    static func audio(_ bytes: String) -> String {
        #"{"type":"audio-chunk","data":{"rate":22050,"width":2,"channels":1},"payload_length":\#(bytes.utf8.count)}"#
            + "\n" + bytes
    }

    /// `events` as they are sent: a payload has no line feed behind it.
    static func bytes(_ events: [String]) -> [UInt8] {
        events.flatMap { Array(($0 + ($0.contains("\n") ? "" : "\n")).utf8) }
    }

    func client(
        port: Int, host: String = "127.0.0.1", patience: Duration = .seconds(120),
        connectTimeout: Duration = .seconds(120),
        allowsPublic: Bool = false
    ) throws -> WyomingClient {
        WyomingClient(
            endpoint: try WyomingEndpoint(url: "tcp://\(host):\(port)", stage: rawValue), stage: rawValue,
            egress: EgressPolicy(allowsPublic: allowsPublic), connectTimeout: connectTimeout, patience: patience)
    }

    func engine(_ client: WyomingClient) -> AnyEngine {
        switch self {
        case .stt: .transcriber(WyomingTranscriber(client: client, model: nil))
        case .tts: .voice(WyomingSynthesizer(client: client, voice: nil))
        }
    }

    /// Asks and waits for the end.
    func ask(_ client: WyomingClient, seconds: Int = 0) async -> Outcome { await engine(client).ask(seconds: seconds) }
}
