/// TOM's side: generation, tools, sentences and the end of a response.
extension Conversation {
    // MARK: Beginning

    mutating func greet(at now: Instant) {
        guard let greeting = configuration.texts.greeting, !greeting.trimmed.isEmpty else { return }
        say(greeting, turn: TurnID(0), at: now)
    }

    /// Begins a response whose words are known.
    mutating func say(
        _ text: String, turn: TurnID, latency: TurnLatency = TurnLatency(), marks: ActiveResponse.Marks = .init(),
        ending termination: Termination? = nil, at now: Instant
    ) {
        var canned = makeResponse(turn: turn, state: .finished, latency: latency, marks: marks)
        canned.termination = termination
        canned.append(text)
        canned.finishText()
        // Canned words do not change what was asked for before them.
        canned.expectation = expectation
        canned.marks.firstSentenceAt = now
        begin(canned)
        tellText(text)
    }

    mutating func startResponse(turn: TurnID, latency: TurnLatency, marks: ActiveResponse.Marks, at now: Instant) {
        var marks = marks
        marks.generationStartedAt = now
        var active = makeResponse(
            turn: turn, state: .running(due: now + configuration.timeouts.generation), latency: latency, marks: marks)
        if configuration.stages.generatesSpeech { active.own = OwnSpeech() }
        takeWanted(into: &active)
        begin(active)
        add(.startGeneration(active.generation.id, turn: turn))
    }

    func makeResponse(
        id: ResponseID, turn: TurnID, state: ActiveResponse.Generation.State, latency: TurnLatency = TurnLatency(),
        marks: ActiveResponse.Marks = .init()
    ) -> ActiveResponse {
        var made = ActiveResponse(
            id: id, turn: turn, state: state, latency: latency, marks: marks,
            samplesPerSecond: configuration.outputSamplesPerSecond, language: configuration.texts.language)
        made.speaks = configuration.stages.speaks && configuration.turnPolicy.speaks
        return made
    }

    mutating func makeResponse(
        turn: TurnID, state: ActiveResponse.Generation.State, latency: TurnLatency, marks: ActiveResponse.Marks
    ) -> ActiveResponse {
        makeResponse(id: takeResponseID(), turn: turn, state: state, latency: latency, marks: marks)
    }

    mutating func begin(_ active: ActiveResponse) {
        response = active
        if isClientLed { emit(.responseBegan(active.id, turn: active.turn, request: active.request)) }
    }

    /// Tells words of the response that is being given.
    mutating func tellText(_ text: String) {
        openReply()
        if let active = response { emit(.responseText(text, turn: active.turn, response: active.id)) }
    }

    // MARK: Generation

    mutating func applyGeneration(_ input: Input, of id: GenerationID, at now: Instant) {
        if speculation?.id == id { return speculate(input, at: now) }
        switch input {
        case .responseText(let id, let text): update(id) { $0.takeText(text, at: now) }
        case .responseAudio(let id, let samples): update(id) { $0.generationSpoke(samples, at: now) }
        case .responseTool(let id, let call): update(id) { $0.takeTool(call, at: now) }
        case .responseMemory(let id, let memory): update(id) { $0.response?.memory = memory }
        case .responseExpects(let id, let next): update(id) { $0.response?.expectation = next }
        case .responseEndsCall(let id): update(id) { $0.response?.termination = .agentHungUp }
        case .responseCutShort(let id, let shortfall): update(id) { $0.response?.shortfall = shortfall }
        case .responseFinished(let id): update(id) { $0.generationFinished(at: now) }
        case .responseFailed(let id, let failure): update(id) { $0.fail(failure, at: now) }
        case .responseBroke(let id, let failure): update(id) { $0.generationBroke(failure, at: now) }
        default: break
        }
    }

    /// Runs `body` when `id` is the generation that is running; anything else is late.
    private mutating func update(_ id: GenerationID, _ body: (inout Conversation) -> Void) {
        guard let active = response, active.generation.id == id, case .running = active.generation.state else { return }
        body(&self)
    }

