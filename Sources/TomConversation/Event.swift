/// What the other side of a call is told, free of any wire format: each transport writes these in its own words.
public enum Event: Sendable, Equatable {
    /// The caller began to speak. `audioMs`: position of the onset in the call's input audio.
    case speechStarted(audioMs: Int)
    /// The caller fell silent. `audioMs`: position of the last frame that counted as speech.
    case speechStopped(audioMs: Int)
    case transcriptInterim(text: String, turn: TurnID)
    /// The turn's words. `text` is empty when speech was heard but not understood, or was kept only as audio.
    case transcriptFinal(text: String, turn: TurnID, language: String?, confidence: Double?)
    case responseText(String, turn: TurnID, response: ResponseID)
    case toolCall(name: String, turn: TurnID, status: ToolStatus)
    /// The first audio of a response follows.
    case responseAudioStarted(response: ResponseID, turn: TurnID)
    /// No more audio of this response follows.
    case responseAudioEnded(response: ResponseID)
    /// The caller interrupted: drop what is queued of `response`, of which `heardText` was heard.
    case bargeIn(response: ResponseID, heardMs: Int, heardText: String)
    case turnEnded(turn: TurnID, response: ResponseID, status: TurnStatus, latency: TurnLatency)
    /// Something degraded, the call goes on.
    case notice(code: String, message: String)
    /// The call is over; nothing follows.
    case stopped(reason: String)
}

public enum ToolStatus: String, Sendable, Equatable { case started, done, failed }

public enum TurnStatus: String, Sendable, Equatable { case completed, interrupted, failed }

/// Where a turn's time went, in milliseconds; `nil` for a stage the turn did not pass.
///
/// `e2eMs` runs from the last frame of the caller's speech to the first reply audio handed to the transport. The stages add up
/// to it; what is left over is `otherMs`.
public struct TurnLatency: Sendable, Equatable {
    /// End of speech to the decision that the turn is over.
    public var endpointingMs: Double?
    /// That decision to the final transcript.
    public var sttMs: Double?
    /// The transcript to the model's first text.
    public var llmFirstTokenMs: Double?
    /// The first whole sentence handed to the synthesiser to its first audio.
    public var ttsFirstAudioMs: Double?
    public var e2eMs: Double?
    public init() {}
    /// `e2eMs` less the stages: waiting for the rest of the first sentence, for tools, and TOM's own time.
    public var otherMs: Double? {
        e2eMs.map { $0 - (endpointingMs ?? 0) - (sttMs ?? 0) - (llmFirstTokenMs ?? 0) - (ttsFirstAudioMs ?? 0) }
    }
}
