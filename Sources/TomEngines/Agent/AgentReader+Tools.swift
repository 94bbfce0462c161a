import TomConversation
import Yams

/// The section `tools`.
extension AgentReader {
    func tools() throws(EngineError) -> Agent.Tools {
        var tools = Agent.Tools()
        guard let node = fields["tools"] else { return tools }
        let fields = try node.fields(required: [], optional: ["built_in", "transfer_call", "webhooks", "mcp"])
        if let node = fields["built_in"] { tools.builtIn = try builtIn(node) }
        if let node = fields["transfer_call"] { tools.transfers = try transfers(node) }
        if let node = fields["webhooks"] { tools.webhooks = try webhooks(node) }
        if let node = fields["mcp"] { tools.servers = try servers(node) }
        return tools
    }

    private func builtIn(_ node: AgentNode) throws(EngineError) -> [BuiltInTool] {
        if node.node.sequence?.isEmpty == true { return [] }
        var tools: [BuiltInTool] = []
        for entry in try node.list() {
            let text = try entry.text()
            guard let tool = BuiltInTool(rawValue: text), tool != .transferCall else {
                throw entry.error(
                    "is '\(text)'", fix: "Use take_message and end_call; transfer_call is a key of its own under tools."
                )
            }
            guard !tools.contains(tool) else { throw entry.error("is there twice", fix: "Remove one of the two.") }
            tools.append(tool)
        }
        return tools
    }

    // MARK: Transfers

    private func transfers(_ node: AgentNode) throws(EngineError) -> [Agent.TransferTarget] {
        let targets = try node.fields(required: ["targets"])["targets"]!
        var found: [Agent.TransferTarget] = []
        for entry in try targets.list() {
            let fields = try entry.fields(required: ["name", "description", "to"])
            let name = try toolName(fields["name"]!)
            guard !found.contains(where: { $0.name == name }) else {
                throw entry.error("has the name '\(name)' of an earlier target", fix: "Give every target its own name.")
            }
            found.append(
                Agent.TransferTarget(
                    name: name, description: try fields["description"]!.text(), address: try fields["to"]!.text()))
        }
        return found
    }

    // MARK: Webhooks

    private func webhooks(_ node: AgentNode) throws(EngineError) -> [Agent.Webhook] {
        var found: [Agent.Webhook] = []
        for entry in try node.list() {
            let webhook = try webhook(entry)
            guard !found.contains(where: { $0.name == webhook.name }), BuiltInTool(rawValue: webhook.name) == nil else {
                throw entry.error(
                    "has the name '\(webhook.name)' of another tool", fix: "Give every tool its own name.")
            }
            found.append(webhook)
        }
        return found
    }

    private func webhook(_ node: AgentNode) throws(EngineError) -> Agent.Webhook {
        let fields = try node.fields(
            required: ["name", "description", "url"],
            optional: ["parameters", "secret", "headers", "timeout_ms", "retries"])
        return Agent.Webhook(
            name: try toolName(fields["name"]!), description: try fields["description"]!.text(),
            parameters: try parameters(fields["parameters"]), url: try address(fields["url"]!),
            secret: try fields["secret"].map { (node) throws(EngineError) in try secretName(node) },
            headers: try headers(fields["headers"]), timeout: try timeout(fields["timeout_ms"]),
            retries: try fields["retries"].map { (node) throws(EngineError) in try node.integer(0...5) } ?? 2)
    }

    private func parameters(_ node: AgentNode?) throws(EngineError) -> JSONSchema {
        let json = try node?.json() ?? ["type": "object", "properties": [:]]
        do throws(JSONSchema.Fault) {
            return try JSONSchema(parameters: json)
        } catch {
            let place = AgentNode(
                node: node!.node, source: node!.source,
                path: node!.path + (error.path.isEmpty ? "" : ".\(error.path)"), keyLine: node!.line)
            throw place.error(error.problem, fix: "docs/tools.md lists what a schema of parameters may hold.")
        }
    }

