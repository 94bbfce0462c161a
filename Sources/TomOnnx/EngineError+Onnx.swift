import TomEngines
import TomErrors

/// `stage` is `vad` or `turn_end` everywhere.
extension EngineError {
    static func libraryMissing(_ stage: String, tried: [String]) -> EngineError {
        EngineError(
            code: "\(stage).library_missing",
            message: "ONNX Runtime is not installed: none of \(tried.joined(separator: ", ")) can be loaded.",
            hint: "Install it (`pip install onnxruntime` carries it as capi/libonnxruntime.so.*) and set "
                + "ONNXRUNTIME_LIBRARY to the file.",
            category: .server)
    }

    static func libraryUnusable(_ stage: String, path: String, why: String) -> EngineError {
        EngineError(
            code: "\(stage).library_unusable", message: "\(path) is no ONNX Runtime that TOM can use: \(why).",
            hint: "Set ONNXRUNTIME_LIBRARY to the libonnxruntime.so of ONNX Runtime 1.16 or later.", category: .server)
    }

    static func modelMissing(_ stage: String, path: String) -> EngineError {
        EngineError(
            code: "\(stage).model_missing", message: "the model \(path) cannot be read.",
            hint: "Set \(modelKey(stage)) to the path of a readable .onnx file.", category: .server)
    }

    static func modelUnusable(_ stage: String, path: String, why: String) -> EngineError {
        EngineError(
            code: "\(stage).model_unusable", message: "the model \(path) cannot be used: \(why).",
            hint: "Set \(modelKey(stage)) to \(stage == "vad" ? "Silero VAD v5" : "smart-turn v3") as an .onnx file.",
            category: .server)
    }

    private static func modelKey(_ stage: String) -> String { stage == "vad" ? "VAD_MODEL" : "TURN_END_MODEL" }
}
