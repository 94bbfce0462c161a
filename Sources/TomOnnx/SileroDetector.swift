import Foundation
public import TomEngines

/// Silero VAD v5, batched across calls.
public final class SileroDetector: SpeechDetector {
    public let name = "silero"
    public let traits = SpeechDetectorTraits(
        frameSamples: SileroFrame.samples, maxWaitingFrames: SileroDetector.maxWaitingFrames)
    /// Two seconds: a message of one second at once is allowed, and leaves room for what waited before it.
    static let maxWaitingFrames = 64
    /// Frames of one run: 64 take 3.5 ms on one core of 2023, and larger batches make a frame hardly cheaper.
    static let maxBatch = 64

    private let scheduler: SileroScheduler

    /// Loads the model and proves it.
    /// - Parameter threads: runs at one time, 1 or more; one carries hundreds of calls. `nil`: one for every two cores.
    /// - Throws: `vad.model_missing`, `vad.model_unusable`.
    public init(modelPath: String, runtime: OnnxRuntime, threads: Int? = nil) throws(EngineError) {
        scheduler = SileroScheduler(
            model: try SileroModel(path: modelPath, runtime: runtime), maxBatch: Self.maxBatch,
            threads: threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2))
    }

    public func detect(notify: @escaping @Sendable () -> Void) -> any SpeechDetection {
        SileroDetection(scheduler: scheduler, traits: traits, notify: notify)
    }
}
