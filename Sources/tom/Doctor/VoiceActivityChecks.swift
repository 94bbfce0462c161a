import TomEngines
import TomOnnx
import TomSherpa

/// Checks what tells when a caller speaks and when a turn is over.
struct VoiceActivityChecks {
    let engines: Settings.Engines
    private var settings: Settings.VoiceActivity { engines.voiceActivity }

    func findings() async -> [Finding] { [await voiceActivity(), turnEnd()] }

    private func voiceActivity() async -> Finding {
        do throws(EngineError) {
            switch settings.detector {
            case .builtIn: return .ok("vad", "built in")
            case .silero(let model):
                let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "vad")
                _ = try SileroDetector(modelPath: model, runtime: runtime)
                return .ok("vad", "Silero, model \(model), \(Self.name(runtime))")
            case .sherpa(let model): return .ok("vad", try await SherpaEngines.detector(model, engines).summary)
            }
        } catch {
            return .failed("vad", error.message, fix: error.hint ?? "Set VAD=energy.", code: error.code)
        }
    }

    private func turnEnd() -> Finding {
        guard let model = settings.smartTurnModel else { return .ok("turn_end", "by silence and words") }
        do throws(EngineError) {
            let runtime = try OnnxRuntime(path: settings.onnxRuntimeLibrary, stage: "turn_end")
            _ = try SmartTurnJudge(modelPath: model, runtime: runtime)
            return .ok("turn_end", "smart-turn, model \(model), \(Self.name(runtime))")
        } catch {
            return .failed("turn_end", error.message, fix: error.hint ?? "Set TURN_END=off.", code: error.code)
        }
    }

    private static func name(_ runtime: OnnxRuntime) -> String {
        "ONNX Runtime \(runtime.version) (\(runtime.path))"
    }
}
