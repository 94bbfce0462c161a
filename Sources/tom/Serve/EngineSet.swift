import Logging
import TomAudio
import TomConversation
import TomEngines
import TomSession

/// The engines the settings ask for, made once and shared by all calls.
struct EngineSet {
    private let settings: Settings.Engines
    private let synthesizer: (any SpeechSynthesizer)?
    private let transcribers: [String: any Transcriber]

    init(_ settings: Settings.Engines, agents: [Agent], logger: Logger) throws {
        self.settings = settings
        synthesizer = try Self.synthesizer(settings)
        transcribers = try Self.transcribers(settings, agents)
    }

    func engines(for agent: Agent) -> CallEngines {
        CallEngines(transcriber: transcribers[agent.id], languageModel: model(agent), synthesizer: synthesizer)
    }

    /// What the operator should know before the first call.
    func warnings(for agent: Agent) -> [String] {
        guard settings.stt == .local, transcribers[agent.id] == nil else { return [] }
        return [
            """
            the built-in speech recogniser has no model for “\(agent.language)”, the language of agent \(agent.id): callers can \
            type and press keys but are not understood when they speak. Set REALTIME_STT=off to silence this, or \
            use an agent in English.
            """
        ]
    }

    private func model(_ agent: Agent) -> (any LanguageModel)? {
        switch settings.llm {
        case .off: nil
        case .mock: MockLanguageModel(delay: settings.mock.llmDelay)
        case .local: Receptionist(agent: agent)
        }
    }

    private static func synthesizer(_ settings: Settings.Engines) throws -> (any SpeechSynthesizer)? {
        switch settings.tts {
        case .off: nil
        case .mock: MockSynthesizer(durationMs: Int(settings.mock.audio.milliseconds), delay: settings.mock.ttsDelay)
        case .local: nil
        }
    }

    private static func transcribers(_ settings: Settings.Engines, _ agents: [Agent]) throws -> [String: any Transcriber] {
        switch settings.stt {
        case .off: return [:]
        case .mock:
            let mock = MockTranscriber(delay: settings.mock.sttDelay)
            return Dictionary(uniqueKeysWithValues: agents.map { ($0.id, mock) })
        case .local: return [:]
        }
    }
}
