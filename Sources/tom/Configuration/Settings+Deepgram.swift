import TomProviders

extension Settings.Engines {
    static let deepgramURL = "https://api.deepgram.com"

    /// Where Deepgram is; `nil` when no order asks for it.
    static func deepgram(
        _ order: [String], _ claims: ProviderClaims, _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Provider? {
        guard order.contains("deepgram") else { return nil }
        let url = claims.text(.sttDeepgramURL) ?? deepgramURL
        let key = claims.text(.sttDeepgramKey)
        if key == nil, url == deepgramURL {
            problems.append(
                SettingProblem(
                    key: SettingKey.sttDeepgramKey.name, source: resolved[.sttDeepgramKey].source,
                    reason: "is not set, and \(deepgramURL) asks for a key",
                    fix: "Set STT_DEEPGRAM_KEY, or STT_DEEPGRAM_URL to a server of your own."))
        }
        return Settings.Provider(
            url: url, key: key.map(Secret.init(value:)),
            model: claims.text(.sttDeepgramModel) ?? "nova-3",
            names: .deepgram(
                url: claims.key(.sttDeepgramURL).name, key: claims.key(.sttDeepgramKey).name,
                model: claims.key(.sttDeepgramModel).name))
    }
}
