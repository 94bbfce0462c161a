import TomProviders

extension Settings.Engines {
    static let realtimeEngine = "openai-realtime"

    /// Where the Realtime API is; `nil` when no order asks for it.
    ///
    /// The engine hears, answers and speaks: an engine of another stage beside it is a contradiction, except for the
    /// voice, which says TOM's own sentences.
    static func realtime(
        _ order: [String], _ stt: Settings.EngineChoice, _ tts: Settings.EngineChoice, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) -> Settings.Provider? {
        guard order.contains(realtimeEngine) else { return nil }
        func object(_ key: SettingKey, _ reason: String, _ fix: String) {
            problems.append(SettingProblem(key: key.name, source: resolved[key].source, reason: reason, fix: fix))
        }
        if order.count > 1 {
            object(
                .llmEngine,
                "names other engines beside \(realtimeEngine), which hears and speaks by itself",
                "Set LLM_ENGINE=\(realtimeEngine) alone.")
        }
        if stt != .local {
            object(
                .stt, "is set to \(stt.rawValue), and LLM_ENGINE=\(realtimeEngine) hears callers by itself",
                "Leave REALTIME_STT out, or set REALTIME_STT=local.")
        }
        if tts == .off {
            object(
                .tts, "is off, and LLM_ENGINE=\(realtimeEngine) needs a voice for TOM's own sentences",
                "Leave REALTIME_TTS out, or set REALTIME_TTS=local.")
        }
        // The engine openai in the same order has asked for them already.
        for key in [SettingKey.llmProviderURL, .llmModel]
        where resolved.text(key) == nil && !problems.contains(where: { $0.key == key.name }) {
            object(key, "is not set, and the engine \(realtimeEngine) needs it", key.meaning)
        }
        if let voice = resolved.text(.ttsVoice), SettingValue.isPath(voice) {
            object(
                .ttsVoice, "“\(voice)” is a path, and \(realtimeEngine) speaks with a voice that its provider names",
                "Set TTS_VOICE to such a name or remove it; a path goes into TTS_PIPER_VOICE or TTS_MODEL.")
        }
        guard let url = resolved.text(.llmProviderURL), let model = resolved.text(.llmModel) else { return nil }
        return Settings.Provider(
            url: url, key: resolved.text(.llmProviderKey).map(Secret.init(value:)), model: model,
            names: .realtime)
    }
}
