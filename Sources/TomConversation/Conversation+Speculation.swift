/// Replies begun while the caller pauses, before it is certain that the turn is over.
extension Conversation {
    // MARK: Beginning

    /// When the words of the open turn will have been stable for long enough; `nil` while nothing may be begun.
    var speculationDeadline: Instant? {
        let policy = configuration.speculation
        guard policy.isOn, configuration.stages.answers, configuration.turnPolicy.answers,
            configuration.turnDetection == .serverVAD, requests.wanted == nil,
            !configuration.stages.generatesSpeech, response == nil, speculation == nil, awaiting.isEmpty, keys == nil,
            let turn = caller, case .pausing = turn.phase, turn.turnComplete != false,
            turn.speculations < policy.maxPerTurn, !turn.expectation.keepsAudio, turn.expectation != .digits,
            !turn.probableWords.isEmpty
        else { return nil }
        return max(turn.speechEndedAt, turn.wordsSince ?? turn.speechEndedAt) + policy.stableFor
    }

    mutating func speculationDeadlineReached(at now: Instant) {
        guard let due = speculationDeadline, due <= now, var turn = caller else { return }
        turn.speculations += 1
        caller = turn
        let marks = ActiveResponse.Marks(generationStartedAt: now)
        let active = makeResponse(
            turn: turn.id, state: .running(due: now + configuration.timeouts.generation), latency: TurnLatency(),
            marks: marks)
        speculation = Speculation(
            turn: turn.id, words: turn.probableWords, durationMs: Int(turn.speech(at: now).milliseconds),
            response: active)
        add(.startSpeculation(active.generation.id, turn: turn.id))
    }

    /// The record as it will be if the speculation proves right; `nil` when there is none.
    public var speculatedHistory: [Item]? {
        guard let speculation else { return nil }
        let content = Item.Content.speech(transcript: speculation.words, durationMs: speculation.durationMs)
        return history + [Item(id: ItemID(lastItem + 1), turn: speculation.turn, content: content)]
    }

    /// Whether a sentence belongs to an answer that may come to nothing.
    public func isSpeculative(_ segment: SegmentID) -> Bool { segment.response == speculation?.response.id }

    // MARK: Generation

    /// Keeps what the model says until it is known whether it is wanted.
    mutating func speculate(_ input: Input, at now: Instant) {
        guard var made = speculation, !made.isFinished else { return }
        switch input {
        case .responseText(_, let text):
            let kept = made.response.take(text, limit: configuration.limits.maxResponseCharacters)
            made.text += kept.text
            if kept.isFull {
                add(.cancelGeneration(made.id))
                finish(&made)
            }
        case .responseTool(_, let call): made.tools.append(call)
        case .responseMemory(_, let memory): made.response.memory = memory
        case .responseExpects(_, let next): made.response.expectation = next
        case .responseEndsCall: made.response.termination = .agentHungUp
        case .responseCutShort(_, let shortfall): made.response.shortfall = shortfall
        case .responseFinished: finish(&made)
        // The turn's end asks again, and then a failure matters.
        case .responseFailed, .responseBroke: return discardSpeculation()
        default: return
        }
        speculation = made
        if made.tools.count > configuration.limits.maxToolCalls { discardSpeculation() }
    }

    private func finish(_ made: inout Speculation) {
        made.isFinished = true
        made.response.finishText()
    }

    // MARK: Outcome

    /// Takes the speculation up as the answer to `turn`.
    /// - Returns: `false` when there is none for these words; then there is none at all any more.
    mutating func adoptSpeculation(
        turn: TurnID, _ content: Item.Content, latency: TurnLatency, marks: ActiveResponse.Marks, at now: Instant
    ) -> Bool {
        guard let made = speculation else { return false }
        guard made.turn == turn, requests.wanted == nil, case .speech(let transcript?, _) = content,
            Speculation.areSameWords(transcript, made.words)
        else {
            discardSpeculation()
            return false
        }
        speculation = nil
        var active = made.response
        (active.latency, active.marks) = (latency, marks)
        active.marks.generationStartedAt = now
        // What is there already costs this turn no time.
        if !made.text.isEmpty { active.latency.llmFirstTokenMs = 0 }
        if active.hasText { active.marks.firstSentenceAt = now }
        if active.generatedSamples > 0 { active.latency.ttsFirstAudioMs = 0 }
        active.generation.state = .running(due: now + configuration.timeouts.generation)
        active.renewDeadlines(due: now + configuration.timeouts.synthesis)
        begin(active)
        add(.adoptSpeculation(made.id))
        if !made.text.isEmpty { tellText(made.text) }
        for call in made.tools { takeTool(call, at: now) }
        if made.isFinished { generationFinished(at: now) }
        return true
    }

    mutating func discardSpeculation() {
        guard let made = speculation else { return }
        speculation = nil
        add(.discardSpeculation(made.id))
    }

    /// Drops a speculation whose turn goes on or has come to nothing, or which another reply has overtaken.
    mutating func dropStaleSpeculation() {
        guard let made = speculation else { return }
        let isOpen = caller.map { $0.id == made.turn && !$0.isSpeaking } ?? false
        let isAwaited = awaiting.contains { $0.id == made.turn }
        let words = isOpen ? caller?.probableWords : awaiting.first { $0.id == made.turn }?.probableWords
        guard isOpen || isAwaited, response == nil, keys == nil, Speculation.areSameWords(words ?? "", made.words)
        else {
            return discardSpeculation()
        }
    }
}
