/// One reply as a player without a reserve would play it: the clock starts with the first frame.
struct ReplyPlayout: Sendable, Equatable {
    /// When the first frame came.
    let startedAt: Duration
    /// Audio received so far.
    private(set) var received: Duration = .zero
    /// When the player falls silent, unless more comes.
    private(set) var endsAt: Duration

    init(startedAt: Duration) {
        self.startedAt = startedAt
        endsAt = startedAt
    }

    /// Takes a frame.
    /// - Returns: how late it is on the clock of the first frame; zero when in time.
    mutating func append(_ duration: Duration, at now: Duration) -> Duration {
        let due = startedAt + received
        received += duration
        // A late frame leaves a gap that the listener hears, and moves the end.
        endsAt = max(endsAt, now) + duration
        return max(.zero, now - due)
    }

    /// How much has been heard by `now`.
    func played(at now: Duration) -> Duration {
        max(.zero, received - max(.zero, endsAt - now))
    }

    /// Drops what is queued, as after a barge-in.
    mutating func cut(at now: Duration) {
        received = played(at: now)
        endsAt = min(endsAt, now)
    }
}

extension Duration {
    /// The duration in milliseconds.
    var milliseconds: Double {
        Double(components.seconds) * 1_000 + Double(components.attoseconds) / 1e15
    }
}
