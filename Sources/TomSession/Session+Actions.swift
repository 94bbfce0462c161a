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
        case .judgePause(let turn, let audioMs): judgePause(PauseID(turn: turn, audioMs: audioMs))
        case .startGeneration(let id, let turn):
            startGeneration(id, turn: turn, conversation.history, meter: usage.meter())
        case .cancelGeneration(let id): cancelGeneration(id)
        case .startSpeculation(let id, let turn): startSpeculation(id, turn: turn)
        case .adoptSpeculation: adoptSpeculation()
        case .discardSpeculation(let id): discardSpeculation(id)
        case .runTool(let id, let call): runTool(id, call)
        case .synthesize(let segment, let text): synthesize(segment, text)
        case .clearPlayout: clearPlayout()
        case .keepPlayout(_, let samples): keepPlayout(samples)
        case .playOwnSpeech(_, let from, let samples): playOwnSpeech(from: from, samples: samples)
        case .truncateOwnSpeech(let response, let heardMs): speech?.truncate(response, heardMs: heardMs)
        case .hangUp(let termination): finish(termination)
        }
    }

    // MARK: Speech to text

    private func startTranscription(_ turn: TurnID, _ expectation: Expectation) {
        guard let transcriber = engines.transcriber else { return }
        let request = TranscriptionRequest(
            turn: turn, language: spokenLanguage(transcriber), expectation: expectation, history: conversation.history,
            meter: usage.meter())
        let lane = ResultLane(to: self, overflow: .transcription(turn, .failed(.flood("stt"))))
        let task = transcriber.transcribe(request) { lane.deliver(.transcription(turn, $0)) }
        transcriptions[turn] = (task, lane)
        listening = (turn, task)
        // An onset that was judged late lies that much further back.
        let preRoll = self.preRoll.contents(beyond: activity.unjudgedSamples)
        if transcriber.capabilities.readsAudio { task.append(preRoll.span) }
        turnAudio.clear()
        turnAudio.append(preRoll.span)
        client?.retained.begin(.turn(turn), format: AudioFormat(codec: .pcm16, sampleRate: .hz16000))
        retain(preRoll.span, of: turn)
        if expectation.keepsAudio { recordings.begin(turn, preRoll: preRoll) }
    }

    /// The language the client says its caller speaks, where the engine knows it.
    private func spokenLanguage(_ transcriber: any Transcriber) -> String {
        guard let wanted = client?.settings.language else { return profile.language }
        let known = transcriber.capabilities.languages
        return known.isEmpty || known.contains { $0.primaryLanguage == wanted.primaryLanguage }
            ? wanted : profile.language
    }

    private func finishTranscription(_ turn: TurnID) {
        stopListening(turn)
        // What was heard up to here belongs to this turn; the next one begins with what comes after it, or with what is not
        // judged yet.
        preRoll.clear(keeping: activity.unjudgedSamples)
        transcriptions[turn]?.task.finish()
    }

    private func cancelTranscription(_ turn: TurnID) {
        stopListening(turn)
        recordings.discard(turn)
        client?.retained.discard(.turn(turn))
        guard let running = transcriptions.removeValue(forKey: turn) else { return }
        running.lane.close()
        running.task.cancel()
        metrics.engine("stt", .cancelled)
    }

    private func stopListening(_ turn: TurnID) {
        recordings.end(turn)
        if pause?.id.turn == turn { cancelPause() }
        if listening?.turn == turn { listening = nil }
    }

    func transcriptionReported(_ turn: TurnID, _ event: TranscriptionEvent) {
        guard transcriptions[turn] != nil else { return }
        switch event {
        case .interim(let text, let complete):
            apply(.transcriptInterim(turn, text: text, turnComplete: complete))
        case .failedOver(let failover): failedOver("stt", failover, at: .transcription(turn))
        case .final(let transcript):
            transcriptionEnded(turn)
            metrics.engine("stt", .ok)
            apply(
                .transcriptFinal(
                    turn, text: transcript.text, language: transcript.language, confidence: transcript.confidence))
        case .failed(let error):
            transcriptionEnded(turn)
            failed("stt", error)
            apply(.transcriptionFailed(turn, EngineFailure(error)))
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

    // MARK: Text to speech

    private func synthesize(_ segment: SegmentID, _ text: String) {
        guard let synthesizer = engines.synthesizer else { return }
        // One voice: whatever is still being made for an earlier sentence is not wanted any more.
        stopSynthesis()
        let rate = options.output.sampleRate
        let wanted = requested(segment.response)
        let speed = wanted?.speed ?? 1
        if wanted?.voice == nil, speed == 1, let canned = profile.canned.audio(for: text, at: rate) {
            let converter = ReplyConverter(to: rate, trimsSilence: false)
            process(.synthesis(segment, converter.convert(.audio(canned.samples, rate: canned.rate))))
            return process(.synthesis(segment, converter.convert(.finished)))
        }
        let converter = ReplyConverter(to: rate)
        let meter = usage.meter()
        if conversation.isSpeculative(segment) { speculativeMeters.append(meter) }
        let request = SynthesisRequest(
            segment: segment, text: SpokenText.of(text, language: profile.language), language: profile.language,
            voice: profile.voice, preferredVoice: wanted?.voice, speed: speed, meter: meter, avoiding: broken.voices)
        let lane = ResultLane(to: self, overflow: .synthesis(segment, .init(end: .failed(.flood("tts")))))
        let task = synthesizer.synthesize(request) { event in
            // On the engine's thread, so that no event loop is held up by a long sentence.
            if lane.isOpen { lane.deliver(.synthesis(segment, converter.convert(event))) }
        }
        synthesis = RunningTask(id: segment, task: task, lane: lane)
    }

    func synthesisReported(_ segment: SegmentID, _ event: ReplyConverter.Output) {
        if let failover = event.failover { failedOver("tts", failover, at: .synthesis(segment)) }
        if let silence = event.leadingSilence { metrics.leadingSilence(silence) }
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
            apply(.synthesisFailed(segment, EngineFailure(error)))
        case .broke(let failover):
            guard synthesisEnded(segment) else { return }
            broken.voices.insert(failover.from)
            hasBegunAnew = false
            apply(.synthesisBroke(segment, EngineFailure(failover.error)))
            if hasBegunAnew { failedOver("tts", failover) } else { failed("tts", failover.error) }
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

    func clearPlayout() {
        playout.clear()
        stopSynthesis()
    }

    private func keepPlayout(_ samples: Int) {
        hasBegunAnew = true
        playout.keep(samples)
        if let synthesis, !conversation.wantsAudio(of: synthesis.id) { stopSynthesis() }
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
