public import TomConversation

/// The session object of OpenAI's Realtime API as it is in effect (`session.created`, `session.updated`).
public struct RealtimeSession: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable { case realtime, transcription }

    /// How audio is carried; PCM is 16 bit, little endian, mono, 24 kHz, the other two are G.711 at 8 kHz.
    public enum Format: String, Sendable, CaseIterable {
        case pcm = "audio/pcm"
        case mu = "audio/pcmu"
        case a = "audio/pcma"

        /// In Hz.
        public var sampleRate: Int { self == .pcm ? 24_000 : 8_000 }

        /// The name in the beta's `input_audio_format` and `output_audio_format`.
        var betaName: String {
            switch self {
            case .pcm: "pcm16"
            case .mu: "g711_ulaw"
            case .a: "g711_alaw"
            }
        }
    }

    public enum Modality: String, Sendable { case audio, text }
    public enum NoiseReduction: String, Sendable, CaseIterable { case nearField = "near_field", farField = "far_field" }

    /// Who decides that the caller's turn is over, when it is not the client.
    public struct TurnDetection: Sendable, Equatable {
        public enum Kind: Sendable, Equatable {
            /// Silence of `silenceMs` ends a turn. `threshold`: 0...1. `idleTimeoutMs`: silence after which TOM speaks up.
            case server(threshold: Double, prefixPaddingMs: Int, silenceMs: Int, idleTimeoutMs: Int?)
            /// What was said decides, and silence of `Eagerness.maxWaitMs` at the latest.
            case semantic(Eagerness)
        }
        public enum Eagerness: String, Sendable, CaseIterable { case low, medium, high, auto }

        public var kind: Kind
        public var createsResponse = true
        public var interruptsResponse = true
        public init(_ kind: Kind) { self.kind = kind }
    }

    /// What the client wants to be told of the caller's words.
    public struct Transcription: Sendable, Equatable {
        public var model: String?
        public var language: String?
        public var prompt: String?
        /// Members that TOM echoes and does not act on.
        public var others: [String: JSONValue] = [:]
        public init() {}
    }

    public var kind = Kind.realtime
    /// `sess_...`
    public var id: String
    /// Seconds since the Unix epoch.
    public var expiresAt: Int
    public var model: String
    public var instructions = ""
    public var modality = Modality.audio
    public var inputFormat = Format.pcm
    public var noiseReduction: NoiseReduction?
    /// How much noise is suppressed, from 0; `nil`: as much as the kind of noise reduction does by itself.
    public var noiseReductionStrength: Double?
    public var transcription: Transcription?
    /// `nil`: the client commits its turns.
    public var turnDetection: TurnDetection? = .server
    public var outputFormat = Format.pcm
    public var voice: String
    /// 0.25...1.5
    public var speed = 1.0
    /// 0.6...1.2; of the beta, which TOM's models do not heed.
    public var temperature = 0.8
    public var tools: [RealtimeTool] = []
    public var toolChoice = RealtimeToolChoice.auto
    public var parallelToolCalls: Bool?
    /// `nil`: `"inf"`.
    public var maxOutputTokens: Int?
    /// `"auto"`, `"disabled"` or the object of `retention_ratio`.
    public var truncation: JSONValue = "auto"
    public var tracing: JSONValue = .null
    public var prompt: JSONValue = .null
    public var reasoning: JSONValue?
    public var include: [String]?

    public init(id: String, expiresAt: Int, model: String, voice: String) {
        self.id = id
        self.expiresAt = expiresAt
        self.model = model
        self.voice = voice
    }
}

/// A tool as a client describes it.
public enum RealtimeTool: Sendable, Equatable {
    /// Run by the client. `parameters`: a JSON Schema object.
    case function(name: String, description: String, parameters: JSONValue)
    /// A remote tool server (MCP), called by TOM; its description as the client gave it.
    case mcp(label: String, JSONValue)
}

public enum RealtimeToolChoice: Sendable, Equatable {
    case auto, none, required
    case function(name: String)
    case mcp(label: String, name: String?)
}
