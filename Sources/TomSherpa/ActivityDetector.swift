import CSherpaOnnx
import TomEngines

/// sherpa-onnx's voice activity detector, loaded for one call: it keeps what the model remembers of the caller in it,
/// and cannot judge two calls in one run.
///
/// Unchecked because one thread at a time has it.
final class ActivityDetector: @unchecked Sendable {
    private let library: SherpaLibrary
    private let handle: UnsafeRawPointer
    private let contextSamples: Int

    /// What detectors are loaded from.
    struct Source: Sendable {
        let library: SherpaLibrary
        let model: ActivityModel
        let copy: ModelCopy
        /// Probability that begins speech.
        let threshold: Float

        /// - Throws: `vad.model_missing`, `vad.model_unusable`.
        init(
            _ library: SherpaLibrary, _ model: ActivityModel, _ configuration: SherpaDetectorConfiguration
        ) throws(EngineError) {
            self.library = library
            self.model = model
            copy = try ModelCopy(of: model.path)
            threshold = configuration.threshold
        }
    }

    /// Loads the model, which takes tens of milliseconds.
    /// - Returns: `nil` when the library does not take it.
    init?(_ source: Source) {
        let strings = CStrings()
        var part = tom_sherpa_vad_model()
        part.model = strings(source.copy.path)
        // The library goes on 0.15 below, with TEN VAD without a floor: speech would never end.
        part.threshold = source.model.kind == .ten ? max(source.threshold, 0.2) : source.threshold
        // Less than a sample: how long speech and silence have to last is judged once, by who reads the judgements.
        part.min_silence = 1e-6
        part.min_speech = 1e-6
        part.window = Int32(source.model.frameSamples)
        // Beyond this it would raise the threshold; what goes on is flushed long before.
        part.max_speech = 1_000
        var config = tom_sherpa_vad_config()
        if source.model.kind == .ten { config.ten = part } else { config.silero = part }
        config.sample_rate = 16_000
        // Calls are what is done in parallel, not the steps of one.
        config.num_threads = 1
        config.provider = strings("cpu")
        guard let handle = source.library.voiceActivity.create(&config, Self.bufferSeconds) else { return nil }
        library = source.library
        self.handle = handle
        contextSamples = source.model.contextSamples
        withExtendedLifetime(strings) {}
        begin()
    }

    deinit { library.voiceActivity.destroy(handle) }

    /// Whether the caller speaks.
    /// - Parameter frame: the next ``ActivityModel/frameSamples`` samples, within 1.
    func isSpeech(_ frame: [Float]) -> Bool {
        let functions = library.voiceActivity
        accept(frame)
        guard functions.detected(handle) != 0 else { return false }
        // It collects the speech it hears and copies all of it for every frame; nobody wants it here.
        functions.flush(handle)
        functions.clear(handle)
        return true
    }

    /// Forgets the call, so that another may have it.
    func reset() {
        library.voiceActivity.reset(handle)
        begin()
    }

    /// Silence in front of the call, so that frames end where the caller's do.
    private func begin() { accept([Float](repeating: 0, count: contextSamples)) }

    private func accept(_ samples: [Float]) {
        guard !samples.isEmpty else { return }
        samples.withUnsafeBufferPointer {
            library.voiceActivity.accept(handle, $0.baseAddress, Int32($0.count))
        }
    }

    /// What it may collect before it is flushed: some frames.
    private static let bufferSeconds: Float = 1
}
