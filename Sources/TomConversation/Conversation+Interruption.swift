/// Interruptions: when the caller's speech stops TOM's, and when TOM takes it up again.
extension Conversation {
    /// Holds the reply once the caller has spoken for long enough, also one of which nothing was heard yet.
    mutating func interruptIfSpoken(at now: Instant) {
        guard !isClientLed, let turn = caller, turn.speech(at: now) >= configuration.interruption.minSpeech else {
            return
        }
        hold(at: now)
    }

    /// Silences the reply without giving it up: only words make an interruption final.
    mutating func hold(at now: Instant) {
        guard !isClientLed, var held = response, held.held == nil else { return }
        let heardMs = held.clock.heardMs(at: now)
        held.held = ActiveResponse.Hold(heardMs: heardMs)
        silence(held, heardMs: heardMs)
        // Silencing stopped the synthesis; while the caller speaks nothing of it can become late.
        held.stopSynthesis()
        response = held
    }

    /// Drops what the caller has not heard, here and, where it was sent any, at the client.
    private mutating func silence(_ active: ActiveResponse, heardMs: Int) {
        add(.clearPlayout(active.id))
        guard active.isAudible else { return }
        if !active.audioEndedEmitted { emit(.responseAudioEnded(response: active.id)) }
        emit(.bargeIn(response: active.id, heardMs: heardMs, heardText: active.heardText(heardMs: heardMs)))
    }

    /// The interruption proved false: the reply goes on from the sentence that was cut off.
    mutating func resumeHeld(at now: Instant) {
        guard var resumed = response, let hold = resumed.held else { return }
        resumed.resume(as: takeResponseID(), heardMs: hold.heardMs)
        response = resumed
    }

    mutating func clientInterrupted(playedMs: Int?, at now: Instant) {
        guard let active = response else { return }
        idleDeadline = nil
        interrupt(at: now, by: .client(playedMs: playedMs.map { min(max($0, 0), active.clock.sentMs) }))
    }

    /// Who ended a response before its end.
    enum Interrupter: Equatable {
        case caller
        /// `playedMs` is what the client says was heard; `nil` for what the playout clock says.
        case client(playedMs: Int?)
        case hangUp
    }

    /// Ends the response, if there is one, for good: its engines stop and the record is cut to what was heard.
    mutating func interrupt(at now: Instant, by interrupter: Interrupter) {
        guard let active = response else { return }
        response = nil
        if case .running = active.generation.state { add(.cancelGeneration(active.generation.id)) }
        // What a client that leads was sent it may have played; it says so when it has not.
        var heard = isClientLed ? active.clock.sentMs : active.held?.heardMs ?? active.clock.heardMs(at: now)
        if active.held == nil {
            switch interrupter {
            case .client(let playedMs):
                heard = playedMs ?? heard
                silence(active, heardMs: heard)
            case .caller: silence(active, heardMs: heard)
            case .hangUp: add(.clearPlayout(active.id))
            }
        }
        // A client that leads says by itself what was heard.
        if interrupter != .hangUp, !isClientLed { truncateOwnSpeech(of: active, heardMs: heard) }
        let text = active.speaks ? active.heardText(heardMs: heard) : active.allText
        if !record(text, of: active, interrupted: true), let before = active.expectationBefore {
            // The question was not heard, so its answer is not to be expected.
            expectation = before
        }
        let status: TurnStatus = active.failed ? .failed : .interrupted
        if isClientLed { cancelForClient(active, by: interrupter) }
        emit(.turnEnded(turn: active.turn, response: active.id, status: status, latency: active.latency))
    }

    /// Puts a reply on record: what was heard of it, or that its tools did something although nothing was heard.
    /// - Returns: whether there was anything to record.
    mutating func record(_ text: String, of active: ActiveResponse, interrupted: Bool) -> Bool {
        if isClientLed { return closeReply(text, of: active, interrupted: interrupted) }
        guard !text.isEmpty || active.ranTools else { return false }
        record(.reply(text: text, interrupted: interrupted), turn: active.turn, memory: active.memory)
        return true
    }
}
