import TomEngines
import TomOnnx

/// The models that tell when a caller speaks and when a turn is over: made once, proved to work, shared by all calls.
struct ListeningModels {
    /// `nil`: the built-in detector.
    private(set) var speechDetector: (any SpeechDetector)?
    /// `nil`: silence and words alone end a turn.
    private(set) var turnEndJudge: (any TurnEndJudge)?

    /// - Throws: `EngineError` when a library or a model that is asked for cannot be used.
    init(_ engines: Settings.Engines) async throws(EngineError) {
        let settings = engines.voiceActivity
        switch settings.detector {
        case .builtIn: break
        case .silero(let model):
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "vad")
            speechDetector = try SileroDetector(modelPath: model, runtime: runtime)
        case .sherpa(let model): speechDetector = try await SherpaEngines.detector(model, engines)
        }
        if let model = settings.smartTurnModel {
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "turn_end")
            turnEndJudge = try SmartTurnJudge(
                modelPath: model, runtime: runtime, threshold: settings.smartTurnThreshold)
        }
    }
}
