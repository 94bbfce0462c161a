/// What a key of the API opens.
public enum APIScope: String, Sendable, Codable, CaseIterable {
    /// Sessions at `/v1/realtime`.
    case realtime
    /// Ephemeral secrets for sessions of others.
    case clientSecrets = "client_secrets"
    /// `/v1/audio/speech` and `/v1/audio/transcriptions`.
    case speech
    /// `/v1/models`.
    case models
    /// The operator's API: live and ended calls, messages taken. It shows what callers said, so `all` leaves it out.
    case `operator`

    /// The word for every scope of OpenAI's API.
    public static let all = "all"

    /// Reads `realtime,speech`, or `all` for every scope but `operator`.
    /// - Returns: the scopes in the order of ``allCases``, each once; `nil` when a word is none of them, or there is none.
    public static func list(_ text: String) -> [APIScope]? {
        var found = Set<APIScope>()
        for word in text.split(separator: ",").map({ $0.drop(while: \.isWhitespace) }) {
            if word == Self.all {
                found.formUnion(allCases.filter { $0 != .operator })
            } else if let scope = APIScope(rawValue: String(word)) {
                found.insert(scope)
            } else {
                return nil
            }
        }
        return found.isEmpty ? nil : allCases.filter(found.contains)
    }
}
