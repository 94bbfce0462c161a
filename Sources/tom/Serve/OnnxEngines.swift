import TomEngines
import TomOnnx

/// The models that tell when a caller speaks and when a turn is over: made once, proved to work, shared by all calls.
struct OnnxEngines {
    /// `nil`: the built-in detector.
    private(set) var speechDetector: (any SpeechDetector)?
    /// `nil`: silence and words alone end a turn.
    private(set) var turnEndJudge: (any TurnEndJudge)?

    /// - Throws: `EngineError` when ONNX Runtime or a model that is asked for cannot be used.
    init(_ settings: Settings.VoiceActivity) throws(EngineError) {
        if let model = settings.sileroModel {
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "vad")
            speechDetector = try SileroDetector(modelPath: model, runtime: runtime)
        }
        if let model = settings.smartTurnModel {
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "turn_end")
            turnEndJudge = try SmartTurnJudge(
                modelPath: model, runtime: runtime, threshold: settings.smartTurnThreshold)
        }
    }
}
