import Logging
import TomConversation
import TomEngines
import TomErrors

/// The tool servers that a call's client has named, by their labels.
struct ClientToolServers {
    struct Entry {
        let description: ClientToolServer
        /// `nil` while it is being opened.
        var server: (any OpenToolServer)?
    }

    /// Servers that one call may have open.
    static let capacity = 16

    var entries: [String: Entry] = [:]
    /// Responses that wait for the tools they brought to be listed.
    var waiting: [(id: ResponseRequestID, response: RequestedResponse)] = []

    func opened(_ label: String) -> (any OpenToolServer)? { entries[label]?.server }

    func isOpening(_ servers: [ClientToolServer]?) -> Bool {
        servers?.contains { entries[$0.label].map { $0.server == nil } ?? false } ?? false
    }
}

// MARK: Servers

extension Session {
    /// Opens those of `servers` that are not open as they are described. What becomes of them is told later.
    func open(_ servers: [ClientToolServer]) {
        for server in servers.map(\.connection) {
            guard client?.servers.entries[server.label]?.description != server else { continue }
            close(server.label)
            client?.servers.entries[server.label] = ClientToolServers.Entry(description: server)
            Task { await list(server) }
        }
    }

    private func list(_ description: ClientToolServer) async {
        guard isWanted(description) else { return }
        tell(.listing, of: description)
        let outcome: Result<any OpenToolServer, EngineError>
        do throws(EngineError) {
            outcome = .success(try await opened(description))
        } catch {
            outcome = .failure(error)
        }
        // The call may be over, and the label another server's.
        guard isWanted(description) else {
            if case .success(let server) = outcome { await server.close() }
            return
        }
        switch outcome {
        case .success(let server):
            client?.servers.entries[description.label]?.server = server
            tell(.listed(server.listed.map(\.json)), of: description)
        case .failure(let error):
            // Named again, it is tried again.
            client?.servers.entries[description.label] = nil
            logger.notice("tool server of the client's cannot be used", metadata: ["error.code": "\(error.code)"])
            // It is the client's own server: why it cannot be used is for the client to know.
            tell(.failed(EngineFailure(code: error.code, message: error.message)), of: description)
        }
        beginWaiting()
    }

    private func opened(_ description: ClientToolServer) async throws(EngineError) -> any OpenToolServer {
        guard let toolServers else {
            throw EngineError(
                code: "tool.servers_off", message: "this server opens no tool servers that clients name.",
                category: .invalidRequest)
        }
        guard (client?.servers.entries.count ?? 0) <= ClientToolServers.capacity else {
            throw EngineError(
                code: "tool.too_many_servers",
                message: "a session may have \(ClientToolServers.capacity) tool servers at most.",
                category: .invalidRequest)
        }
        return try await toolServers.open(description)
    }

    private func isWanted(_ description: ClientToolServer) -> Bool {
        link != nil && client?.servers.entries[description.label]?.description == description
    }

    private func tell(_ news: ToolServerNews, of description: ClientToolServer) {
        emit(.toolServer(server: description.label, news))
        // What was told is on its way at once.
        process(.playout)
    }

    private func close(_ label: String) {
        guard let server = client?.servers.entries.removeValue(forKey: label)?.server else { return }
        Task { await server.close() }
    }

    /// The call is over.
    func closeServers() {
        for label in client?.servers.entries.keys.map(\.self) ?? [] { close(label) }
        client?.servers.waiting = []
    }

    // MARK: Responses

    /// Whether the response has to wait until the tools that it brings are listed; it begins by itself then.
    func awaitsTools(_ id: ResponseRequestID, _ response: RequestedResponse) -> Bool {
        guard client?.servers.isOpening(response.servers) == true else { return false }
        client?.servers.waiting.append((id, response))
        return true
    }

    private func beginWaiting() {
        guard let servers = client?.servers else { return }
        client?.servers.waiting = servers.waiting.filter { servers.isOpening($0.response.servers) }
        for (id, response) in servers.waiting where !servers.isOpening(response.servers) { begin(id, response) }
    }

    /// What a model is offered for a response, and told to do with it.
    ///
    /// - Parameter round: of the generation. Once a tool has run, the model is free to answer.
    func offer(
        _ requested: RequestedResponse?, round: Int
    ) -> (tools: [ToolDescription], directions: ResponseDirections?) {
        var tools = requested?.tools ?? self.tools.tools(of: profile.agentID)
        let remote = remoteTools(requested)
        tools += remote.map(\.tool.tool)
        guard var directions = requested?.directions else { return (tools, nil) }
        if let choice = requested?.remoteChoice {
            let chosen = remote.filter { $0.server == choice.server && choice.name ?? $0.tool.name == $0.tool.name }
            if round == 0, !chosen.isEmpty {
                tools = chosen.map(\.tool.tool)
                directions.toolChoice = .required
            }
        } else if round > 0, directions.toolChoice != .none {
            directions.toolChoice = .auto
        }
        return (tools, directions)
    }

    /// The tools of the open servers; a name that is taken stays that of the tool before.
    private func remoteTools(
        _ requested: RequestedResponse?
    ) -> [(server: String, tool: ServerTool, needsApproval: Bool)] {
        guard let client, let requested, let servers = requested.servers, !servers.isEmpty else { return [] }
        var names = Set((requested.tools ?? []).map(\.name))
        var tools: [(server: String, tool: ServerTool, needsApproval: Bool)] = []
        for server in servers {
            let label = server.label
            for tool in client.servers.opened(label)?.listed ?? [] where names.insert(tool.tool.name).inserted {
                tools.append((label, tool, server.approval.isNeeded(for: tool)))
            }
        }
        return tools
    }

    /// Marks the calls that the client is to carry out, and those that its tool servers run.
    func attributed(_ call: ToolCall, of id: GenerationID) -> ToolCall {
        guard call.isOffered, let requested = requested(id.response) else { return call }
        if requested.tools?.contains(where: { $0.name == call.name }) == true {
            return ToolCall(id: call.id, name: call.name, arguments: call.arguments, isForClient: true)
        }
        guard let found = remoteTools(requested).first(where: { $0.tool.tool.name == call.name }) else {
            return call
        }
        return ToolCall(
            id: call.id, name: call.name, arguments: call.arguments, isForClient: found.needsApproval,
            remote: RemoteTool(server: found.server, name: found.tool.name))
    }
}

extension ServerTool {
    /// As the Realtime API writes it.
    fileprivate var json: JSONValue {
        var fields: [String: JSONValue] = [
            "name": .string(name), "description": .string(tool.description), "input_schema": tool.parameters,
        ]
        if annotations != .null { fields["annotations"] = annotations }
        return .object(fields)
    }
}
