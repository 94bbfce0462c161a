import TomWire

/// What the server says, and what follows from it.
extension Caller {
    mutating func take(_ event: ServerEvent, at now: Duration) {
        switch event {
        case .connected(let connected): takeConnected(connected, at: now)
        case .llmToken(_, _, let responseID): begin(responseID)
        case .ttsStart(let responseID, _):
            begin(responseID)
            binaryReply = responseID
        case .ttsAudio(let audio):
            takeAudio(of: audio.responseID, bytes: audio.byteCount, format: audio.format, at: now)
        case .bargeIn(let responseID, _, _): replies[responseID]?.playout?.cut(at: now)
        case .turnEnd(let end): takeTurnEnd(end, at: now)
        case .pong(_, let id): takePong(id, at: now)
        case .sttFinal(let text, _, _, _): record.transcripts.append(text)
        case .notice(let code, _): record.notices.append(code)
        case .error(let failure):
            record.notices.append(failure.code)
            if failure.fatal { stopReason = failure.code }
        case .stopped(let reason): stopReason = reason
        case .speechStarted, .speechStopped, .sttPartial, .toolCall, .ttsEnd, .heartbeat: break
        }
    }

    private mutating func takeConnected(_ connected: ServerEvent.Connected, at now: Duration) {
        guard case .opening = phase else { return }
        output = connected.output
        record.engines = connected.engines
        record.isConnected = true
        record.measurements.add(now.milliseconds, to: .connect)
        phase = .greeting(until: now + Limits.greetingStart)
    }

    mutating func takeAudio(of responseID: String, bytes: Int, format: WireAudioFormat, at now: Duration) {
        begin(responseID)
        guard var reply = replies[responseID] else { return }
        if reply.playout == nil {
            reply.playout = ReplyPlayout(startedAt: now)
            reply.nextReportAt = now + Limits.playbackInterval
            if responseID == answer, !reply.isEarly, let speechEndedAt {
                record.measurements.add((now - speechEndedAt).milliseconds, to: .endToEndClient)
            }
        }
        let duration = Duration.microseconds(1_000_000 * bytes / max(1, format.bytesPerSecond))
        if let lateness = reply.playout?.append(duration, at: now) {
            record.measurements.add(lateness.milliseconds, to: .frameLateness)
        }
        replies[responseID] = reply
    }

    /// Notes a response when it is first heard of, and whether it answers the current turn.
    private mutating func begin(_ responseID: String) {
        guard !known.contains(responseID) else { return }
        known.append(responseID)
        if known.count > Limits.knownReplies { known.removeFirst() }
        replies[responseID] = Reply()
        switch phase {
        case .greeting: answer = answer ?? responseID
        case .speaking, .listening:
            if let answer, let other = replies[answer], !other.isEarly, other.ended != .interrupted {
                record.turns.doubled += 1
            } else {
                answer = responseID
                // Before the last of the speech, the server took a pause within the utterance for its end.
                replies[responseID]?.isEarly = speechEndedAt == nil
            }
        case .opening, .pausing, .closing, .ended: break
        }
    }

    private mutating func takeTurnEnd(_ end: ServerEvent.TurnEnd, at now: Duration) {
        begin(end.responseID)
        replies[end.responseID]?.ended = end.status
        guard end.responseID == answer else { return }
        if replies[end.responseID]?.isEarly == true, end.status != .completed {
            // An answer to half the utterance, given up for the whole: the turn's own is still to come.
            answer = nil
            return
        }
        guard speechEndedAt != nil, replies[end.responseID]?.isEarly == false else { return }
        let latency = end.latency
        let stages: [(ProbeMeasure, Double?)] = [
            (.endpointing, latency.endpointingMs), (.stt, latency.sttMs), (.llmFirstToken, latency.llmFirstTokenMs),
            (.ttsFirstAudio, latency.ttsFirstAudioMs), (.endToEndServer, latency.e2eMs),
        ]
        for (measure, value) in stages { if let value { record.measurements.add(value, to: measure) } }
    }

