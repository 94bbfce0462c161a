/// Whose the settings of "the provider" are, which several engines understand.
///
/// `openai` has no others: where it is named they are its own. Without it they go to the one engine of the order that
/// understands them and has not been given a setting of its own. Where two would take one, neither does: what is right
/// for the one is wrong for the other.
struct ProviderClaims {
    private struct Claim {
        let engine: String
        /// The engine's own setting, which is not set.
        let own: SettingKey
        /// The one that it would take in its place.
        let common: SettingKey
    }

    private let resolved: ResolvedSettings
    private let claims: [Claim]

    /// Adds a problem for every setting that two engines would take.
    init(
        _ resolved: ResolvedSettings, stt: [String], llm: [String], tts: [String], _ problems: inout [SettingProblem]
    ) {
        self.resolved = resolved
        claims =
            Self.of(stt, Self.transcribers, resolved) + Self.of(tts, Self.synthesizers(resolved, llm: llm), resolved)
        var told: Set<String> = []
        for claim in claims where isContested(claim.own) && told.insert(claim.common.name).inserted {
            let rivals = claims.filter { $0.common == claim.common }
            problems.append(
                SettingProblem(
                    key: claim.common.name, source: resolved[claim.common].source,
                    reason: "\(rivals.map(\.engine).joined(separator: " and ")) would each take it",
                    fix: "Remove it, and set \(rivals.map(\.own.name).joined(separator: " and ")) as each needs."))
        }
    }

    /// The setting that counts for an engine's `own`: that itself, or the common one that the engine takes in its place.
    func key(_ own: SettingKey) -> SettingKey {
        guard !isContested(own) else { return own }
        return claims.first { $0.own == own }?.common ?? own
    }

    /// The value that counts for an engine's `own` setting.
    func text(_ own: SettingKey) -> String? { resolved.text(key(own)) }

    /// Whether `own` has no value only because another engine would take the same: that has been told of.
    func isContested(_ own: SettingKey) -> Bool {
        guard let claim = claims.first(where: { $0.own == own }) else { return false }
        return claims.count { $0.common == claim.common } > 1
    }

    private static func of(_ order: [String], _ all: [Claim], _ resolved: ResolvedSettings) -> [Claim] {
        guard !order.contains("openai") else { return [] }
        return all.filter {
            order.contains($0.engine) && resolved.text($0.own) == nil && resolved.text($0.common) != nil
        }
    }

    private static let transcribers = [
        Claim(engine: "deepgram", own: .sttDeepgramURL, common: .sttProviderURL),
        Claim(engine: "deepgram", own: .sttDeepgramKey, common: .sttProviderKey),
        Claim(engine: "deepgram", own: .sttDeepgramModel, common: .sttProviderModel),
        Claim(engine: "wyoming", own: .sttWyomingURL, common: .sttProviderURL),
        Claim(engine: "wyoming", own: .sttWyomingModel, common: .sttProviderModel),
    ]

    private static func synthesizers(_ resolved: ResolvedSettings, llm: [String]) -> [Claim] {
        var all = [Claim(engine: "wyoming", own: .ttsWyomingURL, common: .ttsProviderURL)]
        // The program has no address.
        if resolved.text(.ttsPiperPath) == nil {
            all.append(Claim(engine: "piper", own: .ttsPiperURL, common: .ttsProviderURL))
        }
        let isPath = resolved.text(.ttsVoice).map(SettingValue.isPath) == true
        // A speech model has no other setting for its voice either.
        if llm.contains(Settings.Engines.realtimeEngine), !isPath { return all }
        all.append(Claim(engine: "wyoming", own: .ttsWyomingVoice, common: .ttsVoice))
        all.append(Claim(engine: "piper", own: .ttsPiperVoice, common: .ttsVoice))
        if isPath { all.append(Claim(engine: Settings.Sherpa.name, own: .ttsModel, common: .ttsVoice)) }
        return all
    }
}
