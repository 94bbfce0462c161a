public import CoreMetrics
import Foundation
public import Logging
public import NIOCore
import TomConversation

/// Makes the sessions of a server from what they have in common.
public struct SessionFactory: CallSessionFactory {
    private let profiles: [String: CallProfile]
    private let defaultAgent: String
    private let configuration: SessionConfiguration
    private let tools: any ToolRunner
    private let calls: CallRegister
    /// By agent: agents may have different engines.
    private let metrics: [String: SessionMetrics]
    private let logger: Logger
    public let engineNames: EngineNames

    /// - Parameters:
    ///   - profiles: one per agent; ids are unique.
    ///   - defaultAgent: id of the agent that answers when a call asks for none; one of `profiles`.
    ///   - calls: where the records of the calls are kept.
    ///   - metrics: where the sessions' instruments come from.
    public init(
        profiles: [CallProfile], defaultAgent: String, configuration: SessionConfiguration, tools: any ToolRunner,
        calls: CallRegister = CallRegister(),
        metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger
    ) {
        self.profiles = Dictionary(uniqueKeysWithValues: profiles.map { ($0.agentID, $0) })
        guard let profile = self.profiles[defaultAgent] else {
            preconditionFailure("the default agent \(defaultAgent) is not among the profiles")
        }
        self.defaultAgent = defaultAgent
        self.configuration = configuration
        self.tools = tools
        self.calls = calls
        self.logger = logger
        engineNames = profile.engines.names
        self.metrics = self.profiles.mapValues {
            SessionMetrics(engines: $0.engines.names, listeners: $0.engines.listeners, factory: metrics)
        }
    }

    public func makeSession(
        _ options: CallOptions, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any CallSession {
        let profile = try profile(for: options)
        guard let metrics = metrics[profile.agentID] else {
            preconditionFailure("the agent \(profile.agentID) has no instruments")
        }
        var logger = self.logger
        logger[metadataKey: "call.id"] = "\(options.callID)"
        let journal = makeJournal(options, metrics, logger)
        logger.debug("session made", metadata: ["agent.id": "\(profile.agentID)"])
        let account = calls.begin(callID: options.callID, agentID: profile.agentID, transport: options.transport)
        let session = try Session(
            options: options, profile: profile, configuration: configuration, tools: tools, account: account,
            metrics: metrics, journal: journal, logger: logger, link: NIOLoopBound(link, eventLoop: eventLoop),
            eventLoop: eventLoop)
        calls.opened(account)
        return session
    }

    /// Checks, for the start of the server, that journals can be written where they are asked for.
    /// - Throws: `SessionError.journal`.
    public func checkJournals() throws(SessionError) {
        if let directory = configuration.journalDirectory { try Journal.prepare(directory) }
    }

    /// The call's journal; `nil` when none is asked for, and when the disk refuses it: the call goes on without.
    private func makeJournal(_ options: CallOptions, _ metrics: SessionMetrics, _ logger: Logger) -> Journal? {
        guard let directory = configuration.journalDirectory else { return nil }
        do throws(SessionError) {
            return try Journal(
                directory: directory, callID: options.callID,
                startedAtMs: Int64(Date().timeIntervalSince1970 * 1_000), dropped: metrics.journalDropped,
                logger: logger)
        } catch {
            metrics.journalDropped.increment()
            logger.error("journal cannot be written", metadata: ["error.code": "\(error.code)"])
            return nil
        }
    }

    public func engineNames(for options: CallOptions) -> EngineNames {
        (try? profile(for: options))?.engines.names ?? engineNames
    }

    private func profile(for options: CallOptions) throws(SessionError) -> CallProfile {
        if let agent = options.agent {
            guard let profile = profiles[agent] else { throw .unknownAgent(agent, known: profiles.keys.sorted()) }
            return try check(profile, options.language)
        }
        let byDefault = profiles[defaultAgent]!
        guard let language = options.language, !Self.speaks(byDefault, language) else { return byDefault }
        // No agent asked for, but a language: the first agent that speaks it.
        let other = profiles.values.filter { Self.speaks($0, language) }.min { $0.agentID < $1.agentID }
        guard let other else { throw .unsupportedLanguage(language, agent: defaultAgent) }
        return other
    }

    private func check(_ profile: CallProfile, _ language: String?) throws(SessionError) -> CallProfile {
        if let language, !Self.speaks(profile, language) {
            throw .unsupportedLanguage(language, agent: profile.agentID)
        }
        return profile
    }

    /// `en-GB` is served by an agent that speaks `en`.
    private static func speaks(_ profile: CallProfile, _ language: String) -> Bool {
        language.lowercased().split(separator: "-").first == profile.language.lowercased().split(separator: "-").first
    }
}
