import TomConversation

/// A session of the Realtime API as the protocol sees it: what turns a client's events into requests to the
/// conversation's core, and what the core tells into the events a client is sent, in the API's order.
///
/// It names items and responses, counts their parts and knows which are open; the conversation itself is the core's. It
/// has no clock and no chance in it: the same calls give the same events.
///
/// For each event of the client's, the session calls `receive`, does what comes back, passing what the core tells
/// meanwhile to `tell`, and calls `requestIsOver`. Everything else that is told goes to `tell` as it happens.
public struct RealtimeDialogue: Sendable {
    /// The session as it is in effect.
    public internal(set) var session: RealtimeSession
    public let dialect: RealtimeDialect
    let seed: String

    /// How many names were made here.
    private var names = 0
    var ledger = ItemLedger()
    /// The caller's turns whose item or words are still to come.
    var turns: [TurnID: OpenTurn] = [:]
    var responses: [ResponseKey: OpenResponse] = [:]
    /// Where audio of those goes whose reply is open: looked up for every piece of it.
    var audioTargets: [ResponseKey: RealtimeAudioTarget] = [:]
    /// Asked for, not begun. One that is cancelled before it begins is forgotten with the oldest.
    var requests: [ResponseRequestID: RealtimeResponseParameters] = [:]
    var requestCount = 0
    /// The client's event that is being carried out.
    var handling: ClientRequest?
    /// Whether the assistant has spoken, which settles its voice.
    var hasSpoken = false
    /// What is told of remote tools.
    var remoteTools = RemoteToolItems()

    /// Whether the client has said what it calls the model; until then an update may.
    var isModelNamed: Bool

    /// - Parameters:
    ///   - isModelNamed: whether the client chose the session's model by the address it connected to.
    ///   - seed: ends up in every id that is made here; letters and digits, unlike in any other session.
    public init(session: RealtimeSession, dialect: RealtimeDialect, isModelNamed: Bool = true, seed: String) {
        self.session = session
        self.dialect = dialect
        self.isModelNamed = isModelNamed
        self.seed = seed
    }

    var conversationID: String { "conv_\(seed)" }

    /// A name for an item, a response or a call that nothing has yet.
    mutating func makeName(_ prefix: String) -> String {
        repeat {
            names += 1
            let name = "\(prefix)_\(seed)_\(names)"
            // A client may give its items any name.
            if ledger.id(of: name) == nil, ledger.isFree(callID: name) { return name }
        } while true
    }

    // MARK: The session

    /// What a client is sent first.
    public func opened() -> [RealtimeServerEvent] {
        var events = [RealtimeServerEvent.sessionCreated(session)]
        if dialect == .beta { events.append(.conversationCreated(id: conversationID)) }
        return events
    }

    /// The session is as the last `.configure` said.
    public mutating func configured() -> [RealtimeServerEvent] {
        guard case .configuring(let wanted) = handling?.subject else { return [] }
        session = wanted
        return [.sessionUpdated(session)]
    }

    /// The client's event at hand cannot be carried out; or, between events, something else is wrong.
    public func fault(_ fault: RealtimeFault) -> RealtimeServerEvent {
        var fault = fault
        fault.eventID = fault.eventID ?? handling?.eventID
        return .error(fault)
    }

    /// The client's event was carried out, or could not be: what is told from here on is not because of it.
    public mutating func requestIsOver() { handling = nil }
}

/// Names a response, on the record or beside it.
enum ResponseKey: Hashable, Sendable {
    case recorded(ResponseID)
    case outOfBand(ResponseRequestID)
}

/// A turn of the caller's whose item or words are still to come.
struct OpenTurn: Sendable {
    /// The name on the wire that its item has, or will have.
    let item: String
    /// Whether the client gave it as an item, not through the audio buffer.
    var isGiven = false
    var isOver = false
    var durationMs = 0
}

/// A client's event that is being carried out.
struct ClientRequest: Sendable {
    enum Subject: Sendable {
        /// Nothing that has to be remembered.
        case other
        case configuring(RealtimeSession)
        case creating(ClientItem)
        /// A message given as audio; `turn`: the one it is heard as.
        case hearing(item: String, turn: TurnID?)
        case retrieving(ItemID, name: String)
        case truncating(name: String, audioEndMs: Int)
        case deleting(name: String)
        case approving(request: String)
        case responding(ResponseRequestID)
    }

    let eventID: String?
    var subject = Subject.other
}

/// An item that a client creates.
struct ClientItem: Sendable {
    let name: String
    let content: Item.Content
    /// As the client gave it.
    let original: RealtimeItem.Kind
    /// The `call_id` of a function call or its output.
    var callID: String?
}
