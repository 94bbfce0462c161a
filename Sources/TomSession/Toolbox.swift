public import CoreMetrics
public import Logging
public import TomConversation
public import TomEngines
import TomErrors

/// All tools of all agents: TOM's own, webhooks, and those of tool servers. The first that has a name runs it.
public struct Toolbox: ToolRunner {
    /// What one agent has.
    public struct AgentTools: Sendable {
        public var configuration: Agent.Tools
        /// In the order in which names are looked up.
        public var sources: [any ToolSource]

        public init(configuration: Agent.Tools = Agent.Tools(), sources: [any ToolSource] = []) {
            self.configuration = configuration
            self.sources = sources
        }
    }

    private let messages: TakeMessage
    private let agents: [String: AgentTools]
    private let metrics: ToolMetrics
    private let logger: Logger

    /// - Parameters:
    ///   - agents: by the agent's id; one that is not among them has `take_message` and `end_call`.
    ///   - metrics: where the instruments come from.
    public init(
        messages: TakeMessage, agents: [String: AgentTools], metrics: any MetricsFactory = MetricsSystem.factory,
        logger: Logger
    ) {
        self.messages = messages
        self.agents = agents
        self.metrics = ToolMetrics(factory: metrics)
        self.logger = logger
    }

    public func tools(of agentID: String) -> [ToolDescription] {
        let agent = agents[agentID] ?? AgentTools()
        var tools = agent.configuration.builtIn.compactMap { tool -> ToolDescription? in
            switch tool {
            case .takeMessage: .takeMessage
            case .endCall: .endCall
            case .transferCall: nil
            }
        }
        if let transfer = ToolDescription.transferCall(to: agent.configuration.transfers) { tools.append(transfer) }
        guard !agent.sources.isEmpty else { return tools }
        var names = Set(BuiltInTool.allCases.map(\.rawValue))
        for tool in agent.sources.flatMap(\.tools) where names.insert(tool.name).inserted { tools.append(tool) }
        return tools
    }

    public func run(_ call: ToolCall, in context: ToolContext, deliver: @escaping @Sendable (ToolOutput) -> Void) {
        let agent = agents[context.agentID] ?? AgentTools()
        let report = reporting(call, context, deliver)
        guard call.isOffered else { return report(.unknown, .noSuchTool) }
        switch BuiltInTool(rawValue: call.name) {
        case .takeMessage: return messages.run(call, in: context) { report(.takeMessage, $0) }
        case .transferCall where !agent.configuration.transfers.isEmpty:
            return TransferCall(targets: agent.configuration.transfers)
                .run(call, with: context.transfer) { report(.transferCall, $0) }
        case .transferCall, .endCall, nil: break
        }
        guard let source = agent.sources.first(where: { $0.tools.contains { $0.name == call.name } }) else {
            return report(.unknown, .noSuchTool)
        }
        run(call, on: source, in: context, deliver: deliver)
    }

    public func run(
        _ call: ToolCall, on source: any ToolSource, in context: ToolContext,
        deliver: @escaping @Sendable (ToolOutput) -> Void
    ) {
        let report = reporting(call, context, deliver)
        let origin = ToolOrigin(callID: context.callID, agentID: context.agentID)
        Task { report(source.kind, await source.run(call, from: origin)) }
    }

    /// Counts and logs what comes of a call that begins now, and delivers it.
    private func reporting(
        _ call: ToolCall, _ context: ToolContext, _ deliver: @escaping @Sendable (ToolOutput) -> Void
    ) -> @Sendable (ToolKind, ToolResult) -> Void {
        let started = ContinuousClock.now
        return { kind, result in
            self.observe(kind, result, .now - started, callID: context.callID)
            deliver(ToolOutput(callID: call.id, succeeded: result.outcome == .ok, output: result.text))
        }
    }

    /// Neither names nor arguments nor answers: a model makes them up from what callers say.
    private func observe(_ kind: ToolKind, _ result: ToolResult, _ duration: Duration, callID: String) {
        metrics.ended(kind, result.outcome, after: duration)
        var facts: Logger.Metadata = [
            "call.id": "\(callID)", "tool.kind": "\(kind.rawValue)", "tool.outcome": "\(result.outcome.rawValue)",
            "duration_ms": "\(duration.milliseconds)",
        ]
        guard let error = result.error else { return logger.debug("tool ended", metadata: facts) }
        facts["error.code"] = "\(error.code)"
        facts["error.category"] = "\(error.category.rawValue)"
        facts["error.message"] = "\(error.message)"
        logger.warning("tool failed", metadata: facts)
    }
}

extension ToolResult {
    fileprivate static let noSuchTool = ToolResult("There is no tool of that name.", .invalid)
}
