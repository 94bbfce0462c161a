import Glibc
import Synchronization
import TomAudio

/// One sentence on its way through eSpeak NG.
final class EspeakSynthesis: EngineTask {
    /// `waiting` goes to `running` or `ended`, `running` to `ended`.
    private enum State {
        case waiting(WorkerThreads.Ticket?)
        /// The process has not been reaped, so its id is its own.
        case running(pid_t)
        case ended
    }

    private let configuration: EspeakConfiguration
    private let deadline: ContinuousClock.Instant
    private let workers: WorkerThreads
    private let voices: EspeakVoices
    private let deliver: @Sendable (SynthesisEvent) -> Void
    private let state = Mutex(State.waiting(nil))

    init(
        configuration: EspeakConfiguration, deadline: ContinuousClock.Instant, workers: WorkerThreads,
        voices: EspeakVoices, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) {
        self.configuration = configuration
        self.deadline = deadline
        self.workers = workers
        self.voices = voices
        self.deliver = deliver
    }

    /// - Parameter voice: the one to speak with where the program has not the one preferred.
    func start(text: String, voice: String, preferred: String?, speed: Double) throws(EngineError) {
        let ticket = workers.submit { [voices, deadline] in
            let known = preferred.flatMap { voices.has($0, until: deadline) ? $0 : nil }
            self.speak(text, voice: known ?? voice, speed: speed)
        }
        guard let ticket else {
            throw .espeakBusy(waiting: configuration.maximumWaiting)
        }
        state.withLock { if case .waiting = $0 { $0 = .waiting(ticket) } }
    }

    func cancel() {
        let ticket: WorkerThreads.Ticket? = state.withLock { state in
            defer { state = .ended }
            switch state {
            case .waiting(let ticket): return ticket
            case .running(let processID):
                ChildProcess.kill(processID)
                return nil
            case .ended: return nil
            }
        }
        if let ticket { _ = workers.withdraw(ticket) }
    }
}

// On a worker's thread, which may block.
extension EspeakSynthesis {
    private var isCancelled: Bool {
        state.withLock { if case .ended = $0 { true } else { false } }
    }

    private func speak(_ text: String, voice: String, speed: Double) {
        guard !isCancelled else { return }
        guard ContinuousClock.now < deadline else { return end(.failed(.espeakTimeout(configuration.timeout))) }
        let arguments = configuration.arguments(voice: voice, speed: speed)
        switch ChildProcess.spawn(executable: configuration.executable, arguments: arguments) {
        case .failure(let failure):
            end(.failed(.espeakNotStarted(executable: configuration.executable, code: failure.code)))
        case .success(var process):
            let processID = process.processID
            let goesOn = state.withLock { state in
                guard case .waiting = state else { return false }
                state = .running(processID)
                return true
            }
            if !goesOn { ChildProcess.kill(processID) }
            var transfer = EspeakTransfer(text: text, deadline: deadline)
            let failure = goesOn ? transfer.run(&process) { deliver($0) } : nil
            if failure?.leavesProgramRunning == true { ChildProcess.kill(processID) }
            // From here on the id may become another process's: `cancel` no longer uses it.
            let isWanted = state.withLock { state in
                defer { state = .ended }
                if case .running = state { return true } else { return false }
            }
            process.closeInput()
            let exit = process.reap(until: isWanted ? deadline : .now)
            if isWanted { deliver(Self.verdict(failure: failure, exit: exit, configuration: configuration)) }
        }
    }

    /// The last event of a sentence that could not begin.
    private func end(_ event: SynthesisEvent) {
        let isWanted = state.withLock { state in
            defer { state = .ended }
            if case .ended = state { return false } else { return true }
        }
        if isWanted { deliver(event) }
    }

    private static func verdict(
        failure: EspeakTransfer.Failure?, exit: ChildProcess.Exit, configuration: EspeakConfiguration
    ) -> SynthesisEvent {
        switch (failure, exit) {
        case (.timeout, _): .failed(.espeakTimeout(configuration.timeout))
        case (.unreadable(let reason), _), (.noAudio(let reason), .status(0)): .failed(.espeakBadOutput(reason))
        case (_, .status(0)): .finished
        case (_, let exit): .failed(.espeakCrashed(exit))
        }
    }
}
