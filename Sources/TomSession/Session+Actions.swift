import CoreMetrics
import Logging
import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// Performs what the conversation decided, and feeds back what comes of it.
extension Session {
    func perform(_ action: Conversation.Action) {
        switch action {
        case .emit(let event):
            emit(event)
            if case .turnEnded = event { ownSpeech.clear() }
        case .startTranscription(let turn, let expectation): startTranscription(turn, expectation)
        case .finishTranscription(let turn): finishTranscription(turn)
        case .cancelTranscription(let turn): cancelTranscription(turn)
        case .startGeneration(let id, let turn): startGeneration(id, turn: turn)
        case .cancelGeneration(let id): cancelGeneration(id)
        case .runTool(let id, let call): runTool(id, call)
        case .synthesize(let segment, let text): synthesize(segment, text)
        case .clearPlayout: clearPlayout()
        case .playOwnSpeech(_, let from, let samples): playOwnSpeech(from: from, samples: samples)
        case .truncateOwnSpeech(let response, let heardMs): speech?.truncate(response, heardMs: heardMs)
        case .hangUp(let termination): finish(termination)
        }
    }

    // MARK: Speech to text

    private func startTranscription(_ turn: TurnID, _ expectation: Expectation) {
        guard let transcriber = engines.transcriber else { return }
        let request = TranscriptionRequest(
            turn: turn, language: profile.language, expectation: expectation, history: conversation.history)
        let lane = ResultLane(to: self, overflow: .transcription(turn, .failed(.flood("stt"))))
        let task = transcriber.transcribe(request) { lane.deliver(.transcription(turn, $0)) }
        transcriptions[turn] = (task, lane)
        listening = (turn, task)
        let preRoll = self.preRoll.contents
        if transcriber.capabilities.readsAudio { task.append(preRoll.span) }
        if expectation.keepsAudio { recordings.begin(turn, preRoll: preRoll) }
    }

    private func finishTranscription(_ turn: TurnID) {
        stopListening(turn)
        // What was heard up to here belongs to this turn; the next one begins with what comes after it.
        preRoll.clear()
        transcriptions[turn]?.task.finish()
    }

    private func cancelTranscription(_ turn: TurnID) {
        stopListening(turn)
        recordings.discard(turn)
        guard let running = transcriptions.removeValue(forKey: turn) else { return }
        running.lane.close()
        running.task.cancel()
        metrics.engine("stt", .cancelled)
    }

    private func stopListening(_ turn: TurnID) {
        recordings.end(turn)
        if listening?.turn == turn { listening = nil }
    }

    func transcriptionReported(_ turn: TurnID, _ event: TranscriptionEvent) {
        guard transcriptions[turn] != nil else { return }
        switch event {
        case .interim(let text, let complete):
            apply(.transcriptInterim(turn, text: text, turnComplete: complete))
        case .failedOver(let failover): failedOver("stt", failover)
        case .final(let transcript):
            transcriptionEnded(turn)
            metrics.engine("stt", .ok)
            apply(
                .transcriptFinal(
                    turn, text: transcript.text, language: transcript.language, confidence: transcript.confidence))
        case .failed(let error):
            transcriptionEnded(turn)
            failed("stt", error)
            apply(.transcriptionFailed(turn, EngineFailure(code: error.code, message: error.message)))
        }
    }

    /// The engine has answered, perhaps before the turn's end: the turn goes on, its audio goes nowhere but to the recording.
    private func transcriptionEnded(_ turn: TurnID) {
        if let running = transcriptions.removeValue(forKey: turn) {
            running.lane.close()
            running.task.cancel()
        }
        if listening?.turn == turn { listening?.task = nil }
    }

    // MARK: Language model

    private func startGeneration(_ id: GenerationID, turn: TurnID) {
        guard let model = engines.languageModel else { return }
        let request = ResponseRequest(
            response: id.response, turn: turn, language: profile.language, history: conversation.history)
        let lane = ResultLane(to: self, overflow: .generation(id, .failed(.flood("llm"))))
        if id.round == 0 { ownSpeech.clear() }
        let task = model.respond(to: request, deliver: generationDelivery(id, lane))
        generation?.cancel()
        generation = RunningTask(id: id, task: task, lane: lane)
    }

    private func cancelGeneration(_ id: GenerationID) {
        guard generation?.id == id else { return }
        generation?.cancel()
        generation = nil
        metrics.engine("llm", .cancelled)
    }

    func generationReported(_ id: GenerationID, _ event: ResponseEvent) {
        guard let running = generation, running.id == id else { return }
        switch event {
        case .text(let text): apply(.responseText(id, text))
        // Comes converted, as `Work.speech`.
        case .audio: break
        case .toolCall(let call): apply(.responseTool(id, call))
        case .memory(let memory): apply(.responseMemory(id, memory))
        case .expects(let expectation): apply(.responseExpects(id, expectation))
        case .endsCall: apply(.responseEndsCall(id))
        case .failedOver(let failover): failedOver("llm", failover)
        case .finished:
            generation = nil
            running.lane.close()
            metrics.engine("llm", .ok)
            apply(.responseFinished(id))
        case .failed(let error):
            generation = nil
            running.cancel()
            failed("llm", error)
            apply(.responseFailed(id, EngineFailure(code: error.code, message: error.message)))
        }
    }

