/// The caller's side: speech, endpointing, transcripts, and what is done with a turn that is over.
extension Conversation {
    // MARK: Speech

    mutating func speechStarted(audioMs: Int, onset: Instant, at now: Instant) {
        guard configuration.turnDetection == .serverVAD else { return }
        closeOverdueTurn(onset: onset, audioMs: audioMs, at: now)
        emit(.speechStarted(audioMs: audioMs))
        idleDeadline = nil
        guard configuration.stages.transcribes else { return }
        if var turn = caller {
            turn.resumeSpeech(at: max(onset, turn.startedAt), audioMs: audioMs)
            caller = turn
        } else {
            openTurn(onset: onset, audioMs: audioMs)
        }
        interruptAtOnset(at: now)
    }

    /// Whether it matters how long the caller has been speaking: then `speechContinued` is to be reported for every frame.
    public var wantsSpeechProgress: Bool {
        guard !isClientLed, let caller, caller.isSpeaking else { return false }
        if let response { return response.held == nil }
        return !awaiting.isEmpty
    }

    mutating func speechContinued(audioMs: Int, at now: Instant) {
        guard var turn = caller, turn.isSpeaking else { return }
        turn.continueSpeech(audioMs: audioMs)
        caller = turn
        interruptIfSpoken(at: now)
    }

    mutating func speechStopped(audioMs: Int, end: Instant, at now: Instant) {
        guard configuration.turnDetection == .serverVAD else { return }
        emit(.speechStopped(audioMs: audioMs))
        guard var turn = caller, turn.isSpeaking else { return }
        turn.stopSpeech(at: end, audioMs: audioMs, until: end + endpointingDelay(turn))
        caller = turn
        if configuration.endpointing.judgesPauses { add(.judgePause(turn.id, audioMs: audioMs)) }
        // A message may bring more speech than one frame at once.
        interruptIfSpoken(at: now)
    }

    mutating func manualAudioStarted(at now: Instant) {
        guard configuration.turnDetection == .manual, configuration.stages.transcribes, caller == nil else { return }
        idleDeadline = nil
        openTurn(onset: now, audioMs: nil)
    }

    mutating func openTurn(onset: Instant, audioMs: Int?) {
        let turn = CallerTurn(id: takeTurnID(), expectation: expectation, onset: onset, audioMs: audioMs)
        caller = turn
        add(.startTranscription(turn.id, expectation))
        if isClientLed { emit(.utteranceBegan(turn: turn.id, audioMs: audioMs)) }
    }

    mutating func commitRequested(at now: Instant) {
        guard let turn = caller else {
            if isClientLed { return emit(.refused(.nothingToCommit)) }
            return emit(.notice(code: "nothing_to_commit", message: "There is no open utterance to commit."))
        }
        close(turn, at: now)
    }

    // MARK: Endpointing

    private func endpointingDelay(_ turn: CallerTurn) -> Duration {
        // Whoever says that more must come is believed; to say that the turn is complete shortens nothing.
        let complete = turn.pauseComplete == false ? false : turn.turnComplete
        return configuration.endpointing.delay(for: turn.expectation, turnComplete: complete)
    }

    /// A verdict counts for the pause it was asked for, however late it comes; of another it says nothing.
    mutating func pauseJudged(_ id: TurnID, _ audioMs: Int, _ complete: Bool) {
        guard var turn = caller, turn.id == id, turn.pausedAtMs == audioMs, case .pausing = turn.phase else { return }
        turn.pauseComplete = complete
        turn.phase = .pausing(until: turn.speechEndedAt + endpointingDelay(turn))
        caller = turn
    }

    var callerDeadline: Instant? {
        guard let turn = caller else { return nil }
        switch turn.phase {
        case .awaiting: return nil
        case .pausing(let until): return until
        case .speaking: return turn.startedAt + configuration.limits.maxTurn
        }
    }

