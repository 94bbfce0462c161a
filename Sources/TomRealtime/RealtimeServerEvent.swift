public import TomConversation

/// What a client of the Realtime API is told over a WebSocket, free of its spelling; see `RealtimeServerEventEncoder`.
///
/// Of the API's union these are left out: `output_audio_buffer.*` and `input_audio_buffer.dtmf_event_received`, which
/// only WebRTC and SIP have, and `conversation.item.input_audio_transcription.segment`, which only a transcription that
/// tells speakers apart has. Audio itself takes a way of its own, `RealtimeServerEventEncoder.encodeAudioDelta`.
public enum RealtimeServerEvent: Sendable, Equatable {
    case sessionCreated(RealtimeSession)
    case sessionUpdated(RealtimeSession)
    /// Beta only.
    case conversationCreated(id: String)

    /// `conversation.item.added`, in the beta dialect `conversation.item.created`. `after`: `nil` for the first item.
    case itemAdded(RealtimeItem, after: String?)
    case itemDone(RealtimeItem, after: String?)
    case itemRetrieved(RealtimeItem)
    case itemTruncated(String, contentIndex: Int, audioEndMs: Int)
    case itemDeleted(String)

    case transcriptionDelta(item: String, contentIndex: Int, delta: String)
    /// `seconds`: how much audio was transcribed.
    case transcriptionCompleted(item: String, contentIndex: Int, transcript: String, seconds: Double)
    case transcriptionFailed(item: String, contentIndex: Int, EngineFailure)

    /// `after`: the item that was the last one.
    case audioCommitted(item: String, after: String?)
    case audioCleared
    case speechStarted(item: String, audioStartMs: Int)
    case speechStopped(item: String, audioEndMs: Int)
    case timeoutTriggered(item: String, audioStartMs: Int, audioEndMs: Int)

    case responseCreated(RealtimeResponse)
    case responseDone(RealtimeResponse)
    case outputItemAdded(response: String, outputIndex: Int, RealtimeItem)
    case outputItemDone(response: String, outputIndex: Int, RealtimeItem)
    case contentPartAdded(RealtimeContentPlace, RealtimeContentPart)
    case contentPartDone(RealtimeContentPlace, RealtimeContentPart)
    case audioDone(RealtimeContentPlace)
    case audioTranscriptDelta(RealtimeContentPlace, String)
    case audioTranscriptDone(RealtimeContentPlace, String)
    case textDelta(RealtimeContentPlace, String)
    case textDone(RealtimeContentPlace, String)
    /// `arguments`: JSON text, or a piece of it.
    case functionArgumentsDelta(RealtimeOutputPlace, callID: String, arguments: String)
    case functionArgumentsDone(RealtimeOutputPlace, callID: String, name: String, arguments: String)

    case toolListing(item: String, RealtimeToolProgress)
    case toolArgumentsDelta(RealtimeOutputPlace, arguments: String)
    case toolArgumentsDone(RealtimeOutputPlace, arguments: String)
    case toolCall(item: String, outputIndex: Int, RealtimeToolProgress)

    /// Not sent by `RealtimeDialogue`: TOM bounds messages and bytes, and has no quota of requests or tokens to tell.
    case rateLimitsUpdated([RealtimeRateLimit])
    case error(RealtimeFault)
}

/// Where in a response an output item is.
public struct RealtimeOutputPlace: Sendable, Equatable {
    public var response: String
    public var item: String
    public var outputIndex: Int

    public init(response: String, item: String, outputIndex: Int) {
        self.response = response
        self.item = item
        self.outputIndex = outputIndex
    }
}

/// Where in a response a part of an output item is.
public struct RealtimeContentPlace: Sendable, Equatable {
    public var output: RealtimeOutputPlace
    public var contentIndex: Int

    public init(_ output: RealtimeOutputPlace, contentIndex: Int) {
        self.output = output
        self.contentIndex = contentIndex
    }
}

/// A part of what a response says, without audio bytes: those went in deltas.
public enum RealtimeContentPart: Sendable, Equatable {
    case audio(transcript: String)
    case text(String)
}

/// How far a remote tool server (MCP) has come with listing its tools, or with running one.
public enum RealtimeToolProgress: String, Sendable {
    case inProgress = "in_progress"
    case completed, failed
}

/// What is left of what a client may use.
public struct RealtimeRateLimit: Sendable, Equatable {
    public enum Name: String, Sendable { case requests, tokens }
    public var name: Name
    public var limit: Int
    public var remaining: Int
    /// Until `remaining` is `limit` again.
    public var resetSeconds: Double

    public init(_ name: Name, limit: Int, remaining: Int, resetSeconds: Double) {
        self.name = name
        self.limit = limit
        self.remaining = remaining
        self.resetSeconds = resetSeconds
    }
}
