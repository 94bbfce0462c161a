import TomErrors

/// The Piper processes of one engine: those that wait for a sentence, and those that speak.
final class PiperPool: Sendable {
    private struct State {
        var idle: [PiperProcess] = []
        var speaking: [PiperProcess] = []
        /// How many are being ended: of those nobody may signal the id any more, which may soon be another's.
        var ending = 0
        var isClosed = false
    }

    private let configuration: PiperConfiguration
    private let state = Monitor(State())

    init(_ configuration: PiperConfiguration) { self.configuration = configuration }

    deinit { close() }

    /// Starts `count` processes, which load the voice while they wait; first tidies up after runs of TOM that were killed.
    func fill(_ count: Int) throws(EngineError) {
        PiperProcess.cleanUp(configuration)
        for _ in 0..<count { _ = try start { $0.idle.append($1) } }
    }

    /// A process that runs, warm where there is one, otherwise started now.
    func take() throws(EngineError) -> PiperProcess {
        while let process = state.withLock({ state in
            let process = state.idle.popLast()
            if let process { state.speaking.append(process) }
            return process
        }) {
            if process.isRunning { return process }
            discard(process, hasEnded: true)
        }
        return try start { $0.speaking.append($1) }
    }

    /// Gives a process back for the next sentence.
    func giveBack(_ process: PiperProcess) {
        let isKept = state.broadcast { state in
            state.speaking.removeAll { $0 === process }
            if state.isClosed { state.ending += 1 } else { state.idle.append(process) }
            return !state.isClosed
        }
        if !isKept { end(process) }
    }

    /// Ends a process that is of no more use. One that has spoken before is replaced at once, so that the next sentence
    /// finds the voice loaded; one that never did would only fail again.
    /// - Parameter hasEnded: whether it ends by itself; otherwise it is killed.
    @discardableResult
    func discard(_ process: PiperProcess, hasEnded: Bool) -> ChildProcess.Exit {
        state.withLock { state in
            state.speaking.removeAll { $0 === process }
            state.ending += 1
        }
        let exit = end(process, byItself: hasEnded)
        if process.sentences > 0 { _ = try? start { $0.idle.append($1) } }
        return exit
    }

    /// Ends a process that is in no list any more, and is counted among those that are being ended.
    @discardableResult
    private func end(_ process: PiperProcess, byItself: Bool = false) -> ChildProcess.Exit {
        defer { state.broadcast { $0.ending -= 1 } }
        return process.end(byItself: byItself, within: configuration.endTimeout)
    }

    /// Ends every process and waits until all have ended. Nothing can be started afterwards.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            // The thread that uses it sees its end and takes it away.
            for process in state.speaking { ChildProcess.kill(process.processID) }
            defer { state.idle = [] }
            state.ending += state.idle.count
            return state.idle
        }
        for process in idle { end(process) }
        state.wait { $0.speaking.isEmpty && $0.ending == 0 ? () : nil }
    }

    private func start(
        _ put: (inout State, PiperProcess) -> Void
    ) throws(EngineError) -> PiperProcess {
        let process = try PiperProcess.start(configuration)
        let isKept = state.withLock { state in
            if state.isClosed { state.ending += 1 } else { put(&state, process) }
            return !state.isClosed
        }
        guard isKept else {
            end(process)
            throw EngineError(code: "tts.cancelled", message: "Piper is being stopped.", category: .cancelled)
        }
        return process
    }
}
