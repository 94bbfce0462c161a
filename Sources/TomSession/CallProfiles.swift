/// The agents of a server, and which of them serves what is asked for.
struct CallProfiles: Sendable {
    private let profiles: [String: CallProfile]
    private let defaultAgent: String

    /// - Parameters:
    ///   - profiles: one per agent; ids are unique.
    ///   - defaultAgent: id of one of them.
    init(_ profiles: [CallProfile], defaultAgent: String) {
        self.profiles = Dictionary(uniqueKeysWithValues: profiles.map { ($0.agentID, $0) })
        self.defaultAgent = defaultAgent
        precondition(
            self.profiles[defaultAgent] != nil, "the default agent \(defaultAgent) is not among the profiles")
    }

    /// The agent that answers when none is asked for.
    var standard: CallProfile { profiles[defaultAgent]! }
    var all: [CallProfile] { ids.compactMap { profiles[$0] } }
    /// Of all agents, the standard one first.
    var ids: [String] { [defaultAgent] + profiles.keys.filter { $0 != defaultAgent }.sorted() }

    /// - Parameters:
    ///   - agent: an agent's id; `nil`: the standard one, or the first that speaks the language.
    ///   - language: BCP 47; `nil`: the agent's own.
    /// - Throws: `session.unknown_agent`, `session.unsupported_language`.
    func profile(agent: String?, language: String?) throws(SessionError) -> CallProfile {
        if let agent {
            guard let profile = profiles[agent] else { throw .unknownAgent(agent, known: profiles.keys.sorted()) }
            if let language, !Self.speaks(profile, language) {
                throw .unsupportedLanguage(language, agent: profile.agentID)
            }
            return profile
        }
        guard let language, !Self.speaks(standard, language) else { return standard }
        let other = profiles.values.filter { Self.speaks($0, language) }.min { $0.agentID < $1.agentID }
        guard let other else { throw .unsupportedLanguage(language, agent: defaultAgent) }
        return other
    }

    /// `en-GB` is served by an agent that speaks `en`.
    private static func speaks(_ profile: CallProfile, _ language: String) -> Bool {
        language.lowercased().split(separator: "-").first == profile.language.lowercased().split(separator: "-").first
    }
}
