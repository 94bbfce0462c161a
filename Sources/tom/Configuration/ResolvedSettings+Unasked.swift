extension ResolvedSettings {
    /// Settings that name an engine or a model, where the setting that chooses asks for none: easily taken for a choice
    /// that is in force.
    var unasked: [SettingProblem] {
        let engines: [(SettingKey, SettingKey)] = [(.sttEngine, .stt), (.llmEngine, .llm), (.ttsEngine, .tts)]
        let models: [(SettingKey, SettingKey)] = [(.vadModel, .vad), (.turnEndModel, .turnEnd)]
        let idle =
            engines.filter { text($1) != Settings.EngineChoice.provider.rawValue }
            + models.filter { text($1) == $1.standard }
        return idle.compactMap { key, chooser in
            guard text(key) != nil, let choice = text(chooser) else { return nil }
            return SettingProblem(
                key: key.name, source: self[key].source,
                reason: "is set, and \(chooser.name)=\(choice) does not ask for it",
                fix: "Set \(chooser.name) to what does, or remove \(key.name).")
        }
    }
}
