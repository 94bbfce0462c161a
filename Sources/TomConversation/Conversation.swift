/// One call's conversation: the pure state machine that decides who has the floor, and the ordered record of what was said.
///
/// It takes an input and the time, and returns actions; it never touches a socket, task, clock or random source. One mutation,
/// then all its actions in order, then the next input or deadline. Input from outside never traps; results of engines are
/// matched by id, so late and duplicate ones fall away.
///
/// At any time there are: at most one turn of the caller being heard (`caller`), turns whose transcripts are awaited
/// (`awaiting`, in order), at most one response (`response`) or one that is being prepared for a turn that is probably over
/// (`speculation`), and at most one key entry (`keys`).
public struct Conversation: Sendable {
    public internal(set) var configuration: Configuration
    /// The record, oldest first. Replies hold what was heard.
    public internal(set) var history: [Item] = []
    /// Items that made room for later ones, `Limits.maxItems` being reached.
    public private(set) var droppedItems = 0
    /// What the agent expects the caller to say next.
    public internal(set) var expectation: Expectation = .open
    /// How the call ended; once set, every input is ignored.
    public internal(set) var termination: Termination?

    var caller: CallerTurn?
    var awaiting: [CallerTurn] = []
    /// Turns that are answered already and whose words are still to come, oldest first.
    var following: [(turn: TurnID, until: Instant)] = []
    var response: ActiveResponse?
    /// Only while there is no response.
    var speculation: Speculation?
    var keys: KeyEntry?
    var requests = ClientRequests()
    var idleDeadline: Instant?
    var idlePrompts = 0
    var lastTurn = 0
    var lastResponse = 0
    var lastItem = 0
    /// Actions of the input being handled.
    var actions: [Action] = []