    /// Fields that the request itself needs, or that would undo its signature.
    private static let ownHeaders = [
        "host", "content-type", "content-length", "transfer-encoding", "connection", "idempotency-key", "webhook-id",
        "webhook-timestamp", "webhook-signature", "user-agent", "accept",
    ]

    private func headers(_ node: AgentNode?) throws(EngineError) -> [String: String] {
        var found: [String: String] = [:]
        for (name, value) in try node?.entries() ?? [] {
            guard ToolDescription.isName(name) else {
                throw value.error("is not the name of a header field", fix: "Write a name such as Authorization.")
            }
            guard !Self.ownHeaders.contains(name.lowercased()) else {
                throw value.error("is a header field TOM sets itself", fix: "Remove it.")
            }
            found[name] = try secretName(value)
        }
        return found
    }

    // MARK: Servers

    private func servers(_ node: AgentNode) throws(EngineError) -> [Agent.ToolServer] {
        var found: [Agent.ToolServer] = []
        for entry in try node.list() {
            let fields = try entry.fields(required: ["name", "url"], optional: ["token", "tools", "timeout_ms"])
            let name = try toolName(fields["name"]!)
            guard name.utf8.count <= 32, !found.contains(where: { $0.name == name }) else {
                throw entry.error(
                    "has a name that is taken or longer than 32", fix: "Give every server a short name of its own.")
            }
            found.append(
                Agent.ToolServer(
                    name: name, url: try address(fields["url"]!),
                    token: try fields["token"].map { (node) throws(EngineError) in try secretName(node) },
                    allowed: try fields["tools"].map { (node) throws(EngineError) in try node.texts() },
                    timeout: try timeout(fields["timeout_ms"])))
        }
        return found
    }

    // MARK: Parts

    private func toolName(_ node: AgentNode) throws(EngineError) -> String {
        let name = try node.text()
        guard ToolDescription.isName(name) else {
            throw node.error("is '\(name)'", fix: "Use up to 64 of a-z, A-Z, 0-9, '_' and '-'.")
        }
        return name
    }

    private func address(_ node: AgentNode) throws(EngineError) -> String {
        let url = try node.text()
        guard ["http://", "https://"].contains(where: { url.lowercased().hasPrefix($0) }), !url.contains(" ") else {
            throw node.error("is not an http or https address", fix: "Write it as https://example.org/path.")
        }
        return url
    }

    private func secretName(_ node: AgentNode) throws(EngineError) -> String {
        let name = try node.text()
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        // The text itself is not shown: it may be the secret.
        guard isName, name.hasPrefix(Agent.Tools.secretPrefix), name != Agent.Tools.secretPrefix else {
            throw node.error(
                "is not the name of a setting that begins with \(Agent.Tools.secretPrefix)",
                fix: "Put the secret into the environment as \(Agent.Tools.secretPrefix)SHOP and write that name here.")
        }
        return name
    }

    private func timeout(_ node: AgentNode?) throws(EngineError) -> Duration? {
        try node.map { (node) throws(EngineError) in .milliseconds(try node.integer(100...60_000)) }
    }
}

extension AgentNode {
    /// The node as JSON; plain scalars are numbers, booleans and null where YAML's core schema says so.
    func json(depth: Int = 0) throws(EngineError) -> JSONValue {
        guard depth < 32 else { throw error("is nested too deeply", fix: "Write it flatter.") }
        if node.mapping != nil {
            var found: [String: JSONValue] = [:]
            for (key, value) in try entries() { found[key] = try value.json(depth: depth + 1) }
            return .object(found)
        }
        if let sequence = node.sequence {
            var found: [JSONValue] = []
            for (index, element) in sequence.enumerated() {
                let inner = AgentNode(
                    node: element, source: source, path: "\(path)[\(index)]", keyLine: element.mark?.line ?? line)
                found.append(try inner.json(depth: depth + 1))
            }
            return .array(found)
        }
        guard let scalar = node.scalar else { throw error("is an alias", fix: "Write the value itself.") }
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: break
        }
        if let whole = Int64(scalar.string) { return .integer(whole) }
        if let number = Double(scalar.string), number.isFinite { return .number(number) }
        return .string(scalar.string)
    }
}
