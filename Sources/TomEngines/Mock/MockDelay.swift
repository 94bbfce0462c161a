import Synchronization

/// Runs a mock's answer after its delay, once, unless it is cancelled first.
///
/// Without a delay the answer runs inside the starting call and no task is made.
final class MockDelay: EngineTask {
    private enum State {
        case idle
        case waiting(Task<Void, Never>)
        case over
    }

    private let state = Mutex(State.idle)

    func start(after delay: Duration, clock: any Clock<Duration>, _ answer: @escaping @Sendable () -> Void) {
        guard delay > .zero else {
            if finish() { answer() }
            return
        }
        state.withLock { state in
            guard case .idle = state else { return }
            // The task cannot pass `finish` before this lock is released.
            state = .waiting(
                Task { [self] in
                    try? await clock.sleep(for: delay)
                    if !Task.isCancelled, finish() { answer() }
                })
        }
    }

    /// Whether the answer may run: true once.
    private func finish() -> Bool {
        state.withLock { state in
            if case .over = state { return false }
            state = .over
            return true
        }
    }

    func cancel() {
        let task: Task<Void, Never>? = state.withLock { state in
            defer { state = .over }
            return if case .waiting(let task) = state { task } else { nil }
        }
        task?.cancel()
    }
}
