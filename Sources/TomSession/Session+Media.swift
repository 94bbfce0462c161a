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
        callerAudio.decode(bytes) { samples in
            clearAudio.removeAll(keepingCapacity: true)
            if noise?.process(samples, into: &clearAudio) == nil {
                listen(to: samples)
            } else {
                listen(to: clearAudio.span)
            }
        }
    }

    /// What the noise reduction still holds belongs to the turn that ends.
    func hearHeldAudio() {
        clearAudio.removeAll(keepingCapacity: true)
        noise?.flush(into: &clearAudio)
        if !clearAudio.isEmpty { listen(to: clearAudio.span) }
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
        take(piece)
        if recordings.isRecording { record(piece) }
        guard !options.manualTurns else {
            passedSamples += piece.count
            return
        }
        detectSpeech(in: piece, before: restMs)
    }

    /// Hands audio to the open turn.
    func take(_ piece: Span<Int16>) {
        if let task = listening?.task, engines.transcriber?.capabilities.readsAudio == true {
            task.append(piece)
        }
        if listening != nil { turnAudio.append(piece) }
        if let turn = listening?.turn { retain(piece, of: turn) }
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

    /// Keeps what a client that leads may ask for.
    func retain(_ piece: Span<Int16>, of turn: TurnID) {
        guard client != nil else { return }
        piece.withUnsafeBytes { client?.retained.append($0, to: .turn(turn)) }
    }

    // MARK: Reply audio

    /// Samples that may go out: all of them, except what does not fill a frame while more of the sentence is being made.
    private var sendableSamples: Int {
        // A client that plays when it likes needs no whole frames, and has the first sound earlier.
        guard client == nil else { return playout.samples }
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
            client?.retained.begin(.response(response), format: options.output)
            emit(.responseAudioStarted(response: response, turn: turn))
        }
        if conversation.playoutRanDry(at: now) { metrics.underruns.increment() }
        var sent = 0
        // What a client leads may be a long answer at once: a socket that is full is waited for.
        while playout.samples > 0, link.isWritable, sent + min(playout.samplesPerFrame, playout.samples) <= room {
            sent += playout.takeFrame(upTo: room - sent) {
                link.sendAudio($0, response: response, turn: turn, seq: playoutSeq)
                client?.retained.append($0, to: .response(response))
            }
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
