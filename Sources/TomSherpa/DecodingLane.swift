import TomEngines

/// A thread that hears many turns at once with one streaming model: each round takes what audio has come, and decodes a
/// step of every turn that has enough for one, in a single run of the model.
///
/// The thread is borrowed while there are turns, and given back.
final class DecodingLane: Sendable {
    private struct State {
        var turns: [StreamingTranscription] = []
        var hasNews = false
        var isRunning = false
    }

    private let recognizer: OnlineRecognizer
    private let workers: WorkerThreads
    private let monitor = Monitor(State())

    /// Turns whose steps are taken together at most: larger batches gain little and delay those who wait for the next.
    private static let maximumBatch = 32

    init(_ recognizer: OnlineRecognizer, workers: WorkerThreads) {
        self.recognizer = recognizer
        self.workers = workers
    }

    /// Turns that are being heard.
    var count: Int { monitor.withLock { $0.turns.count } }

    /// Begins to hear `turn`, or refuses it when the system has no thread for it.
    func add(_ turn: StreamingTranscription) {
        let starts: Bool = monitor.signal { state in
            state.turns.append(turn)
            state.hasNews = true
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard starts, workers.submit({ self.run() }) == nil else { return }
        let refused: [StreamingTranscription] = monitor.withLock { state in
            defer { state = State() }
            return state.turns
        }
        for turn in refused { turn.refuse(.sherpaBusy(.stt, waiting: refused.count)) }
    }

    /// Says that a turn has audio, or is over.
    func wake() { monitor.signal { $0.hasNews = true } }

    private func run() {
        while let turns = next() {
            var over: [(turn: StreamingTranscription, event: TranscriptionEvent?)] = []
            var ready: [(turn: StreamingTranscription, stream: OnlineRecognizer.Stream)] = []
            for turn in turns {
                switch turn.advance(recognizer) {
                case .ready(let stream): ready.append((turn, stream))
                case .waiting: break
                case .over(let event): over.append((turn, event))
                }
            }
            for start in stride(from: 0, to: ready.count, by: Self.maximumBatch) {
                let batch = ready[start..<min(start + Self.maximumBatch, ready.count)]
                recognizer.decode(batch.map(\.stream))
                for (turn, stream) in batch { turn.stepped(stream) }
            }
            finishRound(over: Set(over.map { ObjectIdentifier($0.turn) }), isBusy: !ready.isEmpty)
            for case (let turn, let event?) in over { turn.report(event) }
        }
    }

    /// Waits for news; `nil` when there is no turn left, and the thread goes.
    private func next() -> [StreamingTranscription]? {
        monitor.wait { state -> [StreamingTranscription]?? in
            if state.turns.isEmpty {
                state.isRunning = false
                return .some(nil)
            }
            guard state.hasNews else { return nil }
            state.hasNews = false
            return state.turns
        }
    }

    private func finishRound(over: Set<ObjectIdentifier>, isBusy: Bool) {
        monitor.withLock { state in
            if !over.isEmpty { state.turns.removeAll { over.contains(ObjectIdentifier($0)) } }
            // Those who took a step may have audio for another.
            if isBusy { state.hasNews = true }
        }
    }
}
