extension Settings.Engines {
    static let deepgramURL = "https://api.deepgram.com"

    /// Where Deepgram is; `nil` when no order asks for it.
    ///
    /// What is set for "the provider" is Deepgram's as long as no other engine of the order has a claim to it.
    static func deepgram(
        _ order: [String], _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Provider? {
        guard order.contains("deepgram") else { return nil }
        let sharesProvider = order.contains("openai")
        func text(_ own: SettingKey, _ common: SettingKey) -> String? {
            resolved.text(own) ?? (sharesProvider ? nil : resolved.text(common))
        }
        let url = text(.sttDeepgramURL, .sttProviderURL) ?? deepgramURL
        let key = text(.sttDeepgramKey, .sttProviderKey)
        if key == nil, url == deepgramURL {
            problems.append(
                SettingProblem(
                    key: SettingKey.sttDeepgramKey.name, source: resolved[.sttDeepgramKey].source,
                    reason: "is not set, and \(deepgramURL) asks for a key",
                    fix: "Set STT_DEEPGRAM_KEY, or STT_DEEPGRAM_URL to a server of your own."))
        }
        return Settings.Provider(
            url: url, key: key.map(Secret.init(value:)),
            model: text(.sttDeepgramModel, .sttProviderModel) ?? "nova-3")
    }
}
