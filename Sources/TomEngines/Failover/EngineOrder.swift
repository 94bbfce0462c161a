import Synchronization
import TomConversation
import TomErrors

/// Engines of one kind in the order in which they are asked, each with its circuit breaker, shared by all calls.
final class EngineOrder<Engine: Sendable>: Sendable {
    /// Their names, in order, and all of them in one: `openai,receptionist`.
    let names: [String]
    var name: String { names.joined(separator: ",") }
    let engines: [Engine]
    /// How long an engine may owe a first result.
    let patience: Duration
    private let breakers: [SharedCircuitBreaker]
    private let now: @Sendable () -> Instant
    private let onOpened: @Sendable (_ name: String, _ cause: CircuitBreaker.Cause) -> Void

    /// - Parameters:
    ///   - engines: one or more.
    ///   - now: a clock that does not go backwards.
    ///   - onOpened: told when an engine is left alone from now on.
    ///   - breaker: the circuit breaker of the engine with a name, where orders share it; `nil` for one of its own.
    init(
        _ engines: [Engine], name: (Engine) -> String, policy: FailoverPolicy, now: @escaping @Sendable () -> Instant,
        onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void,
        breaker: (String) -> SharedCircuitBreaker?
    ) {
        precondition(!engines.isEmpty, "a failover order has at least one engine")
        self.engines = engines
        names = engines.map(name)
        patience = policy.patience
        breakers = names.map { breaker($0) ?? SharedCircuitBreaker(policy: policy.breaker) }
        self.now = now
        self.onOpened = onOpened
    }

    /// The first engine at or behind `index` that may be asked and is not among `avoided`; when none is, the last one, for an
    /// engine that probably fails is better than certain silence. `nil` behind the last.
    func next(from index: Int, avoiding avoided: Set<String>) -> Int? {
        guard index < engines.count else { return nil }
        let now = now()
        for candidate in index..<engines.count
        where !avoided.contains(names[candidate]) && breakers[candidate].state.withLock({ $0.admit(at: now) }) {
            return candidate
        }
        return engines.count - 1
    }

    /// The engine that would take over from the one at `index`, which has broken off; `nil` when none would.
    func replacement(for index: Int, avoiding avoided: Set<String>) -> Int? {
        let now = now()
        return breakers.indices.first { candidate in
            // A copy is asked: the request itself is still to come.
            var breaker = breakers[candidate].state.withLock { $0 }
            return names[candidate] != names[index] && !avoided.contains(names[candidate]) && breaker.admit(at: now)
        }
    }

    func succeeded(_ index: Int, after latency: Duration?) {
        let now = now()
        let cause = breakers[index].state.withLock { $0.succeeded(after: latency, at: now) }
        if let cause { onOpened(names[index], cause) }
    }

    /// The engine at `index` failed. What the request itself caused, such as a content filter's refusal, and what was called off
    /// say nothing of the engine: no caller can take it from the others.
    func failed(_ index: Int, _ error: EngineError) {
        guard !error.blamesRequest, error.category != .cancelled else { return abandoned(index) }
        let now = now()
        let cause = breakers[index].state.withLock { $0.failed(at: now) }
        if let cause { onOpened(names[index], cause) }
    }

    func abandoned(_ index: Int) {
        let now = now()
        breakers[index].state.withLock { $0.abandoned(at: now) }
    }

    func state(of index: Int) -> CircuitBreaker.State { breakers[index].state.withLock { $0.state } }
}

/// The circuit breaker of one engine, shared by all orders in which it stands: agents have orders of their own, and an engine
/// that is down is down for all of them.
public final class SharedCircuitBreaker: Sendable {
    let state: Mutex<CircuitBreaker>
    public init(policy: CircuitBreaker.Policy) { state = Mutex(CircuitBreaker(policy: policy)) }
}
