/// Speech out: sentences to the synthesiser, audio to the transport, and the moment all of it was heard.
extension Conversation {
    /// Samples of the current response that may be handed to the transport now, and which response that is.
    ///
    /// `nil` while nothing may be sent: no response, one that is held, or a caller who is speaking before TOM has begun.
    public func playoutAllowance(at now: Instant) -> (response: ResponseID, turn: TurnID, samples: Int)? {
        guard let active = response, active.held == nil, active.unsentSamples > 0, mayBeginToSpeak(active) else {
            return nil
        }
        if isClientLed { return (active.id, active.turn, active.unsentSamples) }
        let room = configuration.limits.maxPlayoutLead - active.clock.lead(at: now)
        guard room > .zero else { return nil }
        let samples = Int(room.nanoseconds * Int64(configuration.outputSamplesPerSecond) / 1_000_000_000)
        return (active.id, active.turn, min(samples, active.unsentSamples))
    }

    /// When the transport will have room for another `step` of audio; `nil` when there is nothing to send.
    public func nextPlayout(step: Duration, at now: Instant) -> Instant? {
        guard let active = response, active.held == nil, active.unsentSamples > 0, mayBeginToSpeak(active) else {
            return nil
        }
        if isClientLed { return now }
        let surplus = active.clock.lead(at: now) + step - configuration.limits.maxPlayoutLead
        return surplus > .zero ? now + surplus : now
    }

    /// Whether the listener has heard all that was sent of a response that goes on: the caller hears a gap.
    public func playoutRanDry(at now: Instant) -> Bool {
        guard let response, response.isAnswerAudible else { return false }
        return response.clock.lead(at: now) == .zero
    }

    /// One voice at a time: a reply does not begin while the caller speaks.
    private func mayBeginToSpeak(_ active: ActiveResponse) -> Bool {
        active.isAudible || caller?.isSpeaking != true || configuration.turnDetection == .manual || isClientLed
    }

    // MARK: Synthesis

    /// Whether audio of this sentence is still wanted; what arrives for any other is late and to be dropped unheard.
    public func wantsAudio(of segment: SegmentID) -> Bool {
        guard let owner = owner(of: segment), owner.held == nil else { return false }
        return owner.currentPosition(of: segment) != nil
    }

    /// Whether more audio is being made of the response that is playing: what does not fill a frame yet may wait for it.
    public var isSynthesizing: Bool { response?.isSynthesizing ?? false }

    /// The response a sentence belongs to: the one being given, or the one that is prepared.
    private func owner(of segment: SegmentID) -> ActiveResponse? {
        segment.response == speculation?.response.id ? speculation?.response : response
    }

    private mutating func store(_ active: ActiveResponse) {
        if active.id == speculation?.response.id { speculation?.response = active } else { response = active }
    }

    mutating func audioGenerated(_ id: SegmentID, _ samples: Int, at now: Instant) {
        guard samples > 0, var active = owner(of: id), active.held == nil, let position = active.currentPosition(of: id)
        else { return }
        active.generated(samples, at: position, due: now + configuration.timeouts.synthesis)
        if active.latency.ttsFirstAudioMs == nil, active.latency.e2eMs == nil, let begun = active.marks.firstSentenceAt,
            active.marks.spokenAt != nil, !active.segments[position].isFiller
        {
            active.latency.ttsFirstAudioMs = (now - begun).milliseconds
        }
        let limit =
            configuration.limits.maxSentenceAudio.nanoseconds / 1_000_000 * Int64(configuration.outputSamplesPerSecond)
            / 1_000
        if active.segments[position].samples >= limit {
            // The synthesiser floods: what it made so far is the sentence.
            active.setState(.done, at: position)
            if active.id == response?.id {
                emit(.notice(code: "tts.too_long", message: "The speech of a sentence was cut off at its limit."))
            }
        }
        store(active)
    }

    mutating func synthesisFinished(_ id: SegmentID, at now: Instant) {
        guard var active = owner(of: id), let position = active.currentPosition(of: id) else { return }
        if active.segments[position].samples == 0 {
            return synthesisFailed(
                id, EngineFailure(code: "tts.empty", message: "the speech synthesis made no audio"), at: now)
        }
        active.setState(.done, at: position)
        store(active)
    }

    mutating func synthesisFailed(_ id: SegmentID, _ failure: EngineFailure, at now: Instant) {
        if id.response == speculation?.response.id { return discardSpeculation() }
        guard var active = response, let position = active.currentPosition(of: id) else { return }
        active.breakOff(at: position)
        active.setState(.done, at: position)
        response = active
        // A second failure, of the apology itself, leaves only the text.
        fail(failure, at: now)
    }

    // MARK: Playout

