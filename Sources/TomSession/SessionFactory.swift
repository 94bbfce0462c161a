public import CoreMetrics
import Foundation
public import Logging
public import NIOCore
import TomConversation
public import TomEngines

/// Makes the sessions of a server from what they have in common.
public struct SessionFactory: ClientLedSessionFactory {
    private let profiles: CallProfiles
    private let configuration: SessionConfiguration
    private let tools: any ToolRunner
    private let toolServers: (any ToolServers)?
    private let calls: CallRegister
    /// By agent: agents may have different engines.
    private let metrics: [String: SessionMetrics]
    private let logger: Logger
    public let engineNames: EngineNames

    /// - Parameters:
    ///   - profiles: one per agent; ids are unique.
    ///   - defaultAgent: id of the agent that answers when a call asks for none; one of `profiles`.
    ///   - toolServers: opens the tool servers that clients which lead their calls name; `nil`: they may name none.
    ///   - calls: where the records of the calls are kept.
    ///   - metrics: where the sessions' instruments come from.
    public init(
        profiles: [CallProfile], defaultAgent: String, configuration: SessionConfiguration, tools: any ToolRunner,
        toolServers: (any ToolServers)? = nil, calls: CallRegister = CallRegister(),
        metrics: any MetricsFactory = MetricsSystem.factory, logger: Logger
    ) {
        self.profiles = CallProfiles(profiles, defaultAgent: defaultAgent)
        self.configuration = configuration
        self.tools = tools
        self.toolServers = toolServers
        self.calls = calls
        self.logger = logger
        engineNames = self.profiles.standard.engines.names
        self.metrics = Dictionary(
            uniqueKeysWithValues: profiles.map {
                let engines = $0.engines
                return (
                    $0.agentID,
                    SessionMetrics(engines: engines.names, listeners: engines.listeners, factory: metrics)
                )
            })
    }

    public func makeSession(
        _ options: CallOptions, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any CallSession {
        try session(options, settings: nil, link: link, eventLoop: eventLoop)
    }

    public func makeSession(
        _ options: CallOptions, settings: ClientSettings, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any ClientLedSession {
        var options = options
        options.manualTurns = settings.turnEnd == .client
        return try session(options, settings: settings, link: link, eventLoop: eventLoop)
    }

    private func session(
        _ options: CallOptions, settings: ClientSettings?, link: any CallLink, eventLoop: any EventLoop
    ) throws -> Session {
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
            options: options, settings: settings, profile: profile, configuration: configuration, tools: tools,
            toolServers: toolServers, account: account, metrics: metrics, journal: journal, logger: logger,
            link: NIOLoopBound(link, eventLoop: eventLoop), eventLoop: eventLoop)
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

    public var agentIDs: [String] { profiles.ids }

    private func profile(for options: CallOptions) throws(SessionError) -> CallProfile {
        try profiles.profile(agent: options.agent, language: options.language)
    }
}
