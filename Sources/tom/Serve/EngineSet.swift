import Logging
import Metrics
import TomConversation
import TomEngines
import TomPocketSphinx
import TomSession

/// The engines the settings ask for, made once and shared by all calls.
struct EngineSet {
    private let settings: Settings.Engines
    private let synthesizer: (any SpeechSynthesizer)?
    private let transcribers: [String: any Transcriber]

    /// - Throws: `EngineError` when an engine that is asked for cannot work: its model is missing, its grammar unusable.
    init(_ settings: Settings.Engines, agents: [Agent], logger: Logger) async throws {
        self.settings = settings
        synthesizer = try await Self.synthesizer(settings, agents)
        transcribers = try await Self.transcribers(settings, agents, logger)
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

    private static func synthesizer(
        _ settings: Settings.Engines, _ agents: [Agent]
    ) async throws -> (any SpeechSynthesizer)? {
        switch settings.tts {
        case .off: return nil
        case .mock:
            return MockSynthesizer(
                durationMs: Int(settings.mock.audio.milliseconds), delay: settings.mock.ttsDelay)
        case .local:
            let espeak = EspeakSynthesizer(configuration: espeak(settings))
            for agent in agents { try await espeak.check(language: agent.language, voice: agent.voice) }
            return espeak
        }
    }

    static func espeak(_ settings: Settings.Engines) -> EspeakConfiguration {
        var configuration = EspeakConfiguration()
        configuration.executable = settings.espeakPath
        configuration.timeout = settings.ttsTimeout
        return configuration
    }

    private static func transcribers(
        _ settings: Settings.Engines, _ agents: [Agent], _ logger: Logger
    ) async throws -> [String: any Transcriber] {
        var transcribers: [String: any Transcriber] = [:]
        let dropped = Counter(label: "tom_queue_dropped_total", dimensions: [("queue", "stt_audio")])
        for agent in agents {
            switch settings.stt {
            case .off: break
            case .mock: transcribers[agent.id] = MockTranscriber(delay: settings.mock.sttDelay)
            case .local where agent.language == "en":
                let transcriber = try await pocketSphinx(agent, settings) { dropped.increment(by: $0) }
                warn(of: transcriber, agent, logger)
                transcribers[agent.id] = transcriber
            case .local: break
            }
        }
        return transcribers
    }

    /// The recogniser of `agent`, proved to work.
    /// - Throws: `EngineError` when its model or grammar cannot be used.
    static func pocketSphinx(
        _ agent: Agent, _ settings: Settings.Engines, onDroppedAudio: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(EngineError) -> PocketSphinxTranscriber {
        var configuration = PocketSphinxConfiguration()
        configuration.modelPath = settings.pocketSphinxModelDir + "/en-us"
        configuration.dictionaryPath = settings.pocketSphinxModelDir + "/cmudict-en-us.dict"
        configuration.maximumDecoders = settings.pocketSphinxMaxDecoders
        let transcriber = try PocketSphinxTranscriber(
            configuration: configuration, grammars: SpeechGrammar.grammars(for: agent), onDroppedAudio: onDroppedAudio)
        try await transcriber.prepare()
        return transcriber
    }

    private static func warn(of transcriber: PocketSphinxTranscriber, _ agent: Agent, _ logger: Logger) {
        for (expectation, phrases) in transcriber.droppedPhrases where !phrases.isEmpty {
            logger.warning(
                "phrases of the agent are not in the recogniser's dictionary",
                metadata: [
                    "agent.id": "\(agent.id)", "expectation": "\(expectation.rawValue)", "phrases": "\(phrases.count)",
                ])
        }
    }
}
