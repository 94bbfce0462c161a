public import TomConversation

/// What a client of the Realtime API asks for: its eleven events.
public enum RealtimeClientEvent: Sendable, Equatable {
    /// The members of `session` that are present, `null` among them; see `RealtimeSession.applying(_:)`.
    case sessionUpdate([String: JSONValue])
    /// The audio is decoded into the buffer that the decoder was given.
    case audioAppend
    case audioCommit
    case audioClear
    case itemCreate(RealtimeItem, at: Place)
    case itemRetrieve(String)
    case itemTruncate(String, contentIndex: Int, audioEndMs: Int)
    case itemDelete(String)
    case responseCreate(RealtimeResponseParameters)
    case responseCancel(String?)
    /// WebRTC and SIP only: refused over a WebSocket.
    case outputAudioClear

    public enum Place: Sendable, Equatable {
        case end
        /// `previous_item_id: "root"`
        case front
        case after(String)
    }
}

/// The `response` of `response.create`: what is set goes before what the session says.
public struct RealtimeResponseParameters: Sendable, Equatable {
    public enum Input: Sendable, Equatable {
        case item(RealtimeItem)
        /// `item_reference`
        case reference(String)
    }
    public enum MaxTokens: Sendable, Equatable { case unlimited, limit(Int) }

    /// `conversation: "none"`: the response goes on no record.
    public var isOutOfBand = false
    /// What is answered instead of the conversation; `nil`: the conversation.
    public var input: [Input]?
    public var instructions: String?
    public var modality: RealtimeSession.Modality?
    public var outputFormat: RealtimeSession.Format?
    public var voice: String?
    public var tools: [RealtimeTool]?
    public var toolChoice: RealtimeToolChoice?
    public var parallelToolCalls: Bool?
    public var maxOutputTokens: MaxTokens?
    /// A prompt template as the client gave it.
    public var prompt: JSONValue?
    /// How much the model is to think, as the client gave it.
    public var reasoning: JSONValue?
    /// At most 16 pairs, echoed.
    public var metadata: [String: String]?

    public init() {}
}
