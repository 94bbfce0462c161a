import TomEngines
import TomOnnx

/// Checks what tells when a caller speaks and when a turn is over.
struct VoiceActivityChecks {
    let settings: Settings.VoiceActivity

    func findings() -> [Finding] { [voiceActivity(), turnEnd()] }

    private func voiceActivity() -> Finding {
        guard let model = settings.sileroModel else { return .ok("vad", "built in") }
        do throws(EngineError) {
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "vad")
            _ = try SileroDetector(modelPath: model, runtime: runtime)
            return .ok("vad", "Silero, model \(model), \(Self.name(runtime))")
        } catch {
            return .failed("vad", error.message, fix: error.hint ?? "Set VAD=energy.")
        }
    }

    private func turnEnd() -> Finding {
        guard let model = settings.smartTurnModel else { return .ok("turn_end", "by silence and words") }
        do throws(EngineError) {
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "turn_end")
            _ = try SmartTurnJudge(modelPath: model, runtime: runtime)
            return .ok("turn_end", "smart-turn, model \(model), \(Self.name(runtime))")
        } catch {
            return .failed("turn_end", error.message, fix: error.hint ?? "Set TURN_END=off.")
        }
    }

    private static func name(_ runtime: OnnxRuntime) -> String {
        "ONNX Runtime \(runtime.version) (\(runtime.path))"
    }
}
