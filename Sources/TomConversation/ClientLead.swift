/// What a conversation needs beyond a caller's own behaviour when a program leads it, as over OpenAI's Realtime API.
extension Conversation {
    /// Who owns a call's playout and record.
    public enum Lead: String, Sendable, Codable {
        /// TOM: replies are paced as they are heard, a false interruption is taken up again, and the record holds what the
        /// caller heard.
        case server
        /// The client: replies are handed over as fast as they are made, an interruption is final, the client says what was
        /// heard, and it is told of every item from its beginning on.
        case client
    }

    /// When a client-led conversation answers, and when it falls silent, of its own accord.
    public struct TurnPolicy: Sendable, Equatable, Codable {
        /// Whether a turn that is over is answered without being asked for.
        public var answers = true
        /// Whether the onset of speech ends the response that is being given.
        public var interrupts = true
        /// Whether responses have a voice, where there is one; a request may want it otherwise.
        public var speaks = true
        public init() {}
    }

    /// Where in the record an item goes.
    public enum Place: Sendable, Equatable, Codable {
        case end
        case front
        case after(ItemID)
    }
}

/// Names what a client asked a response to be like; given by the session, opaque to the conversation.
public struct ResponseRequestID: Hashable, Sendable, Codable {
    public let number: Int
    public init(_ number: Int) { self.number = number }
}

/// How a response of a client-led conversation ended.
public enum ResponseEnd: Sendable, Equatable {
    case completed
    case incomplete(Shortfall)
    case cancelled(Canceller)
    case failed(EngineFailure)

    public enum Canceller: Sendable, Equatable {
        /// The caller spoke.
        case speech
        /// The client asked for it.
        case client
        /// The call is over.
        case hangUp
    }
}

/// Why a model ended before its answer did.
public enum Shortfall: String, Sendable, Equatable, Codable {
    /// The tokens it may use are used up.
    case maxTokens
    case contentFilter
}

/// Why a client's request was not carried out; nothing has changed.
public enum Refusal: Sendable, Equatable {
    case nothingToCommit
    /// A turn of the caller is being heard.
    case callerIsSpeaking
    case noActiveResponse
    /// One response at a time goes on the record.
    /// `nil`: one that begins as soon as the caller's words are known.
    case responseIsActive(ResponseID?)
    case unknownItem(ItemID)
    /// Only what TOM spoke can be cut to what was heard.
    case notSpoken(ItemID)
    /// The item has less audio than that.
    case beyondAudio(ItemID, durationMs: Int)
}
