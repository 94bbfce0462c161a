import AsyncHTTPClient
import Logging
import TomConversation
import TomEngines
import TomProviders
import TomSession

/// The tools of the agents, made once and shared by all calls: webhooks, and connections to tool servers.
final class ToolSet: Sendable {
    /// Opens the tool servers that clients bring to their calls.
    let clientServers: ClientToolServers
    private let http: HTTPClient
    /// By agent.
    private let sources: [String: [any ToolSource]]
    private let servers: [MCPServer]
    private let agents: [Agent]

    /// - Throws: `EngineError` when a tool cannot work: its address is not allowed, its secret not set.
    init(_ settings: Settings, agents: [Agent], logger: Logger) async throws(EngineError) {
        self.agents = agents
        http = ProviderSet.client(settings.engines)
        clientServers = ClientToolServers(
            hosts: ToolHosts(settings.tools.clientHosts), limit: Self.limit(settings),
            egress: EgressPolicy(allowsPublic: settings.engines.allowsEgress), http: http, version: Tom.version)
        var sources: [String: [any ToolSource]] = [:]
        var servers: [MCPServer] = []
        do throws(EngineError) {
            for agent in agents {
                for webhook in agent.tools.webhooks {
                    let tool = try Self.webhook(webhook, settings, http)
                    try await tool.check()
                    sources[agent.id, default: []].append(tool)
                }
                for server in agent.tools.servers {
                    let server = try Self.server(server, settings, http) { Self.tell($0, server.name, logger) }
                    try await Self.check(server)
                    servers.append(server)
                    sources[agent.id, default: []].append(server)
                }
            }
        } catch {
            try? await http.shutdown()
            throw error
        }
        self.sources = sources
        self.servers = servers
        // One that is down is tried again in the background, and the agent goes on without its tools.
        await withTaskGroup { group in for server in servers { group.addTask { await server.start() } } }
    }

    /// A name that has no address just now is no reason not to start: the server may only be down.
    private static func check(_ server: MCPServer) async throws(EngineError) {
        do throws(EngineError) { try await server.check() } catch {
            if error.code != "tool.host_unknown" { throw error }
        }
    }

    private static func tell(_ outcome: Result<MCPListing, EngineError>, _ name: String, _ logger: Logger) {
        switch outcome {
        case .success(let listing):
            logger.notice(
                "tool server is connected",
                metadata: ["tool.server": "\(name)", "tools": "\(listing.tools)", "left_out": "\(listing.leftOut)"])
        case .failure(let error):
            logger.warning(
                "tool server cannot be used; it is tried again",
                metadata: [
                    "tool.server": "\(name)", "error.code": "\(error.code)", "error.message": "\(error.message)",
                    "error.hint": "\(error.hint ?? "")",
                ])
        }
    }

    /// A webhook within what the settings allow.
    static func webhook(
        _ webhook: Agent.Webhook, _ settings: Settings, _ http: HTTPClient
    ) throws(EngineError) -> WebhookTool {
        try WebhookTool(
            webhook, secret: settings.tools.secrets.value(of:), limit: limit(settings),
            egress: EgressPolicy(allowsPublic: settings.engines.allowsEgress), http: http)
    }

    /// A tool server within what the settings allow.
    static func server(
        _ server: Agent.ToolServer, _ settings: Settings, _ http: HTTPClient,
        onChange: @escaping @Sendable (Result<MCPListing, EngineError>) -> Void = { _ in }
    ) throws(EngineError) -> MCPServer {
        try MCPServer(
            server, secret: settings.tools.secrets.value(of:), limit: limit(settings),
            egress: EgressPolicy(allowsPublic: settings.engines.allowsEgress), http: http, version: Tom.version,
            onChange: onChange)
    }

    /// A little less than the conversation waits, so that a tool that is late is called off by the one that runs it.
    static func limit(_ settings: Settings) -> Duration { settings.tools.timeout - .milliseconds(100) }

    func toolbox(messages: TakeMessage, logger: Logger) -> Toolbox {
        Toolbox(
            messages: messages,
            agents: Dictionary(
                uniqueKeysWithValues: agents.map {
                    ($0.id, Toolbox.AgentTools(configuration: $0.tools, sources: sources[$0.id] ?? []))
                }), logger: logger)
    }

    /// Ends every connection; nothing may be run afterwards.
    func shutdown() async {
        await withTaskGroup { group in for server in servers { group.addTask { await server.shutdown() } } }
        try? await http.shutdown()
    }
}
