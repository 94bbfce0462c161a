import TomAudio
import TomConversation
import TomEngines

/// When the caller speaks: from the audio, or from the model that judges it, to the conversation. Runs for every frame:
/// nothing here allocates once the buffers have grown.
extension Session {
    /// Begins to listen with the model, where there is one.
    func openDetection() {
        guard !options.manualTurns, let detector = profile.engines.speechDetector else { return }
        // One hop to the event loop for each frame of 32 ms, or for several that were judged meanwhile: the model
        // cannot run on the loop. A model that hangs holds neither the session nor its transport.
        detection = detector.detect { [weak self] in self?.deliver(.voiceActivity, from: nil) }
    }

    /// - Parameter restMs: audio of the same message that follows.
    func detectSpeech(in samples: Span<Int16>, before restMs: Int) {
        restOfMessageMs = restMs
        report(activity.hear(samples))
        detection?.append(samples)
        restOfMessageMs = 0
    }

    /// The model has judged more of the audio, or cannot.
    func takeJudgements() {
        guard let detection else { return }
        // Taken out of self: what a change leads to must not find the buffer in use.
        var probabilities: [Float] = []
        swap(&probabilities, &judgements)
        probabilities.removeAll(keepingCapacity: true)
        let failure = detection.take(into: &probabilities)
        report(activity.judge(probabilities))
        swap(&probabilities, &judgements)
        if let failure { detectionFailed(failure) }
    }

    /// The call is over.
    func endDetection() {
        cancelPause()
        guard let detection else { return }
        detection.cancel()
        self.detection = nil
        metrics.engine("vad", .ok)
    }

    /// The call goes on with the built-in detector.
    private func detectionFailed(_ error: EngineError) {
        guard let detection, let detector = profile.engines.speechDetector else { return }
        detection.cancel()
        self.detection = nil
        let changes = activity.fallBack()
        failed("vad", error)
        emit(
            .notice(
                code: error.code,
                message: "\(detector.name) failed; the built-in voice activity detector takes its place."))
        report(changes)
    }

    private func report(_ changes: [VoiceActivity.Transition]) {
        if changes.isEmpty, activity.isSpeaking, conversation.wantsSpeechProgress {
            process(.speechContinued(audioMs: position(ofMs: activity.lastSpeechMs)))
        }
        // More than one change in one message is rare (20 ms is the norm) and then must not be lost.
        for change in changes {
            switch change {
            case .started(let atMs):
                cancelPause()
                process(.speechStarted(audioMs: position(ofMs: atMs), agoNs: ago(atMs)))
            case .stopped(let endMs): process(.speechStopped(audioMs: position(ofMs: endMs), agoNs: ago(endMs)))
            }
        }
    }

    /// Where in the caller's audio the detector's position `ms` is.
    func position(ofMs ms: Int) -> Int { ms - filledMs + passedSamples / 16 }

    /// How long before now the caller's audio was at `positionMs`: a message arrives as a whole at its end.
    private func ago(_ positionMs: Int) -> Int64 {
        let sinceAudio = lastAudioAt.map { (now - $0).nanoseconds } ?? 0
        return sinceAudio + Int64(activity.heardMs + restOfMessageMs - positionMs) * 1_000_000
    }

    /// When a speaking caller's silence on the wire is taken for silence of the caller.
    var inputGapDeadline: Instant? {
        guard activity.isSpeaking, let lastAudioAt else { return nil }
        return lastAudioAt + configuration.inputGap
    }

    /// A client that stopped sending in mid-word has stopped speaking: silence is put in its place.
    func fillInputGap() {
        guard let deadline = inputGapDeadline, deadline <= now, let lastAudioAt else { return }
        let before = activity.heardMs
        var speechEndMs: Int?
        for case .stopped(let endMs) in activity.fillSilence() { speechEndMs = endMs }
        if let speechEndMs {
            let ago = (now - lastAudioAt).nanoseconds + Int64(before - speechEndMs) * 1_000_000
            process(.speechStopped(audioMs: position(ofMs: speechEndMs), agoNs: ago))
        }
        filledMs += activity.heardMs - before
    }
}
