import Logging
import Metrics
import TomConversation
import TomEngines
import TomPocketSphinx
import TomProviders
import TomSession
import TomSherpa

/// The engines the settings ask for, made once and shared by all calls.
struct EngineSet {
    private let settings: Settings.Engines
    private let logger: Logger
    private let providers: ProviderSet
    /// One for all agents: its model is large.
    private var sherpa: SherpaTranscriber?
    private var engines: [String: CallEngines] = [:]
    /// By stage and name, of the engines that all agents share.
    private let breakers: [String: SharedCircuitBreaker]
    /// Says TOM's own sentences at the start. It has circuit breakers of its own: an engine that comes up a little later than TOM
    /// is not left alone by the calls.
    private(set) var beforehand: (any SpeechSynthesizer)?

    /// - Throws: `EngineError` when an engine that is asked for cannot work: its model is missing, its grammar unusable, its
    ///   address not allowed.
    init(_ settings: Settings.Engines, agents: [Agent], logger: Logger) async throws {
        self.settings = settings
        self.logger = logger
        providers = ProviderSet(settings)
        breakers = Self.breakers(settings)
        do {
            let voices = try await synthesizers(for: agents)
            let synthesizer = inOrder(voices, onOpened: opened("tts"))
            beforehand = inOrder(voices, onOpened: { _, _ in })
            if settings.sttOrder.contains(Settings.Sherpa.name) {
                sherpa = try await SherpaEngines.transcriber(settings, agents: agents)
            }
            let models = try await ListeningModels(settings)
            for agent in agents {
                if let provider = settings.realtime {
                    let model = try await providers.realtime(provider, agent: agent)
                    var speaking = CallEngines(synthesizer: synthesizer, speechModel: model)
                    speaking.speechDetector = models.speechDetector
                    speaking.turnEndJudge = models.turnEndJudge
                    engines[agent.id] = speaking
                    continue
                }
                engines[agent.id] = CallEngines(
                    transcriber: try await transcriber(for: agent), languageModel: try await model(for: agent),
                    synthesizer: synthesizer, speechDetector: models.speechDetector, turnEndJudge: models.turnEndJudge)
            }
        } catch {
            await providers.shutdown()
            throw error
        }
    }

    func engines(for agent: Agent) -> CallEngines {
        engines[agent.id] ?? CallEngines(transcriber: nil, languageModel: nil, synthesizer: nil)
    }

    /// Closes the connections to providers, and ends the programs that stay.
    func shutdown() async { await providers.shutdown() }

    /// What the operator should know before the first call.
    func warnings(for agent: Agent) -> [String] {
        guard settings.stt != .off, settings.realtime == nil, engines[agent.id]?.transcriber == nil else { return [] }
        return [
            """
            no speech recogniser that is set up has a model for “\(agent.language)”, the language of agent \(agent.id): callers \
            can type and press keys but are not understood when they speak. Set REALTIME_STT=off to silence this, or \
            use an agent in English, or REALTIME_STT=provider with an STT_ENGINE that knows the language.
            """
        ]
    }

    // MARK: Stages

    private func transcriber(for agent: Agent) async throws(EngineError) -> (any Transcriber)? {
        var list: [any Transcriber] = []
        for name in Self.order(settings.stt, settings.sttOrder, local: "pocketsphinx") {
            switch name {
            case "openai":
                guard let provider = settings.sttProvider else { continue }
                list.append(
                    OpenAITranscriber(client: try await providers.client(provider, stage: "stt"), model: provider.model)
                )
            case "deepgram":
                if let provider = settings.deepgram { list.append(try await providers.deepgram(provider)) }
            case "wyoming":
                if let wyoming = try await providers.wyomingTranscriber() { list.append(wyoming) }
            case Settings.Sherpa.name: if let sherpa, sherpa.knows(agent.language) { list.append(sherpa) }
            case "pocketsphinx":
                if agent.language == Self.pocketSphinxLanguage { list.append(try await pocketSphinx(agent)) }
            default: list.append(MockTranscriber(delay: settings.mock.sttDelay))
            }
        }
        list = list.map(MeteredTranscriber.init)
        return list.count > 1
            ? FailoverTranscriber(
                list, policy: Self.policy(settings, settings.sttBudget), now: Self.now, onOpened: opened("stt"),
                breaker: { breakers["stt.\($0)"] })
            : list.first
    }

    private func model(for agent: Agent) async throws(EngineError) -> (any LanguageModel)? {
        var list: [any LanguageModel] = []
        for name in Self.order(settings.llm, settings.llmOrder, local: "receptionist") {
            switch name {
            case "openai":
                guard let provider = settings.llmProvider else { continue }
                list.append(
                    OpenAIChatModel(
                        client: try await providers.client(provider, stage: "llm"), model: provider.model, agent: agent)
                )
            case "receptionist": list.append(Receptionist(agent: agent))
            default: list.append(MockLanguageModel(delay: settings.mock.llmDelay))
            }
        }
        list = list.map(MeteredLanguageModel.init)
        return list.count > 1
            ? FailoverLanguageModel(
                list, policy: Self.policy(settings, settings.llmBudget), now: Self.now, onOpened: opened("llm"),
                breaker: { breakers["llm.\($0)"] })
            : list.first
    }

