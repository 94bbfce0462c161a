import Foundation
import Logging
import NIOCore
import Synchronization
import TomAudio
import TomConversation
import TomEngines
import TomPocketSphinx
import TomServer
import TomSession
import TomStore

/// A whole server on a port of its own, put together as `tom serve` does it.
struct ServedTom: Sendable {
    let port: Int
    let store: MessageStore
    let log: LogLines

    /// The engines of one agent, `test` when it is not a bundled one.
    struct Agency: Sendable {
        var id = "test"
        var texts = Conversation.Texts()
        var engines: CallEngines
    }

    /// Runs `body` while the server serves.
    /// - Parameter directory: where messages are kept; one of its own when `nil`.
    static func serving(
        _ agencies: [Agency], directory: String? = nil,
        session configure: (inout SessionConfiguration) -> Void = { _ in },
        server configureServer: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (ServedTom) async throws -> Void
    ) async throws {
        let own = NSTemporaryDirectory() + "tom-integration-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: own) }
        let store = try MessageStore(directory: directory ?? own)
        let log = LogLines()
        let logger = Logger(label: "tom") { _ in CapturingLogHandler(lines: log) }
        var sessions = SessionConfiguration()
        configure(&sessions)
        var configuration = ServerConfiguration()
        configuration.port = 0
        // One loop for all calls: what holds up one of them shows in the others.
        configuration.eventLoops = 1
        configuration.authentication.allowMissingToken = true
        configuration.rates.connectionsPerMinute = 0
        configuration.webSocket.closeTimeout = .milliseconds(500)
        configureServer(&configuration)
        let profiles = agencies.map { agency in
            CallProfile(
                agentID: agency.id, language: "en", voice: nil, texts: agency.texts, backchannels: ["mhm"],
                engines: agency.engines)
        }
        let factory = SessionFactory(
            profiles: profiles, defaultAgent: profiles[0].agentID, configuration: sessions,
            tools: Toolbox(messages: TakeMessage(store: store, logger: logger), agents: [:], logger: logger),
            logger: logger)
        let server = TomServer(configuration: configuration, factory: factory, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            guard let port = await server.port else {
                try await group.next()
                return
            }
            defer { server.stop() }
            try await body(ServedTom(port: port, store: store, log: log))
            server.stop()
            try await group.waitForAll()
        }
    }

    /// The bundled English receptionist with the engines a user has by default.
    static func receptionist(
        synthesizer: (any SpeechSynthesizer)? = nil, transcribes: Bool = true
    ) async throws -> Agency {
        let agent = try Agent.bundled(language: "en")
        var texts = Conversation.Texts()
        texts.greeting = agent.greeting
        texts.apology = agent.messages.apology
        var transcriber: PocketSphinxTranscriber?
        if transcribes {
            transcriber = try PocketSphinxTranscriber(grammars: SpeechGrammar.grammars(for: agent))
            try await transcriber?.prepare()
        }
        return Agency(
            id: agent.id, texts: texts,
            engines: CallEngines(
                transcriber: transcriber, languageModel: Receptionist(agent: agent),
                synthesizer: synthesizer ?? EspeakSynthesizer()))
    }

    /// The engines of a server in `mock` mode without delays.
    static func mocks() -> Agency {
        Agency(
            engines: CallEngines(
                transcriber: MockTranscriber(delay: .zero), languageModel: MockLanguageModel(delay: .zero),
                synthesizer: MockSynthesizer(delay: .zero)))
    }
}

/// Everything that was logged, as text.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    fileprivate func append(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct CapturingLogHandler: LogHandler {
    let lines: LogLines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { lines.append("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])") }
}
