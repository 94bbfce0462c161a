public import TomEngines

/// Voice activity by sherpa-onnx in the process, with Silero VAD or TEN VAD.
///
/// The library only says whether there is speech, with a threshold of its own, and begins to at the second frame of it.
/// Each call has a detector of its own in it, all share a few threads. The model is tried in a process of its own before
/// it is loaded, because the library ends the process over what it does not like.
///
/// Failures: `vad.library_missing`, `vad.library_version`, `vad.model_missing`, `vad.model_unusable` at the start,
/// `vad.overloaded` and `vad.run_failed` of a single call.
public struct SherpaDetector: SpeechDetector {
    public var name: String { "sherpa-onnx" }
    public let traits: SpeechDetectorTraits
    /// Release and place of the library, and the model, for `tom doctor`.
    public let summary: String

    private let detectors: ActivityDetectors
    private let workers: WorkerThreads

    /// Audio of a call that may wait: a message of one second at once is allowed, and leaves room for what waited
    /// before it.
    private static let maximumWaitingSeconds = 2
    /// Calls that may wait for a thread, each once with its audio and once with its end.
    private static let maximumWaitingCalls = 2_000

    /// Tries the model in a process of its own, then loads it, on a thread of its own.
    /// - Parameter trial: how to run that process.
    /// - Throws: `vad.library_missing`, `vad.library_version`, `vad.model_missing`, `vad.model_unusable`.
    public init(
        configuration: SherpaDetectorConfiguration, trial: SherpaTrial.Program
    ) async throws(EngineError) {
        self = try await onThread { () throws(EngineError) in
            let model = try ActivityModel(path: configuration.model)
            let library = try SherpaLibrary(path: configuration.library, stage: .vad)
            try trial.run(.detector(configuration), stage: .vad, model: configuration.model, library: library)
            return try SherpaDetector(library, model, configuration)
        }
    }

    init(
        _ library: SherpaLibrary, _ model: ActivityModel, _ configuration: SherpaDetectorConfiguration
    ) throws(EngineError) {
        detectors = try ActivityDetectors(ActivityDetector.Source(library, model, configuration))
        workers = WorkerThreads(limit: max(1, configuration.threads), queueLimit: Self.maximumWaitingCalls)
        traits = SpeechDetectorTraits(
            frameSamples: model.frameSamples,
            maxWaitingFrames: Self.maximumWaitingSeconds * 16_000 / model.frameSamples + 1, onsetFrames: 2)
        summary = "sherpa-onnx \(library.version) (\(library.path)), \(model.kindName), model \(model.path)"
    }

    public func detect(notify: @escaping @Sendable () -> Void) -> any SpeechDetection {
        SherpaDetection(detectors: detectors, workers: workers, traits: traits, notify: notify)
    }
}
