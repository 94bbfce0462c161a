import Synchronization
import TomConversation

/// Engines of one kind in the order in which they are asked, each with its circuit breaker, shared by all calls.
final class EngineOrder<Engine: Sendable>: Sendable {
    /// Their names, in order, and all of them in one: `openai,receptionist`.
    let names: [String]
    var name: String { names.joined(separator: ",") }
    let engines: [Engine]
    /// How long an engine may owe a first result.
    let patience: Duration
    private let breakers: Mutex<[CircuitBreaker]>
    private let now: @Sendable () -> Instant
    private let onOpened: @Sendable (_ name: String, _ cause: CircuitBreaker.Cause) -> Void

    /// - Parameters:
    ///   - engines: one or more.
    ///   - now: a clock that does not go backwards.
    ///   - onOpened: told when an engine is left alone from now on.
    init(
        _ engines: [Engine], name: (Engine) -> String, policy: FailoverPolicy, now: @escaping @Sendable () -> Instant,
        onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void
    ) {
        precondition(!engines.isEmpty, "a failover order has at least one engine")
        self.engines = engines
        names = engines.map(name)
        patience = policy.patience
        breakers = Mutex(engines.map { _ in CircuitBreaker(policy: policy.breaker) })
        self.now = now
        self.onOpened = onOpened
    }

    /// The first engine at or behind `index` that may be asked and is not among `avoided`; when none is, the last one, for an
    /// engine that probably fails is better than certain silence. `nil` behind the last.
    func next(from index: Int, avoiding avoided: Set<String>) -> Int? {
        guard index < engines.count else { return nil }
        let now = now()
        return breakers.withLock { breakers in
            for candidate in index..<breakers.count
            where !avoided.contains(names[candidate]) && breakers[candidate].admit(at: now) { return candidate }
            return engines.count - 1
        }
    }

    /// The engine that would take over from the one at `index`, which has broken off; `nil` when none would.
    func replacement(for index: Int, avoiding avoided: Set<String>) -> Int? {
        let now = now()
        return breakers.withLock { breakers in
            breakers.indices.first { candidate in
                // A copy is asked: the request itself is still to come.
                var breaker = breakers[candidate]
                return names[candidate] != names[index] && !avoided.contains(names[candidate])
                    && breaker.admit(at: now)
            }
        }
    }

    func succeeded(_ index: Int, after latency: Duration?) {
        let now = now()
        let cause = breakers.withLock { $0[index].succeeded(after: latency, at: now) }
        if let cause { onOpened(names[index], cause) }
    }

    func failed(_ index: Int) {
        let now = now()
        let cause = breakers.withLock { $0[index].failed(at: now) }
        if let cause { onOpened(names[index], cause) }
    }

    func abandoned(_ index: Int) {
        let now = now()
        breakers.withLock { $0[index].abandoned(at: now) }
    }

    func state(of index: Int) -> CircuitBreaker.State { breakers.withLock { $0[index].state } }
}
