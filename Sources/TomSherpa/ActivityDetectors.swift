import Synchronization
import TomEngines

/// Loaded detectors for calls to come: those of calls that have ended, up to a few.
final class ActivityDetectors: Sendable {
    let source: ActivityDetector.Source
    private let idle: Mutex<[ActivityDetector]>

    /// Detectors that are kept while no call has them, each of about 8 MB.
    private static let maximumIdle = 8

    /// Loads the first one.
    /// - Throws: `vad.model_unusable`.
    init(_ source: ActivityDetector.Source) throws(EngineError) {
        guard let first = ActivityDetector(source) else {
            throw .modelUnusable(.vad, source.model.path, "sherpa-onnx does not take it.")
        }
        self.source = source
        idle = Mutex([first])
    }

    /// One that has heard nothing; blocks while it is loaded.
    /// - Returns: `nil` when the library refuses.
    func take() -> ActivityDetector? { idle.withLock { $0.popLast() } ?? ActivityDetector(source) }

    /// Takes one back from a call that has ended.
    func giveBack(_ detector: ActivityDetector) {
        detector.reset()
        idle.withLock { if $0.count < Self.maximumIdle { $0.append(detector) } }
    }
}