    /// Tells the server how much has been heard, every 100 ms of a reply and once at its end.
    mutating func reports(at now: Duration) -> [Action] {
        var actions: [Action] = []
        for (responseID, reply) in replies {
            guard let playout = reply.playout, let due = reply.nextReportAt, now >= due || now >= playout.endsAt else {
                continue
            }
            let played = Int(playout.played(at: now).milliseconds)
            actions.append(.send(.playback(responseID: responseID, playedMs: played)))
            let isOver = now >= playout.endsAt && reply.ended != nil
            replies[responseID]?.nextReportAt = isOver ? nil : now + Limits.playbackInterval
        }
        return actions
    }

    /// Moves on when what the phase waits for has come, or will not come.
    mutating func advance(at now: Duration) -> [Action] {
        if let stopReason, phase != .ended { return stop(stopReason, at: now) }
        switch phase {
        case .opening(let until): return now >= until ? fail(.noGreeting) : []
        case .greeting(let until): return greeted(until: until, at: now)
        case .pausing(let until): return now >= until ? nextTurn(at: now) : []
        case .speaking, .ended: return []
        case .listening(let until): return listened(until: until, at: now)
        case .closing(let until):
            // The server has answered every turn; that it is slow to close does no harm to what was measured.
            guard now >= until else { return [] }
            finish(nil)
            return [.finish]
        }
    }

    /// The server's last word: in place after the caller's `stop`, a failure before the script's end.
    mutating func stop(_ reason: String, at now: Duration) -> [Action] {
        var isDone = false
        if case .closing = phase { isDone = true }
        if case .listening = phase, let answer, replies[answer]?.ended == .completed {
            record.turns.answered += 1
            isDone = isLastTurn(at: now)
        }
        finish(isDone ? nil : .ended(stopReason ?? reason))
        return [.finish]
    }

    private mutating func greeted(until: Duration, at now: Duration) -> [Action] {
        guard let answer, let greeting = replies[answer] else {
            if now >= until { phase = .pausing(until: now) }
            return advanceIfPausing(at: now)
        }
        // A greeting may have no `turn_end`; silence for as long as the pause after its last audio ends it as well.
        let quietAt = greeting.playout.map { $0.endsAt + Limits.greetingStart }
        let isOver =
            greeting.ended != nil ? now >= (greeting.playout?.endsAt ?? now) : quietAt.map { now >= $0 } ?? false
        if isOver || now >= until + Limits.greeting { pause(at: now) }
        return []
    }

    private mutating func advanceIfPausing(at now: Duration) -> [Action] {
        if case .pausing = phase { advance(at: now) } else { [] }
    }

    private mutating func listened(until: Duration, at now: Duration) -> [Action] {
        if isAnswered(at: now) {
            if let answer, let reply = replies[answer] {
                if reply.isEarly { record.turns.early += 1 }
                if reply.ended == .completed { record.turns.answered += 1 } else { record.turns.unanswered += 1 }
            }
            pause(at: now)
        } else if now >= until {
            record.turns.unanswered += 1
            pause(at: now)
        }
        return []
    }

    /// Whether the turn's reply has ended and been heard.
    private func isAnswered(at now: Duration) -> Bool {
        guard let answer, let reply = replies[answer], reply.ended != nil else { return false }
        return now >= (reply.playout?.endsAt ?? now)
    }

    private mutating func pause(at now: Duration) {
        phase = .pausing(until: now + script.pause)
    }

    private mutating func nextTurn(at now: Duration) -> [Action] {
        if isLastTurn(at: now) {
            phase = .closing(until: now + Limits.closing)
            return [.send(.stop(reason: "probe_done"))]
        }
        answer = nil
        speechEndedAt = nil
        // A reply that was heard out has nothing more to say; forgetting it bounds what a long call keeps.
        replies = replies.filter { $0.value.nextReportAt != nil }
        phase = .speaking(frame: 0)
        return []
    }

    private func isLastTurn(at now: Duration) -> Bool {
        if let turns = script.turns, record.turns.spoken >= turns { return true }
        if let duration = script.duration, now >= duration { return true }
        return false
    }
}
