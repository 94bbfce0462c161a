import Synchronization

/// One sentence on its way through Piper.
final class PiperSynthesis: EngineTask {
    private enum State {
        case waiting(WorkerThreads.Ticket?)
        case running
        case ended
    }

    private let configuration: PiperConfiguration
    private let pool: PiperPool
    private let workers: WorkerThreads
    private let deadline: ContinuousClock.Instant
    private let deliver: @Sendable (SynthesisEvent) -> Void
    private let state = Mutex(State.waiting(nil))

    init(
        _ configuration: PiperConfiguration, _ pool: PiperPool, _ workers: WorkerThreads,
        deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) {
        self.configuration = configuration
        self.pool = pool
        self.workers = workers
        deadline = .now + configuration.timeout
        self.deliver = deliver
    }

    func start(_ text: String) throws(EngineError) {
        guard let ticket = workers.submit({ self.speak(text) }) else {
            throw .piperBusy(waiting: configuration.maximumWaiting)
        }
        state.withLock { if case .waiting = $0 { $0 = .waiting(ticket) } }
    }

    /// A sentence that is being spoken is spoken to its end, or to its deadline, and nobody hears it: that takes less
    /// than the voice takes to load again.
    func cancel() {
        let ticket: WorkerThreads.Ticket? = state.withLock { state in
            defer { state = .ended }
            if case .waiting(let ticket) = state { return ticket } else { return nil }
        }
        if let ticket { _ = workers.withdraw(ticket) }
    }
}

// On a worker's thread, which may block.
extension PiperSynthesis {
    private var isWanted: Bool {
        state.withLock { if case .ended = $0 { false } else { true } }
    }

    private func speak(_ text: String) {
        let begins = state.withLock { state in
            guard case .waiting = state else { return false }
            state = .running
            return true
        }
        guard begins else { return }
        let outcome: SynthesisEvent
        do throws(EngineError) {
            try attempt(text, mayTryAgain: true)
            outcome = .finished
        } catch {
            outcome = .failed(error)
        }
        let isWanted = state.withLock { state in
            defer { state = .ended }
            if case .ended = state { return false } else { return true }
        }
        if isWanted { deliver(outcome) }
    }

    /// - Parameter mayTryAgain: whether another process may speak the sentence when one dies that has spoken others.
    private func attempt(_ text: String, mayTryAgain: Bool) throws(EngineError) {
        guard ContinuousClock.now < deadline else { throw .piperTimeout }
        let process = try pool.take()
        let isWarm = process.sentences > 0
        // The first sentence waits until the voice is loaded.
        let failure = process.speak(text, until: isWarm ? deadline : deadline + extra) { event in
            if isWanted { deliver(event) }
        }
        guard let failure else { return pool.giveBack(process) }
        let exit = pool.discard(process, hasEnded: failure == .ended)
        switch failure {
        case .timeout: throw .piperTimeout
        case .unreadable(let reason): throw .piperBadOutput(reason)
        case .ended where isWarm && mayTryAgain && isWanted: try attempt(text, mayTryAgain: false)
        case .ended: throw .piperCrashed(exit)
        }
    }

    private var extra: Duration { max(.zero, configuration.startTimeout - configuration.timeout) }
}
