import TomModels

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
        _ resolved: ResolvedSettings, sttOrder: [String], ttsOrder: [String], _ claims: ProviderClaims,
        _ problems: inout [SettingProblem]
    ) {
        library = resolved.text(.sherpaLibrary).map(Settings.path)
        sttModel = Self.model(.sttModel, .stt, wantedBy: sttOrder, claims, resolved, &problems)
        sttThreads = resolved.optionalInteger(.sttSherpaThreads)
        ttsModel = Self.model(.ttsModel, .tts, wantedBy: ttsOrder, claims, resolved, &problems)
        ttsSpeaker = resolved.integer(.ttsSherpaSpeaker)
        ttsThreads = resolved.optionalInteger(.ttsSherpaThreads)
    }

    /// The folder or file of a model; `nil` where no order asks for it.
    private static func model(
        _ key: SettingKey, _ kind: ModelManifest.Kind, wantedBy order: [String], _ claims: ProviderClaims,
        _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> String? {
        guard order.contains(name), !claims.isContested(key) else { return nil }
        if let path = resolved.model(claims.key(key), as: .folder(kind), &problems) { return path }
        problems.append(
            SettingProblem(
                key: key.name, source: resolved[key].source,
                reason: "is not set, and the engine sherpa-onnx needs it", fix: key.meaning))
        return nil
    }
}
