import TomEngines

/// The detection of one call: its audio on the way to the model, and what the model remembers of it.
final class SileroDetection: SpeechDetection {
    private let queue: DetectionQueue
    private let scheduler: SileroScheduler
    private let memory = SileroMemory()

    init(scheduler: SileroScheduler, traits: SpeechDetectorTraits, notify: @escaping @Sendable () -> Void) {
        queue = DetectionQueue(traits, notify: notify)
        self.scheduler = scheduler
    }

    // MARK: The session's side

    func append(_ samples: Span<Int16>) {
        if queue.append(samples) { scheduler.enqueue(self) }
    }

    func take(into probabilities: inout [Float]) -> EngineError? { queue.take(into: &probabilities) }

    func cancel() { queue.cancel() }

    // MARK: The scheduler's side

    /// Puts the call's next frame into a batch.
    /// - Returns: whether there was one.
    func contribute(to batch: SileroBatch) -> Bool { queue.next { batch.append(memory, frame: $0) } }

    /// The frame is judged.
    /// - Returns: whether another one waits; the call stays scheduled then.
    func accept(_ probability: Float) -> Bool {
        guard probability.isFinite else {
            fail(.runFailed("vad", why: "what it makes of a frame is no number"))
            return false
        }
        return queue.accept(probability)
    }

    /// Ends the detection; the session learns why.
    func fail(_ error: EngineError) { queue.fail(error) }
}
