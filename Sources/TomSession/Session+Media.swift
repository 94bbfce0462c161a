import CoreMetrics
import TomAudio
import TomConversation
import TomEngines

/// Audio in, audio out. Runs for every frame: nothing here allocates once the buffers have grown.
extension Session {
    // MARK: Caller audio

    func hear(_ bytes: UnsafeRawBufferPointer) {
        guard conversation.termination == nil else { return }
        lastAudioAt = now
        if options.manualTurns, listening == nil, profile.engines.transcriber != nil { process(.manualAudioStarted) }
        callerAudio.decode(bytes) { samples in listen(to: samples) }
    }

    private func listen(to samples: Span<Int16>) {
        preRoll.append(samples)
        if let listening, profile.engines.transcriber?.capabilities.readsAudio == true { listening.task.append(samples) }
        if recordings.isRecording { recordings.append(samples) }
        guard !options.manualTurns else { return }
        detect(samples)
    }

    private func detect(_ samples: Span<Int16>) {
        // More than one change in one message is rare (20 ms is the norm) and then must not be lost.
        var changes: [VoiceActivityDetector.Transition] = []
        detector.process(samples) { changes.append($0) }
        if changes.isEmpty, detector.isSpeaking, conversation.wantsSpeechProgress {
            process(.speechContinued(audioMs: detector.lastSpeechMs))
        }
        for change in changes {
            switch change {
            case .started(let atMs): process(.speechStarted(audioMs: atMs, agoNs: ago(atMs)))
            case .stopped(let endMs): process(.speechStopped(audioMs: endMs, agoNs: ago(endMs)))
            }
        }
    }

    /// How long before now the caller's audio was at `positionMs`.
    private func ago(_ positionMs: Int) -> Int64 { Int64(detector.positionMs - positionMs) * 1_000_000 }

    /// When a speaking caller's silence on the wire is taken for silence of the caller.
    var inputGapDeadline: Instant? {
        guard detector.isSpeaking, let lastAudioAt else { return nil }
        return lastAudioAt + configuration.inputGap
    }

    /// A client that stopped sending in mid-word has stopped speaking: silence is put in its place.
    func fillInputGap() {
        guard let deadline = inputGapDeadline, deadline <= now else { return }
        let silence = [Int16](repeating: 0, count: AudioFrame.samples(at: .hz16000))
        for _ in 0..<50 where detector.isSpeaking { detect(silence.span) }
    }

    // MARK: Reply audio

    /// Hands over as much reply audio as may be in flight.
    func sendPlayout() {
        guard let link, link.isWritable, playout.samples > 0, let allowance = conversation.playoutAllowance(at: now) else {
            return
        }
        let sent = sendFrames(upTo: allowance.samples, of: allowance.response, turn: allowance.turn)
        if sent > 0 { process(.audioSent(allowance.response, samples: sent)) }
    }

    private func sendFrames(upTo limit: Int, of response: ResponseID, turn: TurnID) -> Int {
        guard let link else { return 0 }
        if playoutResponse != response {
            playoutResponse = response
            playoutSeq = 0
            emit(.responseAudioStarted(response: response, turn: turn))
        }
        if conversation.playoutRanDry(at: now) { metrics.underruns.increment() }
        var sent = 0
        while playout.samples > 0, sent + min(playout.samplesPerFrame, playout.samples) <= limit {
            sent += playout.takeFrame { link.sendAudio($0, response: response, turn: turn, seq: playoutSeq) }
            playoutSeq += 1
        }
        if sent > 0 { markForFlush() }
        return sent
    }

    /// When the next batch of reply audio is due.
    var nextPlayoutBatch: Instant? {
        guard playout.samples > 0, let link else { return nil }
        // A socket that takes nothing is looked at again a little later; the transport drops one that never does.
        if !link.isWritable { return now + configuration.playoutBatch }
        return conversation.nextPlayout(step: configuration.playoutBatch, at: now)
    }
}
