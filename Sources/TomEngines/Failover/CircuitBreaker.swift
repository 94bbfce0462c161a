public import TomConversation

/// Decides whether an engine may be asked: one that fails, or has become slow, is left alone for a while.
///
/// `closed` -> `open` -> `halfOpen` -> `closed` or `open`. Pure: it is told what happened and when.
public struct CircuitBreaker: Sendable, Equatable {
    /// When the circuit opens, and for how long.
    public struct Policy: Sendable, Equatable {
        /// Errors within `window` that open it; 1 or more.
        public var errors = 3
        public var window = Duration.seconds(60)
        /// Turns of which the 95th percentile is compared with `budget`; 1 or more.
        public var turns = 50
        /// The longest that 95 of 100 turns may take; `nil` where slowness does not matter.
        public var budget: Duration?
        /// How long it stays open before one request may try.
        public var cooldown = Duration.seconds(600)
        public init() {}
    }

    public enum State: Sendable, Equatable {
        case closed
        /// Nobody asks before `until`.
        case open(until: Instant)
        /// One request is under way whose outcome decides.
        case halfOpen
    }

    /// Why a circuit opened.
    public enum Cause: String, Sendable { case errors, slowness, probe }

    public let policy: Policy
    public private(set) var state = State.closed
    private var failures: [Instant] = []
    /// What the latest successful turns took, oldest first; at most `policy.turns`.
    private var latencies: [Duration] = []

    public init(policy: Policy = Policy()) { self.policy = policy }

    /// Whether a request may be made now. A half-open circuit admits one, the probe; who is admitted reports the outcome.
    public mutating func admit(at now: Instant) -> Bool {
        switch state {
        case .closed: return true
        case .halfOpen: return false
        case .open(let until):
            guard until <= now else { return false }
            state = .halfOpen
            return true
        }
    }

    /// The request was answered, after `latency` where that is known.
    /// - Returns: the cause when this opened the circuit.
    public mutating func succeeded(after latency: Duration?, at now: Instant) -> Cause? {
        if state == .halfOpen {
            state = .closed
            failures = []
            latencies = []
        }
        guard let latency, let budget = policy.budget else { return nil }
        latencies.append(latency)
        if latencies.count > policy.turns { latencies.removeFirst() }
        guard latencies.count == policy.turns, percentile95 > budget else { return nil }
        open(at: now)
        return .slowness
    }

    /// The request failed by the engine's fault.
    /// - Returns: the cause when this opened the circuit.
    public mutating func failed(at now: Instant) -> Cause? {
        if state == .halfOpen {
            open(at: now)
            return .probe
        }
        failures.removeAll { now - $0 >= policy.window }
        failures.append(now)
        guard state == .closed, failures.count >= policy.errors else { return nil }
        open(at: now)
        return .errors
    }

    /// The request was called off, or failed by the caller's fault: it says nothing of the engine.
    public mutating func abandoned(at now: Instant) {
        // The probe is still owed: the next request is one.
        if state == .halfOpen { state = .open(until: now) }
    }

    private mutating func open(at now: Instant) {
        state = .open(until: now + policy.cooldown)
        failures = []
        latencies = []
    }

    /// Nearest rank.
    private var percentile95: Duration {
        let sorted = latencies.sorted()
        return sorted[max(0, (sorted.count * 95 + 99) / 100 - 1)]
    }
}
