/// Remembers which tokens were used, until they could not be used again anyway.
///
/// Bounded: when it is full of tokens that are still valid, further ones are refused rather than let through unremembered.
struct ReplayStore: Sendable {
    enum Verdict: Equatable { case fresh, replayed, full }

    private let capacity: Int
    private var used = Set<String>()
    /// The ids to forget, by the second at which each may be.
    private var expiring: [Int: [String]] = [:]
    /// The next second that was not cleared yet.
    private var horizon = Int.min

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { used.count }

    func contains(_ id: String) -> Bool { used.contains(id) }

    /// Marks `id` as used.
    /// - Parameters:
    ///   - until: when the token stops being accepted, in seconds since the Unix epoch.
    ///   - now: on the same clock.
    mutating func use(_ id: String, until: Double, now: Double) -> Verdict {
        forget(now: now)
        guard !used.contains(id) else { return .replayed }
        guard used.count < capacity else { return .full }
        used.insert(id)
        expiring[max(Int(until) + 1, horizon), default: []].append(id)
        return .fresh
    }

    private mutating func forget(now: Double) {
        let second = Int(now)
        guard second > horizon else { return }
        horizon = second
        // as many buckets as a token may live seconds: few, and each is cleared once
        for due in expiring.keys where due < second {
            for id in expiring.removeValue(forKey: due) ?? [] { used.remove(id) }
        }
    }
}
