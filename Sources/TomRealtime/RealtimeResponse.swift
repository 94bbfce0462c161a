/// A response as `response.created` and `response.done` tell of it.
public struct RealtimeResponse: Sendable, Equatable {
    public enum Status: Sendable, Equatable {
        case inProgress
        case completed
        case cancelled(Reason?)
        case incomplete(Reason)
        /// `code`: stable, dotted, TOM's own.
        case failed(code: String, message: String)
    }

    public enum Reason: String, Sendable {
        case turnDetected = "turn_detected"
        case clientCancelled = "client_cancelled"
        case maxOutputTokens = "max_output_tokens"
        case contentFilter = "content_filter"
    }

    /// `resp_...`
    public var id: String
    public var status: Status
    /// Without audio bytes.
    public var output: [RealtimeItem]
    /// `nil`: the response is on no record.
    public var conversationID: String?
    public var modality: RealtimeSession.Modality
    /// `nil`: `"inf"`.
    public var maxOutputTokens: Int?
    public var outputFormat: RealtimeSession.Format
    public var voice: String
    /// `nil` while the response is being given, and when the model does not say.
    public var usage: RealtimeUsage?
    /// What the client gave with its request.
    public var metadata: [String: String]?

    public init(
        id: String, status: Status = .inProgress, output: [RealtimeItem] = [], conversationID: String?,
        modality: RealtimeSession.Modality, maxOutputTokens: Int?, outputFormat: RealtimeSession.Format, voice: String,
        usage: RealtimeUsage? = nil, metadata: [String: String]? = nil
    ) {
        self.id = id
        self.status = status
        self.output = output
        self.conversationID = conversationID
        self.modality = modality
        self.maxOutputTokens = maxOutputTokens
        self.outputFormat = outputFormat
        self.voice = voice
        self.usage = usage
        self.metadata = metadata
    }
}

/// The tokens of one response, as its language model counted them.
///
/// Tokens of audio and images are 0 where the model reads and writes text only.
public struct RealtimeUsage: Sendable, Equatable {
    /// Tokens by what they stand for.
    public struct Tokens: Sendable, Equatable {
        public var text: Int
        public var audio: Int
        public var image: Int
        public var total: Int { text + audio + image }

        public init(text: Int = 0, audio: Int = 0, image: Int = 0) {
            self.text = text
            self.audio = audio
            self.image = image
        }
    }

    /// All tokens read, those in `cached` among them.
    public var input: Tokens
    /// Tokens read that a provider had kept from an earlier request.
    public var cached: Tokens
    /// Tokens written; models write no images.
    public var output: Tokens

    public init(input: Tokens, cached: Tokens = Tokens(), output: Tokens) {
        self.input = input
        self.cached = cached
        self.output = output
    }
}
