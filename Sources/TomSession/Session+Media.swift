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
        if options.manualTurns, listening == nil, engines.transcriber != nil { process(.manualAudioStarted) }
        callerAudio.decode(bytes) { samples in listen(to: samples) }
    }

    /// A message may hold up to a second of audio; it is heard in pieces short enough for the onset of speech to lie within
    /// the pre-roll.
    private static let longestPiece = 1_600

    private func listen(to samples: Span<Int16>) {
        var start = 0
        while start < samples.count {
            let end = min(start + Self.longestPiece, samples.count)
            listen(to: samples.extracting(start..<end), before: (samples.count - end) / 16)
            start = end
        }
    }

    /// - Parameter restMs: audio of the same message that follows the piece.
    private func listen(to piece: Span<Int16>, before restMs: Int) {
        preRoll.append(piece)
        if let task = listening?.task, engines.transcriber?.capabilities.readsAudio == true {
            task.append(piece)
        }
        if listening != nil { turnAudio.append(piece) }
        if recordings.isRecording { record(piece) }
        guard !options.manualTurns else { return }
        detectSpeech(in: piece, before: restMs)
    }

    private func record(_ piece: Span<Int16>) {
        let lost = recordings.append(piece)
        guard lost > 0 else { return }
        metrics.recordingDropped.increment(by: lost)
        guard !saidRecordingIsFull else { return }
        saidRecordingIsFull = true
        emit(
            .notice(
                code: "recording_full",
                message: "What the caller says is longer than a call's recordings may be; a part of it is not kept."))
    }

    // MARK: Reply audio

    /// Samples that may go out: all of them, except what does not fill a frame while more of the sentence is being made.
    private var sendableSamples: Int {
        let rest = playout.samples % playout.samplesPerFrame
        return rest > 0 && conversation.isSynthesizing ? playout.samples - rest : playout.samples
    }

    /// Hands over as much reply audio as may be in flight.
    func sendPlayout() {
        guard let link, link.isWritable, sendableSamples > 0, let allowance = conversation.playoutAllowance(at: now)
        else {
            return
        }
        let sent = sendFrames(upTo: allowance.samples, of: allowance.response, turn: allowance.turn)
        if sent > 0 { process(.audioSent(allowance.response, samples: sent)) }
    }

    private func sendFrames(upTo limit: Int, of response: ResponseID, turn: TurnID) -> Int {
        let room = min(limit, sendableSamples)
        guard let link, min(playout.samplesPerFrame, playout.samples) <= room else { return 0 }
        if playoutResponse != response {
            playoutResponse = response
            playoutSeq = 0
            emit(.responseAudioStarted(response: response, turn: turn))
        }
        if conversation.playoutRanDry(at: now) { metrics.underruns.increment() }
        var sent = 0
        while playout.samples > 0, sent + min(playout.samplesPerFrame, playout.samples) <= room {
            sent += playout.takeFrame { link.sendAudio($0, response: response, turn: turn, seq: playoutSeq) }
            playoutSeq += 1
        }
        markForFlush()
        return sent
    }

    /// When the next batch of reply audio is due.
    var nextPlayoutBatch: Instant? {
        guard sendableSamples > 0, let link else { return nil }
        let batch = max(configuration.playoutBatch, .milliseconds(AudioFrame.durationMs))
        // A socket that takes nothing is looked at again a little later; the transport drops one that never does.
        if !link.isWritable { return now + batch }
        return conversation.nextPlayout(step: batch, at: now)
    }
}
