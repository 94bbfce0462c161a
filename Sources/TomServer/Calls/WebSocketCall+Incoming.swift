import TomConversation
import TomSession
import TomWire

// From the caller to the session.
extension WebSocketCall {
    /// Counts a message against the call's rates; `false` when it ended the call.
    func admit(_ bytes: Int) -> Bool {
        guard socket != nil else { return false }
        guard let exceeded = intake.admit(bytes: bytes, now: Clocks.monotonicSeconds()) else { return true }
        rateExceeded(exceeded)
        return false
    }

    private func rateExceeded(_ exceeded: CallIntake.Exceeded) {
        surroundings.metrics.rateLimited(kind: exceeded.rawValue)
        write(
            .error(
                .init(
                    code: "rate_limited", message: "Too many \(exceeded.rawValue) in too short a time.",
                    hint: "Send audio as it is spoken, not faster.", fatal: true)))
        finish(Termination(result: .failed, reason: .rateLimited))
    }

    func received(frame bytes: Int) {
        guard socket != nil, let exceeded = intake.admitFrame(bytes: bytes, now: Clocks.monotonicSeconds()) else {
            return
        }
        rateExceeded(exceeded)
    }

    func handle(_ event: ClientEvent) {
        // A message that was refused does not count: a `start` that was wrong may be corrected.
        defer { isFirstMessage = false }
        switch event {
        case .start(let start): apply(start)
        case .ping(let ts, let id):
            if case .fresh = phase {
                sendConnected()
                awaitStart()
            }
            write(.pong(ts: ts, id: id))
        case .audio:
            audio.withUnsafeBytes { runningSession()?.receiveAudio($0) }
        case .playback(let responseID, let playedMs):
            guard let response = ResponseID(wire: responseID) else {
                return refuse(
                    WireError(
                        .invalidField, field: "response_id", ref: "playback",
                        message: "Field 'response_id' must be one that the server sent.",
                        hint: "Repeat the response_id of tts_audio or tts_start."))
            }
            runningSession()?.receive(.playback(response, playedMs: playedMs))
        case .commit: commit()
        case .bargeIn(_, let playedMs): runningSession()?.receive(.bargeIn(playedMs: playedMs))
        case .text(let text): runningSession()?.receive(.text(text))
        case .dtmf(let digit): runningSession()?.receive(.key(digit))
        case .stop: hangUp()
        }
    }

    private func commit() {
        guard settings.turnDetection == .manual else {
            return refuse(
                WireError(
                    .invalidField, field: "type", ref: "commit",
                    message: "Event 'commit' needs manual turn detection, and the server's was negotiated.",
                    hint: "Send start with turn_detection: \"manual\", or leave commit out."))
        }
        runningSession()?.receive(.commit)
    }

    private func apply(_ start: ClientEvent.Start) {
        switch phase {
        case .fresh, .connected:
            guard isFirstMessage else { return refuseLateStart() }
            settings = start
            decoder.inputFormat = start.input
            // `connected` answers every start, with the values that hold
            phase = .fresh
            _ = beginSession()
        case .running: refuseLateStart()
        case .ended: break
        }
    }

    private func refuseLateStart() {
        refuse(
            WireError(
                .invalidField, field: "type", ref: "start",
                message: "Event 'start' must be the first message, and the call is already under way.",
                hint: "Send it at once when the socket opens, or within 250 ms of 'connected'."))
    }

    private func hangUp() {
        if case .running(let session) = phase { session.receive(.hangUp) }
        finish(Termination(result: .completed, reason: .callerHungUp))
    }

    /// Raw audio has no fields to be wrong, but it has a length.
    func checkBinary(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        let format = settings.input
        if bytes.isEmpty {
            throw WireError(.emptyAudio, message: "A binary message holds no audio.", hint: "Send at least one sample.")
        }
        if !bytes.count.isMultiple(of: format.codec.bytesPerSample) {
            throw WireError(
                .oddPCM, message: "A binary message ends in half a sample.", hint: "Send an even number of bytes.")
        }
        if bytes.count > format.bytesPerSecond {
            throw WireError(
                .audioTooLong, message: "A binary message holds more than one second of audio.",
                hint: "Send 20 ms at a time.")
        }
    }

    /// Answers a bad message with an `error` event; the call goes on, unless it was one too many.
    func refuse(_ error: WireError) {
        surroundings.metrics.protocolError(code: error.code)
        if case .fresh = phase {
            sendConnected()
            awaitStart()
        }
        let tooMany = intake.countError(now: Clocks.monotonicSeconds())
        write(.error(.init(error, fatal: tooMany)))
        if tooMany { finish(Termination(result: .failed, reason: .protocolError)) }
    }
}
