extension Settings {
    /// How TOM tells when a caller speaks and when a turn is over.
    struct VoiceActivity: Sendable, Equatable {
        /// The file of Silero VAD; `nil`: the built-in detector.
        var sileroModel: String?
        /// Probability that begins speech, 0...1.
        var sileroThreshold: Float
        /// The file of smart-turn; `nil`: silence and words alone end a turn.
        var smartTurnModel: String?
        /// Probability above which a pause ends the turn, 0...1.
        var smartTurnThreshold: Double
        /// `nil`: where the system keeps libraries.
        var onnxRuntimeLibrary: String?
    }
}

extension Settings.VoiceActivity {
    init(_ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        sileroModel = Self.model(.vadModel, wantedBy: .vad, "silero", resolved, &problems)
        sileroThreshold = Float(resolved.integer(.vadThresholdPercent)) / 100
        smartTurnModel = Self.model(.turnEndModel, wantedBy: .turnEnd, "smart-turn", resolved, &problems)
        smartTurnThreshold = Double(resolved.integer(.turnEndThresholdPercent)) / 100
        onnxRuntimeLibrary = resolved.text(.onnxRuntimeLibrary).map(Settings.path)
    }

    /// The model file that the word `engine` of another setting asks for.
    private static func model(
        _ key: SettingKey, wantedBy chooser: SettingKey, _ engine: String, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) -> String? {
        guard resolved.text(chooser) == engine else { return nil }
        if let path = resolved.text(key) { return Settings.path(path) }
        problems.append(
            SettingProblem(
                key: key.name, source: resolved[key].source,
                reason: "is not set, and \(chooser.name)=\(engine) needs it", fix: key.meaning))
        return nil
    }
}