    private func synthesizers(for agents: [Agent]) async throws(EngineError) -> [any SpeechSynthesizer] {
        var list: [any SpeechSynthesizer] = []
        for name in Self.order(settings.tts, settings.ttsOrder, local: "espeak") {
            switch name {
            case "openai":
                guard let provider = settings.ttsProvider else { continue }
                list.append(
                    OpenAISynthesizer(
                        client: try await providers.client(provider, stage: "tts"), model: provider.model,
                        voice: settings.ttsVoice))
            case "wyoming":
                if let wyoming = try await providers.wyomingSynthesizer() { list.append(wyoming) }
            case "piper":
                if let piper = try await providers.piper() { list.append(piper) }
            case Settings.Sherpa.name: list.append(try await SherpaEngines.synthesizer(settings))
            case "espeak":
                let espeak = EspeakSynthesizer(configuration: Self.espeak(settings))
                for agent in agents { try await espeak.check(language: agent.language, voice: agent.voice) }
                list.append(espeak)
            default:
                list.append(
                    MockSynthesizer(durationMs: Int(settings.mock.audio.milliseconds), delay: settings.mock.ttsDelay))
            }
        }
        return list.map(MeteredSynthesizer.init)
    }

    private func inOrder(
        _ list: [any SpeechSynthesizer], onOpened: @escaping @Sendable (String, CircuitBreaker.Cause) -> Void
    ) -> (any SpeechSynthesizer)? {
        list.count > 1
            ? FailoverSynthesizer(
                list, policy: Self.policy(settings, settings.ttsBudget), now: Self.now, onOpened: onOpened)
            : list.first
    }

    /// The names of a stage's engines, in the order in which they are asked.
    private static func order(_ choice: Settings.EngineChoice, _ providers: [String], local: String) -> [String] {
        switch choice {
        case .off: []
        case .mock: ["mock"]
        case .local: [local]
        case .provider: providers
        }
    }

    // MARK: Failover

    /// Each agent has engines in orders of its own; where they are the same provider, one circuit breaker serves them all.
    private static func breakers(_ settings: Settings.Engines) -> [String: SharedCircuitBreaker] {
        let ofAgents = ["pocketsphinx", "receptionist", "mock"]
        var breakers: [String: SharedCircuitBreaker] = [:]
        for (stage, order, budget) in [
            ("stt", settings.sttOrder, settings.sttBudget), ("llm", settings.llmOrder, settings.llmBudget),
        ] {
            for name in order where !ofAgents.contains(name) {
                breakers["\(stage).\(name)"] = SharedCircuitBreaker(policy: policy(settings, budget).breaker)
            }
        }
        return breakers
    }

    private static func policy(_ settings: Settings.Engines, _ budget: Duration?) -> FailoverPolicy {
        var policy = FailoverPolicy()
        policy.breaker.budget = budget
        policy.patience = settings.failoverPatience
        return policy
    }

    private static let epoch = ContinuousClock.now

    private static let now: @Sendable () -> Instant = {
        Instant(nanoseconds: (ContinuousClock.now - epoch).nanoseconds)
    }

    private func opened(_ kind: String) -> @Sendable (String, CircuitBreaker.Cause) -> Void {
        { [logger] name, cause in
            logger.error(
                "engine is left alone for a while",
                metadata: ["engine.kind": "\(kind)", "engine.name": "\(name)", "cause": "\(cause.rawValue)"])
        }
    }

    // MARK: Local engines

    /// Of the model that Debian has, the only one with the rules of TOM's grammars.
    static let pocketSphinxLanguage = "en"

    static func espeak(_ settings: Settings.Engines) -> EspeakConfiguration {
        var configuration = EspeakConfiguration()
        configuration.executable = settings.espeakPath
        configuration.timeout = settings.ttsTimeout
        return configuration
    }

    private func pocketSphinx(_ agent: Agent) async throws(EngineError) -> PocketSphinxTranscriber {
        let dropped = Counter(label: "tom_queue_dropped_total", dimensions: [("queue", "stt_audio")])
        let transcriber = try await Self.pocketSphinx(agent, settings) { dropped.increment(by: $0) }
        for (expectation, phrases) in transcriber.droppedPhrases where !phrases.isEmpty {
            logger.warning(
                "phrases of the agent are not in the recogniser's dictionary",
                metadata: [
                    "agent.id": "\(agent.id)", "expectation": "\(expectation.rawValue)", "phrases": "\(phrases.count)",
                ])
        }
        return transcriber
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
}