    private mutating func takeText(_ text: String, at now: Instant) {
        guard var active = response, !text.isEmpty else { return }
        if active.latency.llmFirstTokenMs == nil, let started = active.marks.generationStartedAt {
            active.latency.llmFirstTokenMs = (now - started).milliseconds
        }
        let taken = active.take(text, limit: configuration.limits.maxResponseCharacters)
        active.generation.state = .running(due: now + configuration.timeouts.generation)
        // What a client that leads adds up is one text.
        let isApart = !active.resumesText || !isClientLed || taken.text.first?.isWhitespace != false
        active.resumesText = false
        response = active
        if !taken.text.isEmpty { tellText(isApart ? taken.text : " \(taken.text)") }
        if taken.isFull {
            // The model floods: what it said so far is the answer.
            add(.cancelGeneration(active.generation.id))
            emit(.notice(code: "llm.too_long", message: "The model's answer was cut off at its limit."))
            generationFinished(at: now)
        }
    }

    mutating func generationFinished(at now: Instant) {
        guard var active = response else { return }
        // What was said before a tool runs is a sentence of its own, spoken while the tool works.
        active.finishGenerated()
        if !active.pendingTools.isEmpty {
            active.generation.state = .waitingForTools
        } else if active.toolOutputs > 0, active.clientCalls.isEmpty {
            response = active
            return continueAfterTools(at: now)
        } else {
            active.generation.state = .finished
        }
        response = active
        let isCutShort = isClientLed && active.shortfall != nil
        if active.isGenerated, !active.hasText, active.clientCalls.isEmpty, !isCutShort {
            fail(EngineFailure(code: "llm.empty", message: "the language model gave no answer"), at: now)
        }
    }

    // MARK: Failure

    /// An engine gave up: the caller hears an apology, never silence.
    mutating func fail(_ failure: EngineFailure, at now: Instant) {
        guard var active = response else { return }
        if case .running = active.generation.state { add(.cancelGeneration(active.generation.id)) }
        emit(.notice(code: failure.code, message: failure.message))
        active.failed = true
        active.failure = failure
        active.generation.state = .finished
        (active.pendingTools, active.clientCalls) = ([], [])
        active.toolDeadline = nil
        // Of a voice, what is not spoken was not said; what is written has been read.
        if active.speaks || !isClientLed { active.dropUnspoken() } else { active.finishText() }
        // A goodbye that cannot be spoken ends an idle call all the same; a model that fails has not said its own.
        if active.termination?.reason == .agentHungUp { active.termination = nil }
        // A client that leads learns of the failure and decides for itself what its caller is to hear.
        let apologizes = !active.apologized && active.termination == nil && !isClientLed
        if apologizes {
            active.apologized = true
            active.append(configuration.texts.apology)
            active.finishText()
        }
        response = active
        if apologizes { tellText(configuration.texts.apology) }
    }

    // MARK: Deadlines

    var responseDeadline: Instant? {
        guard let active = response else { return nil }
        var next = active.toolDeadline
        func consider(_ instant: Instant) { next = min(next ?? instant, instant) }
        if let fillerDeadline { consider(fillerDeadline) }
        if case .running(let due) = active.generation.state { consider(due) }
        for segment in active.segments { if case .synthesizing(let due) = segment.state { consider(due) } }
        if active.isSent, active.held == nil, !isClientLed,
            let end = active.clock.heardAllAt(grace: configuration.timeouts.playoutReport)
        {
            consider(end)
        }
        return next
    }

    mutating func responseDeadlineReached(at now: Instant) {
        fillerDeadlineReached(at: now)
        if let active = response, case .running(let due) = active.generation.state, due <= now {
            fail(EngineFailure(code: "llm.timeout", message: "the language model did not answer in time"), at: now)
        }
        if let active = response, let due = active.toolDeadline, due <= now {
            for call in active.pendingTools {
                let output = ToolOutput(callID: call.id, succeeded: false, output: "The tool did not answer in time.")
                toolFinished(active.generation.id, output, at: now)
            }
        }
        if let active = response {
            for (position, segment) in active.segments.enumerated() {
                if case .synthesizing(let due) = segment.state, due <= now {
                    let failure = EngineFailure(
                        code: "tts.timeout", message: "the speech synthesis did not go on in time")
                    synthesisFailed(active.segmentID(at: position), failure, at: now)
                }
            }
        }
    }
}
