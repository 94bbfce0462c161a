import TomConversation

/// The caller's turns.
extension RealtimeDialogue {
    /// Turns whose words are awaited; the core awaits fewer.
    private static let turnCapacity = 64
    /// Audio before an onset that belongs to the turn, where the client does not say how much.
    private static let prefixPaddingMs = 300

    mutating func began(_ turn: TurnID, audioMs: Int?) -> [RealtimeServerEvent] {
        let open = open(turn)
        guard let audioMs, !open.isGiven else { return [] }
        return [.speechStarted(item: open.item, audioStartMs: max(audioMs - prefixPaddingMs, 0))]
    }

    private var prefixPaddingMs: Int {
        if case .server(_, let padding, _, _) = session.turnDetection?.kind { return padding }
        return Self.prefixPaddingMs
    }

    mutating func ended(_ turn: TurnID, audioMs: Int?) -> [RealtimeServerEvent] {
        let open = open(turn)
        turns[turn]?.isOver = true
        guard !open.isGiven else { return [] }
        let committed = RealtimeServerEvent.audioCommitted(item: open.item, after: ledger.last)
        return if let audioMs { [.speechStopped(item: open.item, audioEndMs: audioMs), committed] } else { [committed] }
    }

    mutating func cleared() -> [RealtimeServerEvent] {
        if let turn = turns.filter({ !$0.value.isOver }).keys.max() { turns[turn] = nil }
        return [.audioCleared]
    }

    /// The audio that nobody spoke in is committed as any other: `ended` follows.
    mutating func idled(_ turn: TurnID, inputMs: Int) -> [RealtimeServerEvent] {
        var waitedMs = 0
        if case .server(_, _, _, let idleTimeoutMs?) = session.turnDetection?.kind { waitedMs = idleTimeoutMs }
        return [
            .timeoutTriggered(
                item: open(turn).item, audioStartMs: max(inputMs - waitedMs, 0), audioEndMs: inputMs)
        ]
    }

    /// The turn, with a name for its item from its first moment.
    private mutating func open(_ turn: TurnID) -> OpenTurn {
        if let open = turns[turn] { return open }
        var open: OpenTurn
        if case .hearing(let item, nil) = handling?.subject {
            open = OpenTurn(item: item, isGiven: true)
            handling?.subject = .hearing(item: item, turn: turn)
        } else {
            open = OpenTurn(item: makeName("item"))
        }
        turns[turn] = open
        if turns.count > Self.turnCapacity, let oldest = turns.keys.min() { turns[oldest] = nil }
        return open
    }

    // MARK: Words

    /// Words in between may yet change, and clients add deltas up: all of them come at once, at the end.
    mutating func transcribed(_ turn: TurnID, _ text: String) -> [RealtimeServerEvent] {
        guard let open = turns.removeValue(forKey: turn), wantsTranscripts else { return [] }
        var events: [RealtimeServerEvent] = []
        if !text.isEmpty { events.append(.transcriptionDelta(item: open.item, contentIndex: 0, delta: text)) }
        events.append(
            .transcriptionCompleted(
                item: open.item, contentIndex: 0, transcript: text, seconds: Double(open.durationMs) / 1_000))
        return events
    }

    mutating func failed(_ turn: TurnID, _ failure: EngineFailure) -> [RealtimeServerEvent] {
        guard let open = turns.removeValue(forKey: turn), wantsTranscripts else { return [] }
        return [.transcriptionFailed(item: open.item, contentIndex: 0, failure)]
    }

    /// A transcription session is for the words; any other says whether it wants them.
    var wantsTranscripts: Bool { session.kind == .transcription || session.transcription != nil }
}