    mutating func audioSent(_ id: ResponseID, _ samples: Int, at now: Instant) {
        guard var active = response, active.id == id, active.held == nil, samples > 0 else { return }
        let sent = min(samples, active.unsentSamples)
        let wasAudible = active.isAnswerAudible
        active.clock.sent(sent, at: now)
        if !wasAudible, active.isAnswerAudible {
            if active.latency.e2eMs == nil, let spoken = active.marks.spokenAt {
                active.latency.e2eMs = (now - spoken).milliseconds
            }
            // From here on the caller may answer what is being asked.
            // A resumed reply is first heard a second time; what was expected before it is older than that.
            active.expectationBefore = active.expectationBefore ?? expectation
            expectation = active.expectation
        }
        response = active
    }

    mutating func playoutAdvanced(_ id: ResponseID, _ playedMs: Int, at now: Instant) {
        guard var active = response, active.id == id, active.held == nil else { return }
        active.clock.reported(playedMs: playedMs, at: now)
        response = active
    }

    // MARK: After every input

    /// Moves the response on: the next sentence to the synthesiser, the end when all was heard.
    mutating func advance(at now: Instant) {
        if var made = speculation {
            synthesizeNext(of: &made.response, at: now)
            speculation = made
        }
        playOwnSpeech()
        guard var next = response else { return }
        synthesizeNext(of: &next, at: now)
        response = next
        guard var active = response, active.held == nil else { return }
        if active.isSent, active.isAudible, !active.audioEndedEmitted {
            active.audioEndedEmitted = true
            response = active
            emit(.responseAudioEnded(response: active.id))
        }
        guard isOver(active, at: now) else { return }
        finish(active, at: now)
    }

    private mutating func synthesizeNext(of active: inout ActiveResponse, at now: Instant) {
        guard active.speaks, active.held == nil, let position = active.nextWaiting,
            active.segments[position].own == nil
        else { return }
        let limit = configuration.limits.maxBufferedAudio
        let buffered = Duration.milliseconds(active.unsentSamples * 1_000 / configuration.outputSamplesPerSecond)
        guard buffered < limit else { return }
        if active.marks.firstSentenceAt == nil, !active.segments[position].isFiller {
            active.marks.firstSentenceAt = now
        }
        active.setState(.synthesizing(due: now + configuration.timeouts.synthesis), at: position)
        add(.synthesize(active.segmentID(at: position), text: active.segments[position].text))
    }

    private func isOver(_ active: ActiveResponse, at now: Instant) -> Bool {
        guard active.speaks else { return active.isGenerated }
        guard active.isSent else { return false }
        if isClientLed { return true }
        // Without any audio (every synthesis failed) there is nothing to wait for.
        guard let end = active.clock.heardAllAt(grace: configuration.timeouts.playoutReport) else { return true }
        return end <= now
    }

    private mutating func finish(_ active: ActiveResponse, at now: Instant) {
        response = nil
        let text = active.speaks ? active.heardText(heardMs: Int.max / 1_000_000) : active.allText
        _ = record(text, of: active, interrupted: isClientLed && active.shortfall != nil)
        if !active.speaks { expectation = active.expectation }
        let status: TurnStatus = active.failed ? .failed : .completed
        if isClientLed { completeForClient(active, at: now) }
        emit(.turnEnded(turn: active.turn, response: active.id, status: status, latency: active.latency))
        if let termination = active.termination {
            if isClientLed { return endWhenPlayed(active, termination, at: now) }
            return end(termination, at: now)
        }
        beginWanted(at: now)
    }

    // MARK: Idle

    /// Starts the idle clock whenever nobody speaks and nothing is awaited.
    mutating func armIdle(at now: Instant) {
        let isQuiet = response == nil && caller == nil && awaiting.isEmpty && keys == nil
        guard isQuiet, let after = configuration.idle.promptAfter else {
            idleDeadline = nil
            return
        }
        guard !isClientLed else { return armTimeout(after, at: now) }
        if idleDeadline == nil { idleDeadline = now + after }
    }

    mutating func idled(at now: Instant) {
        guard response == nil, caller == nil, awaiting.isEmpty, keys == nil else { return }
        idleDeadline = nil
        let turn = takeTurnID()
        if isClientLed { return timedOut(turn, at: now) }
        record(.silence, turn: turn)
        if idlePrompts < configuration.idle.maxPrompts, !configuration.texts.idlePrompts.isEmpty {
            let prompts = configuration.texts.idlePrompts
            say(prompts[min(idlePrompts, prompts.count - 1)], turn: turn, at: now)
            idlePrompts += 1
        } else {
            let idle = Termination(result: .completed, reason: .idle)
            say(configuration.texts.idleGoodbye, turn: turn, ending: idle, at: now)
        }
    }
}
