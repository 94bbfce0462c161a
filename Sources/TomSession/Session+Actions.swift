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
        case .emit(let event): emit(event)
        case .startTranscription(let turn, let expectation): startTranscription(turn, expectation)
        case .finishTranscription(let turn): finishTranscription(turn)
        case .cancelTranscription(let turn): cancelTranscription(turn)
        case .startGeneration(let id, let turn): startGeneration(id, turn: turn)
        case .cancelGeneration(let id): cancelGeneration(id)
        case .runTool(let id, let call): runTool(id, call)
        case .synthesize(let segment, let text): synthesize(segment, text)
        case .clearPlayout: clearPlayout()
        case .hangUp(let termination): finish(termination)
        }
    }

    // MARK: Speech to text

    private func startTranscription(_ turn: TurnID, _ expectation: Expectation) {
        guard let transcriber = profile.engines.transcriber else { return }
        let request = TranscriptionRequest(turn: turn, language: profile.language, expectation: expectation)
        let task = transcriber.transcribe(request) { [self] event in deliver(.transcription(turn, event)) }
        transcriptions[turn] = task
        listening = (turn, task)
        let preRoll = self.preRoll.contents
        if transcriber.capabilities.readsAudio { task.append(preRoll.span) }
        if expectation.keepsAudio { recordings.begin(turn, preRoll: preRoll) }
    }

    private func finishTranscription(_ turn: TurnID) {
        stopListening(turn)
        transcriptions[turn]?.finish()
    }

    private func cancelTranscription(_ turn: TurnID) {
        stopListening(turn)
        recordings.discard(turn)
        guard let task = transcriptions.removeValue(forKey: turn) else { return }
        task.cancel()
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
        case .final(let transcript):
            transcriptions[turn] = nil
            metrics.engine("stt", .ok)
            apply(
                .transcriptFinal(
                    turn, text: transcript.text, language: transcript.language, confidence: transcript.confidence))
        case .failed(let error):
            transcriptions[turn] = nil
            failed("stt", error)
            apply(.transcriptionFailed(turn, EngineFailure(code: error.code, message: error.message)))
        }
    }

    // MARK: Language model

    private func startGeneration(_ id: GenerationID, turn: TurnID) {
        guard let model = profile.engines.languageModel else { return }
        let request = ResponseRequest(
            response: id.response, turn: turn, language: profile.language, history: conversation.history)
        let task = model.respond(to: request) { [self] event in deliver(.generation(id, event)) }
        generation = (id, task)
    }

    private func cancelGeneration(_ id: GenerationID) {
        guard generation?.id == id else { return }
        generation?.task.cancel()
        generation = nil
        metrics.engine("llm", .cancelled)
    }

    func generationReported(_ id: GenerationID, _ event: ResponseEvent) {
        switch event {
        case .text(let text): apply(.responseText(id, text))
        case .toolCall(let call): apply(.responseTool(id, call))
        case .memory(let memory): apply(.responseMemory(id, memory))
        case .expects(let expectation): apply(.responseExpects(id, expectation))
        case .endsCall: apply(.responseEndsCall(id))
        case .finished:
            metrics.engine("llm", .ok)
            apply(.responseFinished(id))
        case .failed(let error):
            failed("llm", error)
            apply(.responseFailed(id, EngineFailure(code: error.code, message: error.message)))
        }
    }

    private func runTool(_ id: GenerationID, _ call: ToolCall) {
        let context = ToolContext(callID: options.callID, agentID: profile.agentID, recordings: recordings)
        tools.run(call, in: context) { [self] output in deliver(.input(.toolFinished(id, output))) }
    }

    // MARK: Text to speech

    private func synthesize(_ segment: SegmentID, _ text: String) {
        guard let synthesizer = profile.engines.synthesizer else { return }
        // One voice: whatever is still being made for an earlier sentence is not wanted any more.
        synthesis?.task.cancel()
        let converter = ReplyConverter(to: options.output.sampleRate)
        if let canned = profile.canned.audio(for: text) {
            synthesis = nil
            process(.synthesis(segment, converter.convert(.audio(canned.samples, rate: canned.rate))))
            return process(.synthesis(segment, converter.convert(.finished)))
        }
        let request = SynthesisRequest(
            segment: segment, text: text, language: profile.language, voice: profile.voice)
        let task = synthesizer.synthesize(request) { [self] event in
            // On the engine's thread, so that no event loop is held up by a long sentence.
            deliver(.synthesis(segment, converter.convert(event)))
        }
        synthesis = (segment, task)
    }

    func synthesisReported(_ segment: SegmentID, _ event: ReplyConverter.Output) {
        if !event.samples.isEmpty, conversation.wantsAudio(of: segment) {
            playout.append(event.samples)
            apply(.audioGenerated(segment, samples: event.samples.count))
        }
        switch event.end {
        case .finished:
            metrics.engine("tts", .ok)
            apply(.synthesisFinished(segment))
        case .failed(let error):
            failed("tts", error)
            apply(.synthesisFailed(segment, EngineFailure(code: error.code, message: error.message)))
        case nil: break
        }
    }

    private func clearPlayout() {
        playout.clear()
        if let running = synthesis {
            running.task.cancel()
            synthesis = nil
        }
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
