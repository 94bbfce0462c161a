import Testing
import TomConversation
import TomRealtime

/// A dialogue, what it was told and asked, and what the client was sent.
struct DialogueScene {
    var dialogue: RealtimeDialogue
    private(set) var sent: [RealtimeServerEvent] = []

    init(_ dialect: RealtimeDialect = .ga, _ adjust: (inout RealtimeSession) -> Void = { _ in }) {
        var session = RealtimeSession(
            id: "sess_s", expiresAt: 1_790_000_000, model: "receptionist", voice: "anna")
        adjust(&session)
        dialogue = RealtimeDialogue(session: session, dialect: dialect, seed: "s")
    }

    // MARK: What happens

    mutating func tell(_ event: Event, inputMs: Int = 0, usage: RealtimeUsage? = nil) {
        sent += dialogue.tell(event, inputMs: inputMs, usage: usage)
    }

    mutating func tell(_ news: OutOfBandNews, of request: ResponseRequestID) {
        sent += dialogue.tell(news, of: request)
    }

    mutating func tell(_ news: RealtimeToolNews) { sent += dialogue.tell(news) }

    mutating func openAudio(of response: ResponseID) { sent += dialogue.openAudio(of: response) }

    mutating func openAudio(of request: ResponseRequestID) { sent += dialogue.openAudio(of: request) }

    /// The client sends `event`; `meanwhile`, the core tells of what it does.
    @discardableResult
    mutating func ask(
        _ event: RealtimeClientEvent, eventID: String? = nil, _ meanwhile: (inout DialogueScene) -> Void = { _ in }
    ) -> [RealtimeRequest] {
        let requests = dialogue.receive(event, eventID: eventID)
        self.requests = requests
        for case .tell(let event) in requests { sent.append(event) }
        meanwhile(&self)
        dialogue.requestIsOver()
        return requests
    }

    mutating func configured() { sent += dialogue.configured() }

    mutating func retrieved(_ item: Item?, audio: String? = nil) {
        sent.append(dialogue.retrieved(item, audio: audio))
    }

    /// An item that is complete from its beginning.
    mutating func put(_ item: Item, after: ItemID? = nil, response: ResponseID? = nil) {
        tell(.itemAdded(item, after: after, response: response))
        tell(.itemDone(item, after: after, response: response))
    }

    /// The client creates an item, which the core gives the number `number`.
    @discardableResult
    mutating func create(
        _ kind: RealtimeItem.Kind, id: String? = nil, at place: RealtimeClientEvent.Place = .end, number: Int,
        after: ItemID? = nil
    ) -> [RealtimeRequest] {
        ask(.itemCreate(RealtimeItem(id: id, status: nil, kind: kind), at: place)) { scene in
            guard case .input(.insert(let content, _)) = scene.requests.first else { return }
            scene.put(Item(id: ItemID(number), turn: TurnID(0), content: content), after: after)
        }
    }

    /// A turn of the caller's, from its onset to its item.
    mutating func speak(
        turn: Int, item: Int, after: ItemID? = nil, from startMs: Int? = 1_000, to endMs: Int? = 2_500
    ) {
        tell(.utteranceBegan(turn: TurnID(turn), audioMs: startMs))
        tell(.utteranceEnded(turn: TurnID(turn), audioMs: endMs))
        put(
            Item(id: ItemID(item), turn: TurnID(turn), content: .speech(transcript: nil, durationMs: 1_500)),
            after: after)
    }

    mutating func begin(_ response: Int, turn: Int = 1, request: ResponseRequestID? = nil) {
        tell(.responseBegan(ResponseID(response), turn: TurnID(turn), request: request))
    }

    /// A reply's item begins.
    mutating func beginReply(_ item: Int, response: Int, turn: Int = 1, after: ItemID? = nil) {
        tell(
            .itemAdded(
                Item(id: ItemID(item), turn: TurnID(turn), content: .reply(text: "", interrupted: false)), after: after,
                response: ResponseID(response)))
    }

    mutating func say(_ text: String, response: Int, turn: Int = 1) {
        tell(.responseText(text, turn: TurnID(turn), response: ResponseID(response)))
    }

    mutating func endReply(
        _ item: Int, _ text: String, interrupted: Bool = false, response: Int, turn: Int = 1, after: ItemID? = nil
    ) {
        tell(
            .itemDone(
                Item(id: ItemID(item), turn: TurnID(turn), content: .reply(text: text, interrupted: interrupted)),
                after: after, response: ResponseID(response)))
    }

    /// A whole spoken reply.
    mutating func reply(_ text: String, item: Int, response: Int, turn: Int = 1, after: ItemID? = nil) {
        begin(response, turn: turn)
        beginReply(item, response: response, turn: turn, after: after)
        say(text, response: response, turn: turn)
        endReply(item, text, response: response, turn: turn, after: after)
        tell(.responseEnded(ResponseID(response), .completed))
    }

    // MARK: What came of it

    /// What the last event of the client's asked for.
    private(set) var requests: [RealtimeRequest] = []

    /// The types of what was sent.
    var types: [String] { sent.map { $0.name(in: dialogue.dialect) } }

    mutating func forget() { sent = [] }

    /// The names of the items that the client was told of, in the order they came.
    var itemNames: [String] {
        sent.compactMap { event in
            if case .itemAdded(let item, _) = event { item.id } else { nil }
        }
    }

    var fault: RealtimeFault? {
        if case .error(let fault) = sent.last { fault } else { nil }
    }

    /// The response that ended last.
    var done: RealtimeResponse? {
        for case .responseDone(let response) in sent.reversed() { return response }
        return nil
    }
}