    mutating func callerDeadlineReached(at now: Instant) {
        guard var turn = caller else { return }
        switch turn.phase {
        case .pausing(let until) where until <= now:
            // However late the timer is, and the audio early.
            turn.endedAtMs = turn.pausedAtMs.map { $0 + Int((until - turn.speechEndedAt).milliseconds) }
            endpointed(turn, at: now)
        case .speaking where turn.startedAt + configuration.limits.maxTurn <= now: close(turn, at: now)
        default: break
        }
    }

    private mutating func endpointed(_ turn: CallerTurn, at now: Instant) {
        let isFaint = turn.speech(at: now) < configuration.interruption.minSpeech
        if isFaint, !isClientLed, let response, response.held == nil {
            // A cough or "mhm" beside a reply that goes on: no turn at all.
            add(.cancelTranscription(turn.id))
            caller = nil
        } else {
            close(turn, at: now)
        }
    }

    /// The turn's audio is complete.
    mutating func close(_ open: CallerTurn, at now: Instant) {
        var turn = open
        turn.close(at: now, due: now + configuration.timeouts.transcription)
        if goesAheadOfItsWords(turn, at: now) { turn.result = .toFollow }
        caller = nil
        // Also for an engine that has answered by itself: nothing more of this turn is to be listened to.
        add(.finishTranscription(turn.id))
        if isClientLed { putOnRecord(turn, at: now) }
        awaiting.append(turn)
        if awaiting.count > configuration.limits.maxAwaitedTurns, awaiting[0].result == nil {
            add(.cancelTranscription(awaiting[0].id))
            awaiting[0].result = .failed(
                EngineFailure(code: "stt.backlog", message: "too many transcripts are awaited"))
        }
        resolveAwaited(at: now)
    }

    // MARK: Transcripts

    mutating func interim(_ id: TurnID, _ text: String, _ complete: Bool?, at now: Instant) {
        if var turn = caller, turn.id == id, turn.result == nil {
            let isNews = note(text, complete, in: &turn, at: now)
            if case .pausing = turn.phase {
                turn.phase = .pausing(until: turn.speechEndedAt + endpointingDelay(turn))
            }
            caller = turn
            if isNews { emit(.transcriptInterim(text: text, turn: id)) }
        } else if let index = awaiting.firstIndex(where: { $0.id == id && $0.result == nil }) {
            if note(text, complete, in: &awaiting[index], at: now) { emit(.transcriptInterim(text: text, turn: id)) }
        }
    }

    private func note(_ text: String, _ complete: Bool?, in turn: inout CallerTurn, at now: Instant) -> Bool {
        turn.turnComplete = complete
        guard !text.isEmpty, text != turn.interim else { return false }
        turn.interim = text
        turn.wordsSince = now
        return true
    }

    mutating func transcribed(_ id: TurnID, _ result: CallerTurn.Result, at now: Instant) {
        if caller?.id == id, caller?.result == nil {
            // The engine decided by itself; the answer waits for the turn's end.
            caller?.result = result
            caller?.wordsSince = now
        } else if let index = awaiting.firstIndex(where: { $0.id == id && $0.result == nil }) {
            awaiting[index].result = result
            resolveAwaited(at: now)
        } else {
            wordsFollowed(id, result)
        }
    }

    /// Commits, in their order, the turns whose transcripts are in.
    private mutating func resolveAwaited(at now: Instant) {
        while let first = awaiting.first, let result = first.result {
            awaiting.removeFirst()
            if isClientLed { resolveForClient(first, result, at: now) } else { resolve(first, result, at: now) }
        }
        beginWanted(at: now)
    }

