extension Settings {
    /// What sherpa-onnx hears and speaks with.
    struct Sherpa: Sendable, Equatable {
        /// The name of the engine in an order.
        static let name = "sherpa-onnx"
        /// The short form of it.
        static let shortName = "sherpa"

        /// `nil`: searched.
        var library: String?
        var sttModel: String?
        /// `nil`: one per core.
        var sttThreads: Int?
        var ttsModel: String?
        var ttsSpeaker: Int
        var ttsThreads: Int?
    }
}

extension Settings.Sherpa {
    init(
        _ resolved: ResolvedSettings, sttOrder: [String], ttsOrder: [String], _ problems: inout [SettingProblem]
    ) {
        library = resolved.text(.sherpaLibrary).map(Settings.path)
        sttModel = resolved.text(.sttModel).map(Settings.path)
        sttThreads = resolved.optionalInteger(.sttSherpaThreads)
        let voice = resolved.text(.ttsVoice).flatMap { $0.contains("/") || $0.hasSuffix(".onnx") ? $0 : nil }
        ttsModel = (resolved.text(.ttsModel) ?? voice).map(Settings.path)
        ttsSpeaker = resolved.integer(.ttsSherpaSpeaker)
        ttsThreads = resolved.optionalInteger(.ttsSherpaThreads)
        for (key, order, model) in [(SettingKey.sttModel, sttOrder, sttModel), (.ttsModel, ttsOrder, ttsModel)]
        where order.contains(Self.name) && model == nil {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source,
                    reason: "is not set, and the engine sherpa-onnx needs it", fix: key.meaning))
        }
    }
}
