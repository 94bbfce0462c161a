public import TomConversation

/// What the session has to do for a client's event, in order. While it does, what the core tells goes to
/// `RealtimeDialogue.tell`; afterwards `RealtimeDialogue.requestIsOver()` is called, once per event.
public enum RealtimeRequest: Sendable, Equatable {
    /// The audio that the decoder put into its buffer is the caller's, in the session's input format.
    case hear
    /// The session is to be as this one says. Once it is, `configured()` is called; when it cannot be, `fault(_:)`.
    case configure(RealtimeSession)
    /// For the core, as it is.
    case input(Conversation.Input)
    /// The core is asked for a response, by `Conversation.Input.respond`.
    case respond(RealtimeResponseRequest)
    /// A response on no record, made beside the conversation: what becomes of it goes to `tell(_:of:usage:)`.
    case respondOutOfBand(RealtimeResponseRequest)
    /// Ends a response that was made beside the conversation; `.ended(.cancelled(.client))` follows.
    case cancelOutOfBand(ResponseRequestID)
    /// The item is wanted as it is now: `retrieved(_:audio:)`.
    case retrieve(ItemID)
    /// A message of the user's that was given as audio without its words: to be heard as a whole turn at the
    /// conversation's end. `audio`: well-formed base64, in the session's input format. The turn that begins meanwhile
    /// is the item's.
    case hearItem(audio: String)
    /// For the client, as it is.
    case tell(RealtimeServerEvent)
}

/// What a client wants a response to be like.
public struct RealtimeResponseRequest: Sendable, Equatable {
    public var id: ResponseRequestID
    public var parameters: RealtimeResponseParameters
    /// What is answered instead of the conversation, `parameters.input` resolved; `nil`: the conversation.
    public var context: [Context]?

    public enum Context: Sendable, Equatable {
        /// On the record.
        case item(ItemID)
        /// Given with the request.
        case content(Item.Content)
    }

    public init(id: ResponseRequestID, parameters: RealtimeResponseParameters, context: [Context]? = nil) {
        self.id = id
        self.parameters = parameters
        self.context = context
    }
}
