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
        var canned = ActiveResponse(
            id: takeResponseID(), turn: turn, state: .finished, latency: latency, marks: marks,
            samplesPerSecond: configuration.outputSamplesPerSecond,
            language: configuration.texts.language)
        canned.termination = termination
        canned.append(text)
        canned.finishText()
        // Canned words do not change what was asked for before them.
        canned.expectation = expectation
        canned.marks.firstSentenceAt = now
        response = canned
        emit(.responseText(text, turn: turn, response: canned.id))
    }

    mutating func startResponse(turn: TurnID, latency: TurnLatency, marks: ActiveResponse.Marks, at now: Instant) {
        var marks = marks
        marks.generationStartedAt = now
        var active = ActiveResponse(
            id: takeResponseID(), turn: turn, state: .running(due: now + configuration.timeouts.generation),
            latency: latency, marks: marks, samplesPerSecond: configuration.outputSamplesPerSecond,
            language: configuration.texts.language)
        if configuration.stages.generatesSpeech { active.own = OwnSpeech() }
        response = active
        add(.startGeneration(active.generation.id, turn: turn))
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
        case .responseEndsCall(let id):
            update(id) {
                $0.response?.termination = .agentHungUp
            }
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
        response = active
        if !taken.text.isEmpty { emit(.responseText(taken.text, turn: active.turn, response: active.id)) }
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
        } else if active.toolOutputs > 0 {
            response = active
            return continueAfterTools(at: now)
        } else {
            active.generation.state = .finished
        }
        response = active
        if active.isGenerated, !active.hasText {
            fail(EngineFailure(code: "llm.empty", message: "the language model gave no answer"), at: now)
        }
    }

    // MARK: Tools

    mutating func takeTool(_ call: ToolCall, at now: Instant) {
        guard var active = response, active.toolCallIDs.insert(call.id).inserted else { return }
        active.toolCalls += 1
        guard active.toolCalls <= configuration.limits.maxToolCalls else {
            return fail(EngineFailure(code: "llm.tool_calls", message: "the model called too many tools"), at: now)
        }
        active.pendingTools.append(call)
        active.toolDeadline = now + configuration.timeouts.tool
        active.generation.state = .running(due: now + configuration.timeouts.generation)
        response = active
        record(.toolCall(call), turn: active.turn)
        emit(.toolCall(name: call.name, turn: active.turn, status: .started))
        add(.runTool(active.generation.id, call))
    }

    /// A tool's output is recorded even when its response is gone: what it did has been done.
    mutating func toolFinished(_ id: GenerationID, _ output: ToolOutput, at now: Instant) {
        let pending = response.flatMap { active in
            active.generation.id == id ? active.pendingTools.firstIndex { $0.id == output.callID } : nil
        }
        // Late, while a newer call of the same name is open: the output is not that call's.
        if pending == nil, response?.pendingTools.contains(where: { $0.id == output.callID }) == true { return }
        if let call = openToolCall(output.callID) {
            record(.toolOutput(output), turn: call.turn)
            emit(.toolCall(name: call.name, turn: call.turn, status: output.succeeded ? .done : .failed))
        }
        guard let pending, var active = response else { return }
        active.pendingTools.remove(at: pending)
        active.toolOutputs += 1
        active.ranTools = true
        if active.pendingTools.isEmpty { active.toolDeadline = nil }
        response = active
        if active.pendingTools.isEmpty, active.generation.state == .waitingForTools { continueAfterTools(at: now) }
    }

    /// The recorded call with this id, unless its output is recorded too.
    private func openToolCall(_ callID: String) -> (turn: TurnID, name: String)? {
        for item in history.reversed() {
            switch item.content {
            case .toolOutput(let output) where output.callID == callID: return nil
            case .toolCall(let call) where call.id == callID: return (item.turn, call.name)
            default: continue
            }
        }
        return nil
    }

    private mutating func continueAfterTools(at now: Instant) {
        guard var active = response else { return }
        let round = active.generation.id.round + 1
        guard round <= configuration.limits.maxToolRounds else {
            return fail(EngineFailure(code: "llm.tool_rounds", message: "the model called tools without end"), at: now)
        }
        active.toolOutputs = 0
        active.toolCallIDs = []
        active.generation = .init(
            id: GenerationID(response: active.generation.id.response, round: round),
            state: .running(due: now + configuration.timeouts.generation))
        response = active
        add(.startGeneration(active.generation.id, turn: active.turn))
    }

    // MARK: Failure

    /// An engine gave up: the caller hears an apology, never silence.
    mutating func fail(_ failure: EngineFailure, at now: Instant) {
        guard var active = response else { return }
        if case .running = active.generation.state { add(.cancelGeneration(active.generation.id)) }
        emit(.notice(code: failure.code, message: failure.message))
        active.failed = true
        active.generation.state = .finished
        active.pendingTools = []
        active.toolDeadline = nil
        active.dropUnspoken()
        // A goodbye that cannot be spoken ends an idle call all the same; a model that fails has not said its own.
        if active.termination?.reason == .agentHungUp { active.termination = nil }
        if !active.apologized, active.termination == nil {
            active.apologized = true
            active.append(configuration.texts.apology)
            active.finishText()
            response = active
            emit(.responseText(configuration.texts.apology, turn: active.turn, response: active.id))
        }
        response = active
    }

    // MARK: Deadlines

    var responseDeadline: Instant? {
        guard let active = response else { return nil }
        var next = active.toolDeadline
        func consider(_ instant: Instant) { next = min(next ?? instant, instant) }
        if let fillerDeadline { consider(fillerDeadline) }
        if case .running(let due) = active.generation.state { consider(due) }
        for segment in active.segments { if case .synthesizing(let due) = segment.state { consider(due) } }
        if active.isSent, active.held == nil,
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
