/// What the server says to a client. Identifiers are strings here, as on the wire.
public enum ServerEvent: Sendable, Equatable {
    /// The call is up; always first.
    case connected(Connected)
    /// The caller began to speak, at this position of the call's input audio.
    case speechStarted(audioMs: Int)
    /// The caller fell silent, at this position of the call's input audio.
    case speechStopped(audioMs: Int)
    /// The utterance so far; it may still change.
    case sttPartial(text: String, turnID: String)
    /// The utterance. `confidence` is 0...1.
    case sttFinal(text: String, turnID: String, language: String?, confidence: Double?)
    /// More of the reply's text.
    case llmToken(text: String, turnID: String, responseID: String)
    /// The reply needs a tool, or the tool is through.
    case toolCall(turnID: String, name: String, status: ToolStatus)
    /// Reply audio; the bytes are in the buffer beside the event.
    case ttsAudio(TTSAudio)
    /// Binary framing: the binary frames that follow are this reply's audio.
    case ttsStart(responseID: String, turnID: String)
    /// Binary framing: no more audio of this reply follows.
    case ttsEnd(responseID: String)
    /// The caller interrupted: drop what is queued of the reply, of which this was heard.
    case bargeIn(responseID: String, heardMs: Int, heardText: String)
    /// The reply to a turn is over.
    case turnEnd(TurnEnd)
    /// The call is alive; every 30 s.
    case heartbeat
    /// Answers `ping` with what it held. A ping without `ts` is answered with the server's.
    case pong(ts: JSONScalar?, id: JSONScalar?)
    /// Something degraded, the call goes on.
    case notice(code: String, message: String)
    /// The call is over; the close follows.
    case stopped(reason: String)
    /// Something the client sent was refused, or the call failed.
    case error(Failure)

    /// The spellings of `type`.
    public enum Name: String, Sendable, CaseIterable {
        case connected, heartbeat, pong, notice, stopped, error
        case speechStarted = "speech_started"
        case speechStopped = "speech_stopped"
        case sttPartial = "stt_partial"
        case sttFinal = "stt_final"
        case llmToken = "llm_token"
        case toolCall = "tool_call"
        case ttsAudio = "tts_audio"
        case ttsStart = "tts_start"
        case ttsEnd = "tts_end"
        case bargeIn = "barge_in"
        case turnEnd = "turn_end"
    }

    public enum ToolStatus: String, Sendable, CaseIterable { case started, done, failed }

    public enum TurnStatus: String, Sendable, CaseIterable { case completed, interrupted, failed }
}

/// A server event with the time it carries.
public struct ServerMessage: Sendable, Equatable {
    /// Milliseconds since the Unix epoch by the server's clock; `nil` for a `pong`, whose `ts` is what the ping held.
    public var ts: Int?
    public var event: ServerEvent

    public init(ts: Int?, event: ServerEvent) {
        self.ts = ts
        self.event = event
    }
}