    private mutating func resolve(_ turn: CallerTurn, _ result: CallerTurn.Result, at now: Instant) {
        let durationMs = Int(turn.speech(at: now).milliseconds)
        let speech = turn.speech(at: now)
        switch result {
        case .words(let text, let language, let confidence):
            if isBackchannel(text) { return resumeHeld(at: now) }
            emit(.transcriptFinal(text: text, turn: turn.id, language: language, confidence: confidence))
            commit(turn, .speech(transcript: text, durationMs: durationMs), at: now)
        case .notUnderstood, .nothing:
            guard isMeant(turn, speech, result) else { return resumeHeld(at: now) }
            emit(.transcriptFinal(text: "", turn: turn.id, language: nil, confidence: nil))
            commit(turn, .speech(transcript: nil, durationMs: durationMs), at: now)
        case .toFollow:
            awaitWords(of: turn.id, at: now)
            commit(turn, .speech(transcript: nil, durationMs: durationMs), at: now)
        case .failed(let failure):
            emit(.notice(code: failure.code, message: failure.message))
            commit(turn, .speech(transcript: nil, durationMs: durationMs), at: now, failed: true)
        }
    }

    /// Whether speech without words was meant for TOM, rather than being a cough or a noise.
    func isMeant(_ turn: CallerTurn, _ speech: Duration, _ result: CallerTurn.Result) -> Bool {
        // A name may be short, but a click is none.
        if turn.expectation.keepsAudio { return speech >= configuration.interruption.minRecordedSpeech }
        // Beside a reply, or where the recogniser heard no speech at all, it takes more than a sound to be a turn.
        if response != nil || result == .nothing { return speech >= configuration.interruption.noiseMaxSpeech }
        return speech >= configuration.interruption.minSpeech
    }

    private func isBackchannel(_ text: String) -> Bool {
        guard let response else { return false }
        // "Okay" may be the answer to what was asked last: by this reply, or before it while nothing of it was heard.
        let asked = response.isAnswerAudible ? response.expectation : expectation
        guard asked != .yesNo else { return false }
        let words = text.lowercased().split { !$0.isLetter && $0 != "-" }
        return !words.isEmpty && words.allSatisfy { configuration.interruption.backchannels.contains(String($0)) }
    }

    private mutating func commit(_ turn: CallerTurn, _ content: Item.Content, at now: Instant, failed: Bool = false) {
        var latency = TurnLatency()
        let endpointed = turn.endpointedAt ?? now
        latency.endpointingMs = (endpointed - turn.speechEndedAt).milliseconds
        latency.sttMs = (now - endpointed).milliseconds
        let marks = ActiveResponse.Marks(spokenAt: turn.speechEndedAt)
        commit(turn.id, content, latency: latency, marks: marks, failed: failed, at: now)
    }

    // MARK: Commit

    /// The caller's turn is complete: it is recorded, what TOM was saying ends, and the answer begins.
    mutating func commit(
        _ turn: TurnID, _ content: Item.Content, latency: TurnLatency, marks: ActiveResponse.Marks, failed: Bool,
        at now: Instant
    ) {
        interrupt(at: now, by: .caller)
        idlePrompts = 0
        idleDeadline = nil
        record(content, turn: turn)
        if failed {
            discardSpeculation()
            say(configuration.texts.apology, turn: turn, latency: latency, marks: marks, at: now)
            response?.failed = true
            response?.apologized = true
        } else if adoptSpeculation(turn: turn, content, latency: latency, marks: marks, at: now) {
            // It goes on as the answer.
        } else if configuration.stages.answers {
            startResponse(turn: turn, latency: latency, marks: marks, at: now)
        } else {
            emit(.turnEnded(turn: turn, response: takeResponseID(), status: .completed, latency: latency))
        }
        // The caller went on speaking meanwhile. Words will be answered together with this turn; a noise lets this answer go on.
        if callerHoldsTheFloor(at: now) { hold(at: now) }
    }

    private func callerHoldsTheFloor(at now: Instant) -> Bool {
        guard configuration.turnDetection == .serverVAD, let caller, caller.isSpeaking else { return false }
        return caller.speech(at: now) >= configuration.interruption.minSpeech
    }
}
