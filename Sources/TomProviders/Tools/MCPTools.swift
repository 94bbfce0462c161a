import TomConversation
import TomEngines

/// The tools a server has, by the names models know them by.
struct MCPTools: Sendable, Equatable {
    /// Tools of one server that are offered at most; more would only confuse a model.
    static let maxTools = 64
    static let maxDescription = 1_024
    /// A schema larger than this in JSON, in characters, would crowd out the conversation.
    static let maxSchema = 16_384

    private(set) var tools: [ServerTool] = []
    var descriptions: [ToolDescription] { tools.map(\.tool) }
    /// From the name models use to the server's own.
    private(set) var serverNames: [String: String] = [:]
    /// Tools left out, because there are too many or they are too large.
    private(set) var leftOut = 0

    /// - Parameters:
    ///   - prefix: what every name begins with, before an underscore.
    ///   - allowed: what may be offered; `nil`: all.
    init(_ listed: [JSONValue], prefix: String, allowed: ToolFilter?) {
        for tool in listed {
            guard let own = tool["name"]?.text, !own.isEmpty else { continue }
            let schema = tool["inputSchema"] ?? ["type": "object"]
            let text = tool["description"]?.text ?? tool["title"]?.text ?? own
            let name = freeName(ToolDescription.name(from: "\(prefix)_\(own)"))
            let remote = ServerTool(
                name: own,
                tool: ToolDescription(
                    name: name, description: String(text.prefix(Self.maxDescription)), parameters: schema),
                annotations: Self.annotations(of: tool))
            guard allowed?.includes(remote) ?? true else { continue }
            guard tools.count < Self.maxTools, schema.fields != nil, schema.description.count <= Self.maxSchema else {
                leftOut += 1
                continue
            }
            serverNames[name] = own
            tools.append(remote)
        }
    }

    /// Bounded as schemas are: what is larger is left out.
    private static func annotations(of tool: JSONValue) -> JSONValue {
        guard let annotations = tool["annotations"], annotations.fields != nil,
            annotations.description.count <= maxSchema
        else { return .null }
        return annotations
    }

    init() {}

    /// `name`, or with a number behind it when the server has two tools of that name.
    private func freeName(_ name: String) -> String {
        guard serverNames[name] != nil else { return name }
        for number in 2... {
            let candidate = "\(name.prefix(60))_\(number)"
            if serverNames[candidate] == nil { return candidate }
        }
        return name
    }
}

extension ToolResult {
    /// What `tools/call` gave: the texts of its content, else its structured content.
    init(mcp result: JSONValue) {
        var texts: [String] = []
        for part in result["content"]?.elements ?? [] {
            switch part["type"]?.text {
            case "text": texts.append(part["text"]?.text ?? "")
            case "resource": texts.append(part["resource"]?["text"]?.text ?? "(a file that is no text)")
            case "resource_link": texts.append("(a link: \(part["uri"]?.text ?? ""))")
            case let kind?: texts.append("(an answer of the kind \(kind), which cannot be read aloud)")
            case nil: break
            }
        }
        var text = texts.joined(separator: "\n")
        if text.isEmpty, let structured = result["structuredContent"]?.fields { text = ToolArguments.json(structured) }
        let failed = result["isError"] == .bool(true)
        if text.isEmpty { text = failed ? "The tool failed." : "Done." }
        self.init(ToolResult.bounded(text), failed ? .failed : .ok)
    }
}
