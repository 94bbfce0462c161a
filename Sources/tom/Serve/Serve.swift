import Foundation
import Logging
import Metrics
import TomAudio
import TomConversation
import TomDashboard
import TomEngines
import TomErrors
import TomServer
import TomSession
import TomStore

/// Builds the server's object graph from the settings and runs it.
struct Serve {
    private let settings: Settings

    init(_ settings: Settings) { self.settings = settings }

    /// Serves until the process is told to stop.
    func run() async throws {
        // A log whose reader is gone ends no server; sockets see to it too late, for some lines come before the first.
        signal(SIGPIPE, SIG_IGN)
        let logger = LogOutput.logger(settings.logs)
        let prometheus = PrometheusRegistry()
        MetricsSystem.bootstrap(prometheus)
        let agents = try Self.agents(file: settings.conversation.agentFile)
        let engines = try await EngineSet(settings.engines, agents: agents.all, logger: logger)
        let outcome = await Result { try await serveWithTools(agents, engines, prometheus, logger) }
        // However serving ended: the connections to providers have to be closed by somebody.
        await engines.shutdown()
        try outcome.get()
    }

    private func serveWithTools(
        _ agents: (answering: Agent, all: [Agent]), _ engines: EngineSet, _ prometheus: PrometheusRegistry,
        _ logger: Logger
    ) async throws {
        let tools = try await ToolSet(settings, agents: agents.all, logger: logger)
        let outcome = await Result { try await serve(agents, engines, tools, prometheus, logger) }
        await tools.shutdown()
        try outcome.get()
    }

    private func serve(
        _ agents: (answering: Agent, all: [Agent]), _ engines: EngineSet, _ tools: ToolSet,
        _ prometheus: PrometheusRegistry, _ logger: Logger
    ) async throws {
        for warning in engines.warnings(for: agents.answering) { Terminal.warn(warning) }
        let store = try openStore()
        if store.tornBytes > 0 {
            logger.warning("a message line torn by a crash was set aside", metadata: ["bytes": "\(store.tornBytes)"])
        }
        let calls = EndedCalls(
            prices: try Self.prices(settings.files), log: try settings.files.costLog.map(CallLog.init), logger: logger)
        defer { calls.drain() }
        var profiles: [CallProfile] = []
        // All agents share one synthesiser: one that hangs is waited for once.
        var voiceAnswers = true
        for agent in agents.all {
            profiles.append(
                await profile(
                    agent, engines.engines(for: agent), beforehand: engines.beforehand, &voiceAnswers, logger))
        }
        let factory = SessionFactory(
            profiles: profiles,
            defaultAgent: agents.answering.id, configuration: sessionConfiguration,
            tools: tools.toolbox(messages: TakeMessage(store: store, logger: logger), logger: logger),
            toolServers: tools.clientServers, calls: calls.register, logger: logger)
        try factory.checkJournals()
        let server = TomServer(
            configuration: serverConfiguration, factory: factory, assets: Self.asset,
            messages: TakenMessages(store: store), calls: calls,
            speech: SpeechService(
                profiles: profiles, defaultAgent: agents.answering.id,
                patience: .init(
                    synthesis: settings.engines.ttsTimeout, transcription: settings.engines.sttTimeout),
                calls: calls.register),
            metrics: prometheus, logger: logger)
        sayWhere(server)
        try await server.run(handlingSignals: true)
    }

    /// Tells a person at a terminal where to go, once the port is open.
    private func sayWhere(_ server: TomServer) {
        let scheme = settings.listening.tls == nil ? "http" : "https"
        let host = settings.listening.isLoopback ? "127.0.0.1" : settings.listening.host
        let isOpen = !settings.admission.hasKeys
        Task {
            guard let port = await server.port else { return }
            Terminal.say(
                "TOM answers at \(scheme)://\(host):\(port)\(isOpen ? " (calls from this machine need no token)" : "")\n"
            )
        }
    }

