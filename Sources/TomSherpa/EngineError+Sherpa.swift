import TomEngines
import TomErrors

/// Which part of a call an engine of sherpa-onnx does: the beginning of its errors' codes.
enum SherpaStage: String, Sendable, Codable {
    case stt, tts, vad

    /// The setting that names the model.
    var setting: String { rawValue.uppercased() + "_MODEL" }
    /// What a model is called.
    var noun: String { self == .tts ? "voice" : "model" }
    /// What the setting has to be.
    var place: String {
        self == .vad
            ? "the file of Silero VAD (`silero_vad.onnx`) or TEN VAD" : "the folder of a \(noun) for sherpa-onnx"
    }
}

extension EngineError {
    static func libraryMissing(_ stage: SherpaStage, tried: String, reason: String) -> EngineError {
        EngineError(
            code: "\(stage).library_missing", message: "sherpa-onnx's library cannot be loaded (\(tried)): \(reason)",
            hint:
                "Install it with `pip install sherpa-onnx-core==\(SherpaVersion.newest)` and set SHERPA_ONNX_LIBRARY to the "
                + "path of libsherpa-onnx-c-api.so.", category: .server)
    }

    static func libraryVersion(_ stage: SherpaStage, path: String, found: String) -> EngineError {
        EngineError(
            code: "\(stage).library_version",
            message: "\(path) is sherpa-onnx \(found), and TOM knows the layout of "
                + "\(SherpaVersion.supported.joined(separator: " and ")) only.",
            hint: "Install one of these: `pip install sherpa-onnx-core==\(SherpaVersion.newest)`.", category: .server)
    }

    static func modelMissing(_ stage: SherpaStage, _ path: String) -> EngineError {
        EngineError(
            code: "\(stage).model_missing",
            message: "there is no \(stage.noun) at \(path), or this user may not read it.",
            hint: "Set \(stage.setting) to \(stage.place).", category: .server)
    }

    static func modelUnusable(_ stage: SherpaStage, _ path: String, _ reason: String) -> EngineError {
        EngineError(
            code: "\(stage).model_unusable", message: "\(path): \(reason)",
            hint: "Fetch the \(stage.noun) again, or set \(stage.setting) to another.", category: .server)
    }

    static func trialFailed(_ stage: SherpaStage, _ path: String, _ reason: String) -> EngineError {
        EngineError(
            code: "\(stage).model_unusable",
            message: "\(path): a trial of the \(stage.noun) in a process of its own failed: \(reason)",
            hint: "Fetch the \(stage.noun) again, or set \(stage.setting) to another.", category: .server)
    }

    static func sherpaBusy(_ stage: SherpaStage, waiting: Int) -> EngineError {
        let what = stage == .stt ? "turns are heard or wait" : "sentences wait"
        return EngineError(
            code: "\(stage).busy", message: "\(waiting) \(what) for sherpa-onnx already.",
            hint: "Allow more threads, or fewer calls.", category: .rateLimit)
    }

    static func sherpaLanguage(_ language: String) -> EngineError {
        EngineError(
            code: "stt.language",
            message: "the model of sherpa-onnx does not know the language \(language.prefix(12)).",
            hint: "Set STT_MODEL to a model that does.", category: .invalidRequest)
    }

    static var sherpaDecoding: EngineError {
        EngineError(
            code: "stt.decoder_failed", message: "sherpa-onnx could not decode a turn.", hint: nil, category: .server)
    }

    static func sherpaTimeout(_ timeout: Duration) -> EngineError {
        EngineError(
            code: "tts.timeout", message: "sherpa-onnx did not finish a sentence within \(timeout).",
            hint: "Use a smaller voice, or raise TTS_TIMEOUT_MS.", category: .timeout)
    }

    static func sherpaBadAudio(_ reason: String) -> EngineError {
        EngineError(
            code: "tts.bad_audio", message: "the voice made no usable audio: \(reason).",
            hint: "Check the voice with `tom doctor`, or set TTS_MODEL to another.", category: .server)
    }

    static func spellingFailed(voice: String, reason: String) -> EngineError {
        EngineError(
            code: "tts.phonemes",
            message: "eSpeak NG did not say how a sentence sounds (voice \(voice.prefix(40))): \(reason).",
            hint: "Check that `espeak-ng --voices` lists the voice.", category: .server)
    }
}

extension SherpaStage: CustomStringConvertible {
    var description: String { rawValue }
}
