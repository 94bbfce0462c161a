import Synchronization

/// The audio of one call on its way to a model on other threads, and the judgements on their way back.
///
/// The lock is taken once for each message of audio and once for each frame on either side; it is held for a copy of a
/// few hundred samples, and no two calls share one.
package final class DetectionQueue: Sendable {
    private struct State {
        /// Audio that no thread has taken yet, oldest first.
        var waiting: [Int16] = []
        var results: [Float] = []
        var failure: EngineError?
        var isOver = false
        /// Whether the call is among those that are judged or wait for it: then, and only then, what the model
        /// remembers of it belongs to the thread that has it there.
        var isScheduled = false
        /// Whether the session was told of results it has not taken.
        var hasNotified = false
    }

    private let state = Mutex(State())
    private let traits: SpeechDetectorTraits
    private let notify: @Sendable () -> Void

    /// - Parameter notify: as of ``SpeechDetector/detect(notify:)``.
    package init(_ traits: SpeechDetectorTraits, notify: @escaping @Sendable () -> Void) {
        self.traits = traits
        self.notify = notify
        state.withLock { $0.waiting.reserveCapacity(4 * traits.frameSamples) }
    }

    // MARK: The session's side

    /// Takes audio; more of it than may wait ends the detection with `vad.overloaded`.
    /// - Returns: whether the call has a frame and is not scheduled yet: it counts as scheduled from now on.
    package func append(_ samples: Span<Int16>) -> Bool {
        let (isReady, isFull) = state.withLock { state -> (Bool, Bool) in
            guard !state.isOver else { return (false, false) }
            samples.withUnsafeBufferPointer { state.waiting.append(contentsOf: $0) }
            let frames = state.waiting.count / traits.frameSamples
            guard frames <= traits.maxWaitingFrames else { return (false, true) }
            guard frames > 0, !state.isScheduled else { return (false, false) }
            state.isScheduled = true
            return (true, false)
        }
        if isFull { fail(.overloaded("vad")) }
        return isReady
    }

    /// As ``SpeechDetection/take(into:)``.
    package func take(into probabilities: inout [Float]) -> EngineError? {
        state.withLock { state in
            // Copied, not swapped: both buffers stay, and none is allocated per frame.
            probabilities.append(contentsOf: state.results)
            state.results.removeAll(keepingCapacity: true)
            state.hasNotified = false
            defer { state.failure = nil }
            return state.failure
        }
    }

    /// The call is over: nothing comes of what waits.
    package func cancel() {
        state.withLock { state in
            state.isOver = true
            state.waiting = []
            state.results = []
            state.failure = nil
        }
    }

    // MARK: The model's side

    /// Hands the next frame to `body`, which copies it.
    /// - Returns: whether there was one; the call is not scheduled any more when there was none.
    package func next(_ body: (ArraySlice<Int16>) -> Void) -> Bool {
        state.withLock { state in
            guard !state.isOver, state.waiting.count >= traits.frameSamples else {
                state.isScheduled = false
                return false
            }
            body(state.waiting[..<traits.frameSamples])
            state.waiting.removeFirst(traits.frameSamples)
            return true
        }
    }

    /// The frame is judged.
    /// - Returns: whether another one waits; the call stays scheduled then.
    package func accept(_ probability: Float) -> Bool {
        let (tells, goesOn) = state.withLock { state -> (Bool, Bool) in
            guard !state.isOver else {
                state.isScheduled = false
                return (false, false)
            }
            state.results.append(probability)
            state.isScheduled = state.waiting.count >= traits.frameSamples
            defer { state.hasNotified = true }
            return (!state.hasNotified, state.isScheduled)
        }
        if tells { notify() }
        return goesOn
    }

    /// Ends the detection; the session learns why.
    package func fail(_ error: EngineError) {
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
