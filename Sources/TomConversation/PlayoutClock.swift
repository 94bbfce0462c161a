/// What of one response has reached the listener's ear.
///
/// Two sources: the clock on which the audio was handed over (a listener plays at once and without pause), and, where the far
/// end reports its position, that report, which then overrules the clock.
struct PlayoutClock: Sendable {
    let samplesPerSecond: Int
    private(set) var sentSamples = 0
    /// When everything sent will have been played.
    private(set) var endsAt: Instant?
    private var report: (playedMs: Int, at: Instant)?

    init(samplesPerSecond: Int) { self.samplesPerSecond = samplesPerSecond }

    var sentMs: Int { sentSamples * 1_000 / samplesPerSecond }

    mutating func sent(_ samples: Int, at now: Instant) {
        sentSamples += samples
        // A queue that ran dry starts its clock anew: the gap was silence.
        endsAt = max(endsAt ?? now, now) + .nanoseconds(Int64(samples) * 1_000_000_000 / Int64(samplesPerSecond))
    }

    mutating func reported(playedMs: Int, at now: Instant) {
        report = (min(max(playedMs, report?.playedMs ?? 0), sentMs), now)
    }

    /// Audio sent and not yet played, by the clock.
    func lead(at now: Instant) -> Duration {
        guard let endsAt, endsAt > now else { return .zero }
        return endsAt - now
    }

    /// Milliseconds of this response heard by `now`; at most what was sent.
    func heardMs(at now: Instant) -> Int {
        if let report {
            // Reports come about every 100 ms; between two of them playing goes on.
            let since = min(Int((now - report.at).milliseconds), 150)
            return min(report.playedMs + max(since, 0), sentMs)
        }
        return max(0, sentMs - Int(lead(at: now).milliseconds.rounded(.up)))
    }

    /// When all that was sent counts as heard; a client that reports gets `grace` beyond the clock to say so.
    func heardAllAt(grace: Duration) -> Instant? {
        guard let endsAt else { return nil }
        guard let report else { return endsAt }
        return report.playedMs + 20 >= sentMs ? report.at : endsAt + grace
    }
}
