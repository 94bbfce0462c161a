import Synchronization
import TomEngines

/// The detection of one call: its audio on the way to the model, what the model remembers of it, and its results.
///
/// The lock is taken once for each message of audio and once for each frame of 32 ms on either side; it is held for a
/// copy of a few hundred samples, and no two calls share one.
final class SileroDetection: SpeechDetection {
    private struct State {
        /// Audio that is in no batch yet, oldest first.
        var waiting: [Int16] = []
        var results: [Float] = []
        var failure: EngineError?
        var isOver = false
        /// Whether the call is in the scheduler's queue or in a batch: then, and only then, its memory belongs to the
        /// thread that has it there.
        var isScheduled = false
        /// Whether the session was told of results it has not taken.
        var hasNotified = false
    }

    private let state = Mutex(State())
    private let scheduler: SileroScheduler
    private let notify: @Sendable () -> Void
    private let memory = SileroMemory()

    init(scheduler: SileroScheduler, notify: @escaping @Sendable () -> Void) {
        self.scheduler = scheduler
        self.notify = notify
        state.withLock { $0.waiting.reserveCapacity(4 * SileroFrame.samples) }
    }

    // MARK: The session's side

    func append(_ samples: Span<Int16>) {
        let (isReady, isFull) = state.withLock { state -> (Bool, Bool) in
            guard !state.isOver else { return (false, false) }
            samples.withUnsafeBufferPointer { state.waiting.append(contentsOf: $0) }
            let frames = state.waiting.count / SileroFrame.samples
            guard frames <= SileroDetector.maxWaitingFrames else { return (false, true) }
            guard frames > 0, !state.isScheduled else { return (false, false) }
            state.isScheduled = true
            return (true, false)
        }
        if isFull { fail(.overloaded("vad")) }
        if isReady { scheduler.enqueue(self) }
    }

    func take(into probabilities: inout [Float]) -> EngineError? {
        state.withLock { state in
            // Copied, not swapped: both buffers stay, and none is allocated per frame.
            probabilities.append(contentsOf: state.results)
            state.results.removeAll(keepingCapacity: true)
            state.hasNotified = false
            defer { state.failure = nil }
            return state.failure
        }
    }

    func cancel() {
        state.withLock { state in
            state.isOver = true
            state.waiting = []
            state.results = []
            state.failure = nil
        }
    }

    // MARK: The scheduler's side

    /// Puts the call's next frame into a batch.
    /// - Returns: whether there was one.
    func contribute(to batch: SileroBatch) -> Bool {
        state.withLock { state in
            guard !state.isOver, state.waiting.count >= SileroFrame.samples else {
                state.isScheduled = false
                return false
            }
            batch.append(memory, frame: state.waiting[..<SileroFrame.samples])
            state.waiting.removeFirst(SileroFrame.samples)
            return true
        }
    }

    /// The frame is judged.
    /// - Returns: whether another one waits; the call stays scheduled then.
    func accept(_ probability: Float) -> Bool {
        guard probability.isFinite else {
            fail(.runFailed("vad", why: "what it makes of a frame is no number"))
            return false
        }
        let (tells, goesOn) = state.withLock { state -> (Bool, Bool) in
            guard !state.isOver else {
                state.isScheduled = false
                return (false, false)
            }
            state.results.append(probability)
            state.isScheduled = state.waiting.count >= SileroFrame.samples
            defer { state.hasNotified = true }
            return (!state.hasNotified, state.isScheduled)
        }
        if tells { notify() }
        return goesOn
    }

    /// Ends the detection; the session learns why.
    func fail(_ error: EngineError) {
        let tells = state.withLock { state in
            guard !state.isOver else { return false }
            state.isOver = true
            state.isScheduled = false
            state.waiting = []
            state.failure = error
            defer { state.hasNotified = true }
            return !state.hasNotified
        }
        if tells { notify() }
    }
}
