import TomModels

extension Settings {
    /// How TOM tells when a caller speaks and when a turn is over.
    struct VoiceActivity: Sendable, Equatable {
        var detector: Detector
        /// Probability that begins speech to a model, 0...1.
        var threshold: Float
        /// The file of smart-turn; `nil`: silence and words alone end a turn.
        var smartTurnModel: String?
        /// Probability above which a pause ends the turn, 0...1.
        var smartTurnThreshold: Double
        /// `nil`: where the system keeps libraries.
        var onnxRuntimeLibrary: String?

        /// What tells speech from silence, with the file of its model.
        enum Detector: Sendable, Equatable {
            case builtIn
            /// Silero VAD on ONNX Runtime.
            case silero(String)
            /// Silero VAD or TEN VAD in sherpa-onnx.
            case sherpa(String)
        }
    }
}

extension Settings.VoiceActivity {
    init(_ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        detector = Self.detector(resolved, &problems)
        threshold = Float(resolved.integer(.vadThresholdPercent)) / 100
        smartTurnModel = Self.model(.turnEndModel, wantedBy: .turnEnd, "smart-turn", resolved, &problems)
        smartTurnThreshold = Double(resolved.integer(.turnEndThresholdPercent)) / 100
        onnxRuntimeLibrary = resolved.text(.onnxRuntimeLibrary).map(Settings.path)
    }

    private static func detector(
        _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.VoiceActivity.Detector {
        if let model = model(.vadModel, wantedBy: .vad, "silero", resolved, &problems) { return .silero(model) }
        for name in [Settings.Sherpa.name, Settings.Sherpa.shortName] {
            if let model = model(.vadModel, wantedBy: .vad, name, resolved, &problems) { return .sherpa(model) }
        }
        return .builtIn
    }

    /// The model file that the word `engine` of another setting asks for.
    private static func model(
        _ key: SettingKey, wantedBy chooser: SettingKey, _ engine: String, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) -> String? {
        guard resolved.text(chooser) == engine else { return nil }
        if let path = resolved.model(key, as: .file(key == .vadModel ? .vad : .turn), &problems) { return path }
        problems.append(
            SettingProblem(
                key: key.name, source: resolved[key].source,
                reason: "is not set, and \(chooser.name)=\(engine) needs it", fix: key.meaning))
        return nil
    }
}
