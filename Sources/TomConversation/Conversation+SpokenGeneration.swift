/// Models that hear and speak by themselves: what the conversation knows of a turn before its words, and how the audio
/// of a generation is played.
extension Conversation {
    // MARK: Turns ahead of their words

    /// Whether a turn that just ended is answered at once. Speech that may have been a cough or a "mhm" waits for its
    /// words.
    func goesAheadOfItsWords(_ turn: CallerTurn, at now: Instant) -> Bool {
        guard configuration.stages.generatesSpeech, configuration.stages.answers, turn.result == nil else {
            return false
        }
        let isBesideAReply = response != nil
        let interruption = configuration.interruption
        return turn.speech(at: now) >= (isBesideAReply ? interruption.noiseMaxSpeech : interruption.minSpeech)
    }

    /// The turn is answered; its words are due like those of any other.
    mutating func awaitWords(of turn: TurnID, at now: Instant) {
        following.append((turn, now + configuration.timeouts.transcription))
        guard following.count > configuration.limits.maxAwaitedTurns else { return }
        add(.cancelTranscription(following[0].turn))
        wordsFollowed(
            following[0].turn,
            .failed(EngineFailure(code: "stt.backlog", message: "too many transcripts are awaited")))
    }

    mutating func wordsFollowed(_ turn: TurnID, _ result: CallerTurn.Result) {
        guard let index = following.firstIndex(where: { $0.turn == turn }) else { return }
        following.remove(at: index)
        switch result {
        case .words(let text, let language, let confidence):
            complete(turn, with: text)
            emit(.transcriptFinal(text: text, turn: turn, language: language, confidence: confidence))
        case .failed(let failure):
            emit(.notice(code: failure.code, message: failure.message))
            if isClientLed { return emit(.transcriptFailed(turn: turn, failure)) }
            emit(.transcriptFinal(text: "", turn: turn, language: nil, confidence: nil))
        case .notUnderstood, .nothing, .toFollow:
            emit(.transcriptFinal(text: "", turn: turn, language: nil, confidence: nil))
        }
    }

    /// Puts the words of a turn on its record.
    mutating func complete(_ turn: TurnID, with text: String) {
        for index in history.indices.reversed() where history[index].turn == turn {
            guard case .speech(nil, let durationMs) = history[index].content else { continue }
            history[index].content = .speech(transcript: text, durationMs: durationMs)
            return
        }
    }

    mutating func wordsAreOverdue(at now: Instant) {
        while let first = following.first, first.until <= now {
            add(.cancelTranscription(first.turn))
            wordsFollowed(
                first.turn,
                .failed(EngineFailure(code: "stt.timeout", message: "the transcript did not come in time")))
        }
    }

    // MARK: Speech of the model

    /// The running generation made audio.
    mutating func generationSpoke(_ samples: Int, at now: Instant) {
        guard samples > 0, response?.own != nil else { return }
        openReply()
        guard var active = response else { return }
        if active.latency.llmFirstTokenMs == nil, let started = active.marks.generationStartedAt {
            active.latency.llmFirstTokenMs = (now - started).milliseconds
        }
        active.ownAudioArrived(samples)
        active.generation.state = .running(due: now + configuration.timeouts.generation)
        response = active
        let limit = configuration.limits.maxSentenceAudio.nanoseconds / 1_000_000
        let spoken = (active.own?.samples ?? 0) * 1_000 / configuration.outputSamplesPerSecond
        guard spoken >= Int(limit) else { return }
        // The model floods: what it said so far is the answer.
        add(.cancelGeneration(active.generation.id))
        emit(.notice(code: "llm.too_long", message: "The model's answer was cut off at its limit."))
        generationFinished(at: now)
    }

    /// Hands what has come of the model's own audio to the playout, as far as it is next.
    mutating func playOwnSpeech() {
        guard var active = response, active.speaks, active.own != nil, active.held == nil else { return }
        while let piece = active.takeOwnAudio() {
            add(.playOwnSpeech(active.id, from: piece.from, samples: piece.samples))
        }
        response = active
    }

    /// A response ended before its end: the model is told what was heard of what it said.
    mutating func truncateOwnSpeech(of active: ActiveResponse, heardMs: Int) {
        guard let own = active.own else { return }
        let heard = active.ownHeard(heardMs: heardMs)
        guard heard < own.samples || !active.isGenerated else { return }
        let ms = heard * 1_000 / configuration.outputSamplesPerSecond
        add(.truncateOwnSpeech(active.generation.id.response, heardMs: ms))
    }
}
