import Synchronization

/// How far a run is.
public struct ProbeProgress: Sendable, Equatable {
    public var calls: Int
    public var begun = 0
    public var ended = 0
    public var failed = 0
    public var answered = 0
    public var unanswered = 0
    /// The latest end-to-end latency a caller saw, in milliseconds.
    public var lastEndToEndMs: Double?
}

/// The progress of all calls of a run; written by their event loops, read by whoever shows it.
final class ProgressBoard: Sendable {
    private let progress: Mutex<ProbeProgress>

    init(calls: Int) { progress = Mutex(ProbeProgress(calls: calls)) }

    var current: ProbeProgress { progress.withLock { $0 } }

    func begin() { progress.withLock { $0.begun += 1 } }

    func end(failed: Bool) {
        progress.withLock {
            $0.ended += 1
            if failed { $0.failed += 1 }
        }
    }

    /// Adds what a call's turns have come to since `before`.
    func note(from before: TurnCounts, to record: CallRecord) {
        progress.withLock {
            $0.answered += record.turns.answered - before.answered
            $0.unanswered += record.turns.unanswered - before.unanswered
            if let last = record.measurements[.endToEndClient].last { $0.lastEndToEndMs = last }
        }
    }
}
