/// Turns and replies of a conversation that its client leads: each item is on record, and told of, from its beginning.
extension Conversation {
    // MARK: The caller's turns

    /// A client may send audio faster than it was spoken: the silence that ends a turn then lies in the audio, and no clock
    /// has seen it.
    ///
    /// - Parameters:
    ///   - onset: when the caller's next speech began, by the clock.
    ///   - audioMs: where, in the input audio.
    mutating func closeOverdueTurn(onset: Instant, audioMs: Int, at now: Instant) {
        guard isClientLed, var turn = caller, case .pausing(let until) = turn.phase, let pausedAtMs = turn.pausedAtMs
        else { return }
        let endMs = pausedAtMs + Int((until - turn.speechEndedAt).milliseconds)
        guard until <= onset || endMs <= audioMs else { return }
        turn.endedAtMs = endMs
        close(turn, at: now)
    }

    /// Where an interruption is final, it happens as soon as the client is told that the caller speaks.
    mutating func interruptAtOnset(at now: Instant) {
        guard isClientLed else { return }
        requests.playoutEnds = nil
        // Whoever speaks into a goodbye does not want to go yet.
        requests.goodbye = nil
        if configuration.turnPolicy.interrupts { interrupt(at: now, by: .caller) }
    }

    /// The turn's audio is complete: its place on the record is taken, its words follow.
    mutating func putOnRecord(_ turn: CallerTurn, at now: Instant) {
        emit(.utteranceEnded(turn: turn.id, audioMs: turn.endMs(at: now)))
        let durationMs = Int(turn.speech(at: now).milliseconds)
        record(.speech(transcript: nil, durationMs: durationMs), turn: turn.id)
    }

    mutating func resolveForClient(_ turn: CallerTurn, _ result: CallerTurn.Result, at now: Instant) {
        var isMeant = configuration.turnDetection == .manual || isMeant(turn, turn.speech(at: now), result)
        switch result {
        case .words(let text, let language, let confidence):
            isMeant = true
            complete(turn.id, with: text)
            emit(.transcriptFinal(text: text, turn: turn.id, language: language, confidence: confidence))
        case .notUnderstood, .nothing:
            emit(.transcriptFinal(text: "", turn: turn.id, language: nil, confidence: nil))
        case .toFollow:
            isMeant = true
            awaitWords(of: turn.id, at: now)
        case .failed(let failure):
            isMeant = true
            emit(.notice(code: failure.code, message: failure.message))
            emit(.transcriptFailed(turn: turn.id, failure))
        }
        if isMeant, turn.mayBeAnswered { wantAnswer(to: turn, at: now) }
    }

    private mutating func wantAnswer(to turn: CallerTurn, at now: Instant) {
        guard configuration.stages.answers, configuration.turnPolicy.answers || requests.wanted != nil else { return }
        let endpointed = turn.endpointedAt ?? now
        var latency = TurnLatency()
        latency.endpointingMs = (endpointed - turn.speechEndedAt).milliseconds
        latency.sttMs = (now - endpointed).milliseconds
        var wanted = ClientRequests.Wanted(
            turn: turn.id, latency: latency, marks: .init(spokenAt: turn.speechEndedAt))
        if let asked = requests.wanted, asked.isAsked {
            (wanted.request, wanted.speaks, wanted.isAsked) = (asked.request, asked.speaks, true)
        }
        requests.wanted = wanted
    }

    // MARK: Replies

    /// Gives the response that is being given its item, with its first words or sound.
    mutating func openReply() {
        guard isClientLed, var active = response, active.item == nil else { return }
        let item = Item(id: takeItemID(), turn: active.turn, content: .reply(text: "", interrupted: false))
        active.item = item.id
        response = active
        let after = history.last(where: \.isShown)?.id
        put(item, at: history.count)
        emit(.itemAdded(item, after: after, response: active.id))
    }

    /// Completes a reply's item.
    /// - Returns: whether it holds any words.
    mutating func closeReply(_ text: String, of active: ActiveResponse, interrupted: Bool) -> Bool {
        guard let id = active.item else { return false }
        var item = Item(
            id: id, turn: active.turn, content: .reply(text: text, interrupted: interrupted), memory: active.memory)
        var after: ItemID?
        // It may have been deleted.
        if let index = history.firstIndex(where: { $0.id == id }) {
            after = history[..<index].last(where: \.isShown)?.id
            item.isShown = history[index].isShown
            if active.ranTools {
                // The model said the rest of it when it knew what its tools gave: they come first.
                let end = history[(index + 1)...].firstIndex(where: \.isShown) ?? history.count
                history.insert(item, at: end)
                history.remove(at: index)
            } else {
                history[index] = item
            }
            requests.spoken[id] = active
        }
        emit(.itemDone(item, after: after, response: active.id))
        return !text.isEmpty
    }

    /// The response is over by itself: what the client has to do for it follows what was said.
    mutating func completeForClient(_ active: ActiveResponse, at now: Instant) {
        for call in active.clientCalls {
            let item = Item(id: takeItemID(), turn: active.turn, content: .toolCall(call))
            put(item, at: history.count)
            tell(item, response: active.id)
        }
        // While the client is at work nobody keeps it waiting.
        requests.playoutEnds = active.clientCalls.isEmpty ? max(active.clock.endsAt ?? now, now) : nil
        let end: ResponseEnd =
            if let failure = active.failure {
                .failed(failure)
            } else if let shortfall = active.shortfall {
                .incomplete(shortfall)
            } else {
                .completed
            }
        emit(.responseEnded(active.id, end))
    }

    mutating func cancelForClient(_ active: ActiveResponse, by interrupter: Interrupter) {
        requests.playoutEnds = nil
        let canceller: ResponseEnd.Canceller =
            switch interrupter {
            case .caller: .speech
            case .client: .client
            case .hangUp: .hangUp
            }
        emit(.responseEnded(active.id, .cancelled(canceller)))
    }

    // MARK: The end

    /// The call is over once the client has played the goodbye, of which all has been sent.
    mutating func endWhenPlayed(_ active: ActiveResponse, _ termination: Termination, at now: Instant) {
        guard let ends = active.clock.endsAt, ends > now else { return end(termination, at: now) }
        requests.goodbye = (termination, ends)
    }

    mutating func goodbyeIsOver(at now: Instant) {
        guard let goodbye = requests.goodbye, goodbye.at <= now else { return }
        end(goodbye.termination, at: now)
    }

    // MARK: Silence

    /// The client counts the caller's silence from the end of what it plays.
    mutating func armTimeout(_ after: Duration, at now: Instant) {
        guard let ends = requests.playoutEnds else {
            idleDeadline = nil
            return
        }
        if idleDeadline == nil { idleDeadline = max(ends, now) + after }
    }

    mutating func timedOut(_ turn: TurnID, at now: Instant) {
        requests.playoutEnds = nil
        emit(.idled(turn: turn))
        emit(.utteranceEnded(turn: turn, audioMs: nil))
        record(.silence, turn: turn)
        guard configuration.stages.answers else { return }
        requests.wanted = ClientRequests.Wanted(turn: turn, marks: .init(spokenAt: now))
        beginWanted(at: now)
    }
}
