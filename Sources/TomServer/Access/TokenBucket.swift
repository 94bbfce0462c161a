/// Lets `rate` units a second through, and `burst` at once.
///
/// Times are seconds on any clock that does not go backwards.
struct TokenBucket: Sendable, Equatable {
    /// Units a second; zero means unlimited.
    let rate: Double
    let burst: Double
    private var level: Double
    private var updated: Double

    init(rate: Double, burst: Double, now: Double) {
        self.rate = rate
        self.burst = burst
        level = burst
        updated = now
    }

    /// Takes `amount` units; `false` when they are not there, and nothing is taken then.
    mutating func take(_ amount: Double = 1, now: Double) -> Bool {
        guard rate > 0 else { return true }
        refill(now)
        guard level >= amount else { return false }
        level -= amount
        return true
    }

    /// Seconds until `amount` units are there.
    func wait(for amount: Double = 1) -> Double { rate > 0 ? max(0, (amount - level) / rate) : 0 }

    /// Whether nothing would be remembered by keeping it.
    func isFull(now: Double) -> Bool { level + (now - updated) * rate >= burst }

    private mutating func refill(_ now: Double) {
        level = min(burst, level + max(0, now - updated) * rate)
        updated = max(updated, now)
    }
}
