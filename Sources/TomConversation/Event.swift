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

    // Told to a client that leads the conversation, and to nobody else; see `Conversation.Lead`.

    /// A turn of the caller began. `audioMs`: position of the onset in the input audio; `nil` where the client says when
    /// turns end.
    case utteranceBegan(turn: TurnID, audioMs: Int?)
    /// The turn's audio is complete; its item follows. `audioMs`: where it ends in the input audio, as above.
    case utteranceEnded(turn: TurnID, audioMs: Int?)
    /// The audio of the open turn, if there was one, is dropped.
    case audioCleared
    /// Nobody spoke for as long as the client set; an item and a response follow.
    case idled(turn: TurnID)
    /// An item is on the record, behind `after` (`nil`: in front). One of a response may still grow.
    case itemAdded(Item, after: ItemID?, response: ResponseID?)
    /// An item is complete: as it is now it stays, unless it is cut or deleted.
    case itemDone(Item, after: ItemID?, response: ResponseID?)
    /// The item is cut to the audio that was heard of it.
    case itemTruncated(ItemID, audioMs: Int)
    case itemDeleted(ItemID)
    /// There will be no words of the turn.
    case transcriptFailed(turn: TurnID, EngineFailure)
    /// A response begins. `request` is `nil` for one that was not asked for.
    case responseBegan(ResponseID, turn: TurnID, request: ResponseRequestID?)
    /// The response is over: nothing of it follows.
    case responseEnded(ResponseID, ResponseEnd)
    /// A tool of the client's tool server is being run; `response` is `nil` for one that the client approved of, which
    /// runs between responses. `item`: the call on the record.
    case remoteToolBegan(ToolCall, item: ItemID, response: ResponseID?)
    /// That tool ended. `response`: as it began; it may be over.
    case remoteToolEnded(ToolOutput, item: ItemID, response: ResponseID?)
    /// What becomes of a tool server of the client's. `server`: its label.
    case toolServer(server: String, ToolServerNews)
    /// What the client just asked for was not done.
    case refused(Refusal)
}

/// What becomes of a tool server.
public enum ToolServerNews: Sendable, Equatable {
    /// Its tools are being asked for; one of the others follows.
    case listing
    /// Objects with `name`, `description`, `input_schema` and `annotations`, the last one only where the server gives it.
    case listed([JSONValue])
    case failed(EngineFailure)
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
