import Synchronization
import TomConversation
import TomErrors

/// One request on its way through a failover order: the next engine is asked as long as nothing of an answer was passed on.
///
/// Engines report inside the call that starts them, or from any thread; nothing of theirs is called with the lock held. Results
/// of an engine that was given up are dropped by the number of its attempt.
final class FailoverRun<Engine: Sendable, Event: Sendable>: EngineTask {
    /// What an event means for the order.
    enum Judgement {
        /// More will come, and what came so far binds nobody.
        case tentative
        /// From here on the answer is this engine's, whatever becomes of it.
        case commits
        /// The whole answer, or its end.
        case ended
        case failed(EngineError)
    }

    /// What differs between the kinds of engines.
    struct Kind: Sendable {
        var begin: @Sendable (Engine, @escaping @Sendable (Event) -> Void) -> any EngineTask
        var judge: @Sendable (Event) -> Judgement
        var announce: @Sendable (EngineFailover) -> Event
        var fail: @Sendable (EngineError) -> Event
        /// What is reported of an engine that broke off while another could begin anew; `nil` where nothing begins anew.
        var broke: (@Sendable (EngineFailover) -> Event)?
        /// Why an engine that keeps silent is given up.
        var timeout: @Sendable (_ name: String) -> EngineError
    }

    private struct State {
        var attempt = 0
        var index = 0
        var task: (any EngineTask)?
        var timer: Task<Void, Never>?
        var isCommitted = false
        var isOver = false
        /// Whether the input is complete, so that the engine owes a result.
        var isOwed = false
        var owedSince: ContinuousClock.Instant?

        /// Nothing more is taken from any engine. The last one's task, which holds this run by its reports, is given away
        /// for the caller to release outside the lock.
        mutating func end() -> (any EngineTask)? {
            isOver = true
            timer?.cancel()
            defer { task = nil }
            return task
        }
    }

    private let order: EngineOrder<Engine>
    private let kind: Kind
    /// Engines that broke off earlier in this turn.
    private let avoided: Set<String>
    private let deliver: @Sendable (Event) -> Void
    private let state: Mutex<State>

    /// - Parameter isOwed: whether a result is owed from the start, or only from ``inputEnded()`` on.
    init(
        _ order: EngineOrder<Engine>, kind: Kind, isOwed: Bool, avoiding avoided: Set<String> = [],
        deliver: @escaping @Sendable (Event) -> Void
    ) {
        self.order = order
        self.kind = kind
        self.avoided = avoided
        self.deliver = deliver
        var state = State()
        state.isOwed = isOwed
        self.state = Mutex(state)
    }

    func start() { if let first = order.next(from: 0, avoiding: avoided) { begin(at: first) } }

    /// The engine has all of its input: its patience begins.
    func inputEnded() {
        state.withLock { state in
            guard !state.isOver, !state.isOwed else { return }
            state.isOwed = true
            arm(&state)
        }
    }

    func cancel() {
        let (task, index) = state.withLock { state -> ((any EngineTask)?, Int?) in
            guard !state.isOver else { return (nil, nil) }
            return (state.end(), state.index)
        }
        if let index { order.abandoned(index) }
        task?.cancel()
    }

    /// Asks the engine at `chosen`, which the order has admitted.
    private func begin(at chosen: Int) {
        let attempt = state.withLock { state -> Int? in
            guard !state.isOver else { return nil }
            state.attempt += 1
            state.index = chosen
            state.task = nil
            if state.isOwed { arm(&state) }
            return state.attempt
        }
        guard let attempt else { return order.abandoned(chosen) }
        let task = kind.begin(order.engines[chosen]) { [self] in take($0, attempt) }
        let isStale = state.withLock { state in
            guard state.attempt == attempt, !state.isOver else { return true }
            state.task = task
            return false
        }
        // It has answered already, or it was given up meanwhile.
        if isStale { task.cancel() }
    }

    private func arm(_ state: inout State) {
        state.timer?.cancel()
        state.owedSince = .now
        let (attempt, patience) = (state.attempt, order.patience)
        state.timer = Task { [weak self] in
            try? await Task.sleep(for: patience)
            if !Task.isCancelled { self?.runOut(attempt) }
        }
    }

    private func runOut(_ attempt: Int) {
        let index = state.withLock { state in
            state.attempt == attempt && !state.isCommitted && !state.isOver ? state.index : nil
        }
        guard let index else { return }
        giveUp(attempt, kind.timeout(order.names[index]))
    }

    private func take(_ event: Event, _ attempt: Int) {
        switch kind.judge(event) {
        case .tentative: if isCurrent(attempt) { deliver(event) }
        case .commits: if commit(attempt) { deliver(event) }
        case .ended: if end(attempt) { deliver(event) }
        case .failed(let error): failed(attempt, error, event)
        }
    }

    private func isCurrent(_ attempt: Int) -> Bool { state.withLock { $0.attempt == attempt && !$0.isOver } }

    private func commit(_ attempt: Int) -> Bool {
        let (isCurrent, outcome) = state.withLock { state -> (Bool, (Int, Duration?)?) in
            guard state.attempt == attempt, !state.isOver else { return (false, nil) }
            guard !state.isCommitted else { return (true, nil) }
            state.isCommitted = true
            state.timer?.cancel()
            return (true, (state.index, state.owedSince.map { .now - $0 }))
        }
        if let outcome { order.succeeded(outcome.0, after: outcome.1) }
        return isCurrent
    }

    private func end(_ attempt: Int) -> Bool {
        guard commit(attempt) else { return false }
        _ = state.withLock { $0.end() }
        return true
    }

    private func failed(_ attempt: Int, _ error: EngineError, _ event: Event) {
        let (committed, task) = state.withLock { state -> (Int?, (any EngineTask)?) in
            guard state.attempt == attempt, !state.isOver, state.isCommitted else { return (nil, nil) }
            return (state.index, state.end())
        }
        guard let committed else { return giveUp(attempt, error) }
        task?.cancel()
        // A part of the answer is out. Whether anyone has heard of it is for the conversation to say.
        order.failed(committed, error)
        guard let broke = kind.broke, let next = order.replacement(for: committed, avoiding: avoided) else {
            return deliver(event)
        }
        deliver(broke(EngineFailover(from: order.names[committed], to: order.names[next], error: error)))
    }

    /// The engine failed before anything of its answer was passed on.
    private func giveUp(_ attempt: Int, _ error: EngineError) {
        let (index, task) = state.withLock { state -> (Int?, (any EngineTask)?) in
            guard state.attempt == attempt, !state.isOver, !state.isCommitted else { return (nil, nil) }
            // Whatever else it says is late.
            state.attempt += 1
            state.timer?.cancel()
            defer { state.task = nil }
            return (state.index, state.task)
        }
        guard let index else { return }
        task?.cancel()
        order.failed(index, error)
        guard let next = order.next(from: index + 1, avoiding: avoided) else { return fail(error) }
        deliver(kind.announce(EngineFailover(from: order.names[index], to: order.names[next], error: error)))
        begin(at: next)
    }

    private func fail(_ error: EngineError) {
        let wasOver = state.withLock { state in
            defer { _ = state.end() }
            return state.isOver
        }
        if !wasOver { deliver(kind.fail(error)) }
    }
}