    private func openStore() throws -> MessageStore {
        let directory = settings.files.dataDir
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServeError(
                code: "store.directory", message: "the data directory \(directory) cannot be made.",
                hint: "Set DATA_DIR to a directory that TOM may write to.", category: .invalidRequest)
        }
        return try MessageStore(directory: settings.files.messagesDir)
    }

    /// What engines cost; `nil` where nothing is said of it.
    static func prices(_ files: Settings.Files) throws(EngineError) -> PriceList? {
        guard let path = files.pricesFile else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw EngineError(
                code: "prices.unreadable", message: "the price file \(path) cannot be read.",
                hint: "Check PRICES_FILE and that this user may read the file.", category: .invalidRequest)
        }
        return try PriceList.load(yaml: [UInt8](data), source: path)
    }

    // MARK: Agents

    /// The agent that answers, and all that a call may ask for: who brings an agent does not want ours to answer beside it.
    private static func agents(file: String?) throws -> (answering: Agent, all: [Agent]) {
        guard let file else {
            let english = try Agent.bundled(language: "en")
            return (english, [english, try Agent.bundled(language: "de")])
        }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ServeError(
                code: "agent.unreadable", message: "the agent file \(file) cannot be read.",
                hint: "Give --agent the path of a readable YAML file.", category: .invalidRequest)
        }
        let own = try Agent.load(yaml: [UInt8](data), source: file)
        return (own, [own])
    }

    private func profile(
        _ agent: Agent, _ engines: CallEngines, beforehand: (any SpeechSynthesizer)?, _ voiceAnswers: inout Bool,
        _ logger: Logger
    ) async -> CallProfile {
        var texts = Conversation.Texts()
        texts.greeting = agent.greeting
        texts.idlePrompts = agent.messages.idle
        texts.idleGoodbye = agent.messages.goodbye
        texts.apology = agent.messages.apology
        texts.fillers = settings.conversation.fillerAfter == nil ? [] : agent.messages.filler
        var profile = CallProfile(
            agentID: agent.id, language: agent.language, voice: agent.voice, texts: texts,
            backchannels: Self.backchannels[agent.language] ?? [], engines: engines)
        guard let synthesizer = beforehand, voiceAnswers else { return profile }
        let canned = await CannedSpeech.speak(
            texts, language: agent.language, voice: agent.voice, with: synthesizer,
            patience: settings.engines.ttsTimeout)
        for failure in canned.failures {
            logger.warning(
                "sentence not spoken beforehand",
                metadata: ["agent.id": "\(agent.id)", "error.code": "\(failure.code)"])
        }
        voiceAnswers = !canned.failures.contains { $0.category == .timeout }
        if !voiceAnswers {
            logger.warning("the voice is slow or dead: no other sentence is spoken beforehand")
        }
        profile.canned = canned.speech
        return profile
    }

    /// What listeners say to show that they listen.
    private static let backchannels: [String: Set<String>] = [
        "en": ["mhm", "mm-hmm", "uh-huh", "hm", "hmm", "mm", "ah", "oh", "okay", "ok", "right", "yeah"],
        "de": ["mhm", "hm", "hmm", "aha", "ach", "ah", "oh", "okay", "ok", "ja", "genau"],
    ]

    // MARK: Configurations

    private var sessionConfiguration: SessionConfiguration {
        var session = SessionConfiguration()
        let conversation = settings.conversation
        session.greets = conversation.greets
        session.journalDirectory = settings.files.journalDir
        session.conversation.endpointing.minDelay = conversation.endpointingMinDelay
        session.conversation.endpointing.maxDelay = conversation.endpointingMaxDelay
        session.conversation.interruption.minSpeech = conversation.interruptionMinSpeech
        session.conversation.interruption.noiseMaxSpeech = conversation.falseInterruptionMaxSpeech ?? .zero
        session.conversation.idle.promptAfter = conversation.idlePromptAfter
        session.conversation.idle.maxPrompts = conversation.idlePrompts
        session.conversation.speculation.isOn = conversation.speculationStable != nil
        if let stable = conversation.speculationStable { session.conversation.speculation.stableFor = stable }
        session.conversation.filler.after = conversation.fillerAfter
        session.conversation.timeouts.transcription = settings.engines.sttTimeout
        session.conversation.timeouts.generation = settings.engines.llmTimeout
        session.conversation.timeouts.synthesis = settings.engines.ttsTimeout
        session.conversation.timeouts.tool = settings.tools.timeout
        // The detector's own hangover is part of the endpointing silence, so it may not be longer.
        let hangover = Int(min(conversation.endpointingMinDelay, .milliseconds(120)).milliseconds)
        session.voiceActivity.stopMs = max(hangover, AudioFrame.durationMs)
        let onset = settings.engines.voiceActivity.threshold
        session.speechThreshold = SpeechThreshold(onset: onset, hold: max(onset - 0.15, 0.05))
        return session
    }

    private var serverConfiguration: ServerConfiguration {
        var server = ServerConfiguration()
        server.host = settings.listening.host
        server.port = settings.listening.port
        server.tls = settings.listening.tls.map { .init(certificatePath: $0.certificate, keyPath: $0.key) }
        if let loops = settings.listening.eventLoops { server.eventLoops = loops }
        server.drainDeadline = settings.listening.drainTimeout
        server.authentication.secret = settings.admission.secret?.value
        server.authentication.jwksPath = settings.admission.jwksFile
        server.authentication.issuer = settings.admission.issuer
        server.authentication.audience = settings.admission.audience
        server.authentication.maxTTLSeconds = Int(settings.admission.maxTokenLifetime.components.seconds)
        server.authentication.allowMissingToken = settings.admission.allowsMissingToken
        server.authentication.endCallsAtExpiry = settings.admission.endsCallWithToken
        server.authentication.keysPath = settings.files.keysFile
        server.originAllowList = settings.admission.origins
        server.addressAllowList = settings.admission.addresses
        server.maxCalls = settings.limits.maxCalls
        server.maxAudioRequests = settings.limits.maxAudioRequests
        server.encoderPath = settings.engines.ffmpegPath
        server.rates.messagesPerSecond = settings.limits.messagesPerSecond ?? 0
        server.rates.bytesPerSecond = settings.limits.bytesPerSecond ?? 0
        server.rates.connectionsPerMinute = settings.limits.connectionsPerMinute ?? 0
        server.webSocket.maxMessageBytes = settings.limits.maxMessageBytes
        server.version = Tom.version
        return server
    }

    private static func asset(_ path: String) -> Asset? {
        DashboardAssets.asset(path: "/" + path).map { Asset(bytes: $0.bytes, contentType: $0.contentType) }
    }
}

/// Why the server did not start.
struct ServeError: DescribedError {
    let code: String
    let message: String
    let hint: String?
    let category: ErrorCategory
}
