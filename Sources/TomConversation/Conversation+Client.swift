/// What a client that leads the conversation asks for.
extension Conversation {
    var isClientLed: Bool { configuration.lead == .client }

    mutating func applyRequest(_ input: Input, at now: Instant) {
        switch input {
        case .configured(let next): configure(next, at: now)
        case .clearAudio: clearAudio(at: now)
        case .insert(let content, let place): insert(content, at: place)
        case .givenAudioStarted: givenAudioStarted(at: now)
        case .givenAudioEnded(let ms): givenAudioEnded(ms: ms, at: now)
        case .truncate(let item, let audioMs): truncate(item, audioMs: audioMs, at: now)
        case .delete(let item): delete(item)
        case .respond(let request, let speaks): respond(request, speaks: speaks, at: now)
        case .cancelResponse(let id): cancelResponse(id, at: now)
        case .approve(let item, let isApproved, let reason): approve(item, isApproved, reason: reason, at: now)
        default: break
        }
    }

    private mutating func configure(_ next: Configuration, at now: Instant) {
        let lead = configuration.lead
        // A turn that the client was to end has no speech by which it could be ended otherwise.
        if configuration.turnDetection == .manual, next.turnDetection == .serverVAD { dropOpenTurn() }
        if next.idle != configuration.idle { idleDeadline = nil }
        // What was begun ahead of the turn's end had other settings, perhaps other instructions or tools.
        discardSpeculation()
        configuration = next
        configuration.lead = lead
        beginWanted(at: now)
    }

    // MARK: Audio

    private mutating func clearAudio(at now: Instant) {
        dropOpenTurn()
        emit(.audioCleared)
        beginWanted(at: now)
    }

    private mutating func givenAudioStarted(at now: Instant) {
        guard caller == nil, configuration.stages.transcribes else { return emit(.refused(.callerIsSpeaking)) }
        openTurn(onset: now, audioMs: nil)
        caller?.mayBeAnswered = false
    }

    private mutating func givenAudioEnded(ms: Int, at now: Instant) {
        guard var turn = caller, !turn.mayBeAnswered else { return }
        turn.lasts(ms: ms)
        close(turn, at: now)
    }

    private mutating func dropOpenTurn() {
        guard let turn = caller else { return }
        caller = nil
        add(.cancelTranscription(turn.id))
    }

    // MARK: Items

    // A reply begun ahead of the turn's end answers the record as it was: each change of the record drops it.

    private mutating func insert(_ content: Item.Content, at place: Place) {
        let index: Int
        switch place {
        case .end: index = history.count
        case .front: index = 0
        case .after(let id):
            guard let before = history.firstIndex(where: { $0.id == id }) else {
                return emit(.refused(.unknownItem(id)))
            }
            index = before + 1
        }
        (requests.playoutEnds, idleDeadline) = (nil, nil)
        discardSpeculation()
        // What was said elsewhere is no part of the turn before it.
        let turn = if case .speech = content { takeTurnID() } else { TurnID(lastTurn) }
        let item = Item(id: takeItemID(), turn: turn, content: content)
        put(item, at: index)
        tell(item, response: nil)
    }

    private mutating func delete(_ id: ItemID) {
        guard let index = history.firstIndex(where: { $0.id == id && $0.isShown }) else {
            return emit(.refused(.unknownItem(id)))
        }
        discardSpeculation()
        history.remove(at: index)
        requests.spoken[id] = nil
        emit(.itemDeleted(id))
    }

    private mutating func truncate(_ id: ItemID, audioMs: Int, at now: Instant) {
        if let response, response.item == id {
            guard response.speaks else { return emit(.refused(.notSpoken(id))) }
            guard (0...response.clock.sentMs).contains(audioMs) else {
                return emit(.refused(.beyondAudio(id, durationMs: response.clock.sentMs)))
            }
            guard history.contains(where: { $0.id == id }) else { return emit(.refused(.unknownItem(id))) }
            // Whoever knows how much was heard has stopped listening.
            interrupt(at: now, by: .client(playedMs: audioMs))
        }
        guard let index = history.firstIndex(where: { $0.id == id && $0.isShown }) else {
            return emit(.refused(.unknownItem(id)))
        }
        guard let spoken = requests.spoken[id], spoken.speaks else { return emit(.refused(.notSpoken(id))) }
        guard (0...spoken.clock.sentMs).contains(audioMs) else {
            return emit(.refused(.beyondAudio(id, durationMs: spoken.clock.sentMs)))
        }
        discardSpeculation()
        history[index].content = .reply(text: spoken.heardText(heardMs: audioMs), interrupted: true)
        truncateOwnSpeech(of: spoken, heardMs: audioMs)
        emit(.itemTruncated(id, audioMs: audioMs))
    }