    /// Digits pressed and not yet committed as a turn.
    struct KeyEntry: Sendable, Equatable {
        var digits: String
        var until: Instant
    }

    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
    }

    /// Applies one input and returns what is to be done, in order.
    public mutating func handle(_ input: Input, at now: Instant) -> [Action] {
        guard termination == nil else { return [] }
        actions.removeAll(keepingCapacity: true)
        apply(input, at: now)
        dropStaleSpeculation()
        if termination == nil {
            advance(at: now)
            armIdle(at: now)
        }
        return actions
    }

    private mutating func apply(_ input: Input, at now: Instant) {
        switch input {
        case .callStarted: greet(at: now)
        case .speechStarted(let audioMs, let ago):
            speechStarted(audioMs: audioMs, onset: now - .nanoseconds(ago), at: now)
        case .speechContinued(let audioMs): speechContinued(audioMs: audioMs, at: now)
        case .speechStopped(let audioMs, let ago):
            speechStopped(audioMs: audioMs, end: now - .nanoseconds(ago), at: now)
        case .pauseJudged(let turn, let audioMs, let complete, _): pauseJudged(turn, audioMs, complete)
        case .manualAudioStarted: manualAudioStarted(at: now)
        case .commit: commitRequested(at: now)
        case .typed(let text): typed(text, at: now)
        case .key(let key): keyPressed(key, at: now)
        case .transcriptInterim(let turn, let text, let complete): interim(turn, text, complete, at: now)
        case .transcriptFinal(let turn, let text, let language, let confidence):
            transcribed(turn, Self.result(text, language, confidence), at: now)
        case .transcriptionFailed(let turn, let failure): transcribed(turn, .failed(failure), at: now)
        case .engineReplaced(let work): engineReplaced(work, at: now)
        case .responseText(let id, _), .responseAudio(let id, _), .responseTool(let id, _), .responseMemory(let id, _),
            .responseExpects(let id, _), .responseEndsCall(let id), .responseCutShort(let id, _),
            .responseFinished(let id),
            .responseFailed(let id, _), .responseBroke(let id, _):
            applyGeneration(input, of: id, at: now)
        case .toolFinished(let id, let output): toolFinished(id, output, at: now)
        case .audioGenerated(let segment, let samples): audioGenerated(segment, samples, at: now)
        case .synthesisFinished(let segment): synthesisFinished(segment, at: now)
        case .synthesisFailed(let segment, let failure): synthesisFailed(segment, failure, at: now)
        case .synthesisBroke(let segment, let failure): synthesisBroke(segment, failure, at: now)
        case .audioSent(let id, let samples): audioSent(id, samples, at: now)
        case .playoutAdvanced(let id, let playedMs): playoutAdvanced(id, playedMs, at: now)
        case .clientInterrupted(let playedMs): clientInterrupted(playedMs: playedMs, at: now)
        case .configured, .clearAudio, .insert, .givenAudioStarted, .givenAudioEnded, .truncate, .delete, .respond,
            .cancelResponse, .approve:
            applyRequest(input, at: now)
        case .deadlineReached: deadlineReached(at: now)
        case .hangUp(let termination): end(termination, at: now)
        }
    }

    private static func result(_ text: String?, _ language: String?, _ confidence: Double?) -> CallerTurn.Result {
        guard let text else { return .notUnderstood }
        let trimmed = text.trimmed
        return trimmed.isEmpty ? .nothing : .words(trimmed, language: language, confidence: confidence)
    }

    // MARK: Deadlines

    /// When `deadlineReached` is due; `nil` when only an input can change anything.
    public var nextDeadline: Instant? {
        guard termination == nil else { return nil }
        var next = idleDeadline
        func consider(_ instant: Instant?) {
            if let instant, next.map({ instant < $0 }) ?? true { next = instant }
        }
        consider(callerDeadline)
        for turn in awaiting { if turn.result == nil, case .awaiting(let until) = turn.phase { consider(until) } }
        consider(following.first?.until)
        for tool in requests.running { consider(tool.due) }
        consider(keys?.until)
        consider(responseDeadline)
        consider(speculationDeadline)
        consider(requests.goodbye?.at)
        return next
    }

    private mutating func deadlineReached(at now: Instant) {
        callerDeadlineReached(at: now)
        for turn in awaiting where turn.result == nil {
            if case .awaiting(let until) = turn.phase, until <= now {
                add(.cancelTranscription(turn.id))
                let failure = EngineFailure(code: "stt.timeout", message: "the transcript did not come in time")
                transcribed(turn.id, .failed(failure), at: now)
            }
        }
        wordsAreOverdue(at: now)
        if let keys, keys.until <= now { commitKeys(at: now) }
        responseDeadlineReached(at: now)
        approvedToolsAreOverdue(at: now)
        speculationDeadlineReached(at: now)
        goodbyeIsOver(at: now)
        if let idleDeadline, idleDeadline <= now { idled(at: now) }
    }

    // MARK: Common to all parts

    mutating func add(_ action: Action) { actions.append(action) }
    mutating func emit(_ event: Event) { actions.append(.emit(event)) }

    mutating func takeTurnID() -> TurnID {
        lastTurn += 1
        return TurnID(lastTurn)
    }

    mutating func takeResponseID() -> ResponseID {
        lastResponse += 1
        return ResponseID(lastResponse)
    }

    mutating func record(_ content: Item.Content, turn: TurnID, memory: String? = nil) {
        var item = Item(id: takeItemID(), turn: turn, content: content, memory: memory)
        item.isShown = !content.isToolWork
        put(item, at: history.count)
        if isClientLed, item.isShown { tell(item, response: nil) }
    }

    /// Puts what TOM's own tools were asked or answered on record. Where a client leads, it stands behind the reply and the
    /// tools' work that it belongs to: what the client puts in meanwhile comes after all of it.
    @discardableResult
    mutating func recordToolWork(_ content: Item.Content, turn: TurnID) -> ItemID {
        guard isClientLed else {
            record(content, turn: turn)
            return ItemID(lastItem)
        }
        let reply = response?.turn == turn ? response?.item : nil
        let before = history.lastIndex { $0.turn == turn && (!$0.isShown || $0.id == reply) }
        var item = Item(id: takeItemID(), turn: turn, content: content)
        item.isShown = false
        put(item, at: before.map { $0 + 1 } ?? history.count)
        return item.id
    }

    mutating func takeItemID() -> ItemID {
        lastItem += 1
        return ItemID(lastItem)
    }

    mutating func put(_ item: Item, at index: Int) {
        history.insert(item, at: index)
        guard history.count > configuration.limits.maxItems else { return }
        requests.spoken[history.removeFirst().id] = nil
        droppedItems += 1
    }

    /// Ends the call: every engine is stopped, the caller is told why, and nothing happens afterwards.
    mutating func end(_ termination: Termination, at now: Instant) {
        if let caller { add(.cancelTranscription(caller.id)) }
        for turn in awaiting where turn.result == nil { add(.cancelTranscription(turn.id)) }
        discardSpeculation()
        for turn in following { add(.cancelTranscription(turn.turn)) }
        interrupt(at: now, by: .hangUp)
        (caller, awaiting, response, keys, idleDeadline) = (nil, [], nil, nil, nil)
        following = []
        requests = ClientRequests()
        self.termination = termination
        emit(.stopped(reason: termination.reason.rawValue))
        add(.hangUp(termination))
    }
}
