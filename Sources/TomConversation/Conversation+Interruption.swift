/// Interruptions: when the caller's speech stops TOM's, and when TOM takes it up again.
extension Conversation {
    /// Holds the reply once the caller has spoken for long enough.
    mutating func interruptIfSpoken(at now: Instant) {
        guard let turn = caller, let response, response.held == nil else { return }
        guard turn.speech(at: now) >= configuration.interruption.minSpeech else { return }
        if response.isAudible {
            hold(at: now)
        } else {
            // Nothing was heard yet: the caller simply had not finished.
            interrupt(at: now, by: .caller)
        }
    }

    /// Silences the reply without giving it up: only words make an interruption final.
    private mutating func hold(at now: Instant) {
        guard var held = response else { return }
        let heardMs = held.clock.heardMs(at: now)
        held.held = ActiveResponse.Hold(heardMs: heardMs)
        silence(held, heardMs: heardMs)
        // Silencing stopped the synthesis; while the caller speaks nothing of it can become late.
        held.stopSynthesis()
        response = held
    }

    /// Drops what the caller has not heard, here and at the client.
    private mutating func silence(_ active: ActiveResponse, heardMs: Int) {
        add(.clearPlayout(active.id))
        if active.isAudible, !active.audioEndedEmitted { emit(.responseAudioEnded(response: active.id)) }
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
    enum Interrupter {
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
        var heard = active.held?.heardMs ?? active.clock.heardMs(at: now)
        if active.held == nil {
            switch interrupter {
            case .client(let playedMs):
                heard = playedMs ?? heard
                silence(active, heardMs: heard)
            case .caller where active.isAudible: silence(active, heardMs: heard)
            case .caller, .hangUp: add(.clearPlayout(active.id))
            }
        }
        let text = configuration.stages.speaks ? active.heardText(heardMs: heard) : active.allText
        if !text.isEmpty || active.ranTools {
            record(.reply(text: text, interrupted: true), turn: active.turn, memory: active.memory)
        } else if let before = active.expectationBefore {
            // The question was not heard, so its answer is not to be expected.
            expectation = before
        }
        let status: TurnStatus = active.failed ? .failed : .interrupted
        emit(.turnEnded(turn: active.turn, response: active.id, status: status, latency: active.latency))
    }
}