    /// The item on record ahead of the one at `index`, as the client knows the record.
    private func shownItem(before index: Int) -> ItemID? { history[..<index].last(where: \.isShown)?.id }

    /// Tells of an item that is complete from its beginning.
    mutating func tell(_ item: Item, response: ResponseID?) {
        let after = history.firstIndex { $0.id == item.id }.flatMap(shownItem(before:))
        emit(.itemAdded(item, after: after, response: response))
        emit(.itemDone(item, after: after, response: response))
    }

    // MARK: Responses

    /// Whether a request for a response would be taken.
    public var mayRespond: Bool { response == nil && requests.wanted?.isAsked != true }

    private mutating func respond(_ request: ResponseRequestID?, speaks: Bool?, at now: Instant) {
        if let response { return emit(.refused(.responseIsActive(response.id))) }
        guard requests.wanted?.isAsked != true else { return emit(.refused(.responseIsActive(nil))) }
        (requests.playoutEnds, requests.goodbye) = (nil, nil)
        var wanted =
            requests.wanted ?? ClientRequests.Wanted(turn: takeTurnID(), marks: .init(spokenAt: now))
        (wanted.request, wanted.speaks, wanted.isAsked) = (request, speaks, true)
        requests.wanted = wanted
        beginWanted(at: now)
    }

    private mutating func cancelResponse(_ id: ResponseID?, at now: Instant) {
        for index in awaiting.indices { awaiting[index].mayBeAnswered = false }
        if id == nil, response == nil, let wanted = requests.wanted, wanted.isAsked {
            // Whoever asked for it waits for it to begin, and then for its end.
            var active = makeResponse(
                turn: wanted.turn, state: .finished, latency: wanted.latency, marks: wanted.marks)
            takeWanted(into: &active)
            begin(active)
        }
        requests.wanted = nil
        guard let response, id == nil || id == response.id else { return emit(.refused(.noActiveResponse)) }
        interrupt(at: now, by: .client(playedMs: nil))
    }

    /// Begins the response that is wanted, once nothing stands in its way.
    mutating func beginWanted(at now: Instant) {
        guard isClientLed, response == nil, awaiting.isEmpty, requests.running.isEmpty, let wanted = requests.wanted
        else { return }
        // What nobody asked for waits for the caller's next words, and answers both.
        guard wanted.isAsked || caller == nil || !configuration.turnPolicy.interrupts else { return }
        if !wanted.isAsked, let content = history.last(where: { $0.turn == wanted.turn })?.content {
            requests.wanted = nil
            let isReady = adoptSpeculation(
                turn: wanted.turn, content, latency: wanted.latency, marks: wanted.marks, at: now)
            if isReady { return }
            requests.wanted = wanted
        }
        discardSpeculation()
        startResponse(turn: wanted.turn, latency: wanted.latency, marks: wanted.marks, at: now)
    }

    /// Gives a response that begins what it was asked for with.
    mutating func takeWanted(into active: inout ActiveResponse) {
        guard let wanted = requests.wanted else { return }
        requests.wanted = nil
        active.request = wanted.request
        if let speaks = wanted.speaks { active.speaks = configuration.stages.speaks && speaks }
    }

    /// What the response was asked for with; `nil` for one that was not asked for, or is over.
    public func request(of id: ResponseID) -> ResponseRequestID? {
        guard let response, response.generation.id.response == id else { return nil }
        return response.request
    }
}

/// What a client has asked for and not got yet, and what it may still ask about.
struct ClientRequests: Sendable {
    /// A response that is to begin.
    struct Wanted: Sendable {
        let turn: TurnID
        var latency = TurnLatency()
        let marks: ActiveResponse.Marks
        var request: ResponseRequestID?
        var speaks: Bool?
        /// Whether the client asked, rather than a turn being over.
        var isAsked = false
    }

    var wanted: Wanted?
    /// Remote tools that the client approved of and that have not ended; what is wanted answers their outputs.
    var running: [ApprovedTool] = []
    /// Replies on the record that are over, to be cut to what was heard of them.
    var spoken: [ItemID: ActiveResponse] = [:]
    /// When the last response will have been played, as far as the caller has said nothing since.
    var playoutEnds: Instant?
    /// The goodbye is being played: how the call ends, and when.
    var goodbye: (termination: Termination, at: Instant)?
}