    private func runTool(_ id: GenerationID, _ call: ToolCall) {
        let context = ToolContext(callID: options.callID, agentID: profile.agentID, recordings: recordings)
        // A tool that never ends does not keep the call's session.
        tools.run(call, in: context) { [weak self] output in self?.deliver(.input(.toolFinished(id, output)), from: nil)
        }
    }

    // MARK: Text to speech

    private func synthesize(_ segment: SegmentID, _ text: String) {
        guard let synthesizer = engines.synthesizer else { return }
        // One voice: whatever is still being made for an earlier sentence is not wanted any more.
        stopSynthesis()
        let converter = ReplyConverter(to: options.output.sampleRate)
        if let canned = profile.canned.audio(for: text, at: options.output.sampleRate) {
            process(.synthesis(segment, converter.convert(.audio(canned.samples, rate: canned.rate))))
            return process(.synthesis(segment, converter.convert(.finished)))
        }
        let request = SynthesisRequest(
            segment: segment, text: text, language: profile.language, voice: profile.voice)
        let lane = ResultLane(to: self, overflow: .synthesis(segment, .init(end: .failed(.flood("tts")))))
        let task = synthesizer.synthesize(request) { event in
            // On the engine's thread, so that no event loop is held up by a long sentence.
            if lane.isOpen { lane.deliver(.synthesis(segment, converter.convert(event))) }
        }
        synthesis = RunningTask(id: segment, task: task, lane: lane)
    }

    func synthesisReported(_ segment: SegmentID, _ event: ReplyConverter.Output) {
        if let failover = event.failover { failedOver("tts", failover) }
        if !event.samples.isEmpty, conversation.wantsAudio(of: segment) {
            playout.append(event.samples)
            apply(.audioGenerated(segment, samples: event.samples.count))
        }
        switch event.end {
        case .finished:
            if synthesisEnded(segment) { metrics.engine("tts", .ok) }
            apply(.synthesisFinished(segment))
        case .failed(let error):
            if synthesisEnded(segment) { failed("tts", error) }
            apply(.synthesisFailed(segment, EngineFailure(code: error.code, message: error.message)))
        case nil:
            // The conversation has enough of it.
            if synthesis?.id == segment, !conversation.wantsAudio(of: segment) { stopSynthesis() }
        }
    }

    /// Whether it was the synthesis that runs; canned speech and late ends are none.
    private func synthesisEnded(_ segment: SegmentID) -> Bool {
        guard let running = synthesis, running.id == segment else { return false }
        running.cancel()
        synthesis = nil
        return true
    }

    private func stopSynthesis() {
        guard let running = synthesis else { return }
        running.cancel()
        synthesis = nil
        metrics.engine("tts", .cancelled)
    }

    private func clearPlayout() {
        playout.clear()
        stopSynthesis()
    }

    // MARK: Observation

    private func failed(_ kind: String, _ error: EngineError) {
        metrics.engine(kind, .failed)
        logger.warning(
            "engine failed",
            metadata: [
                "engine.kind": "\(kind)", "error.code": "\(error.code)", "error.category": "\(error.category.rawValue)",
            ])
    }

    /// An engine was replaced in the middle of a turn: the caller's client and the operator learn of it, the caller hears nothing.
    private func failedOver(_ kind: String, _ failover: EngineFailover) {
        metrics.failedOver(kind, failover)
        logger.warning(
            "engine replaced",
            metadata: [
                "engine.kind": "\(kind)", "engine.name": "\(failover.from)", "engine.next": "\(failover.to)",
                "error.code": "\(failover.error.code)",
            ])
        emit(
            .notice(
                code: "\(kind).failover",
                message: "\(failover.from) failed (\(failover.error.code)); \(failover.to) takes its place."))
    }

    /// Counts and logs what matters to the operator; never what was said.
    func observe(_ event: Event) {
        switch event {
        case .bargeIn(let response, let heardMs, _):
            metrics.interruptions.increment()
            logger.debug("reply interrupted", metadata: ["response.id": "\(response)", "heard_ms": "\(heardMs)"])
        case .turnEnded(let turn, let response, let status, let latency):
            metrics.turnEnded(status, latency)
            logger.debug(
                "turn ended",
                metadata: [
                    "turn.id": "\(turn)", "response.id": "\(response)", "turn.status": "\(status.rawValue)",
                    "duration_ms": "\(latency.e2eMs.map { Int($0) } ?? 0)",
                ])
        case .notice(let code, _): logger.notice("call degraded", metadata: ["error.code": "\(code)"])
        default: break
        }
    }
}

extension EngineError {
    /// An engine delivered results faster than any call can take them.
    static func flood(_ stage: String) -> EngineError {
        EngineError(
            code: "\(stage).flood", message: "results came faster than a call takes them, or without end",
            category: .server)
    }
}
