public import TomConversation

/// A server of tools (MCP) that a client of the Realtime API brings to its call: an element of `tools` with the type `mcp`.
///
/// Holds what proves the client's rights there, and does not show it.
public struct ClientToolServer: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The client's name for it, `server_label`: the names of its tools begin with it, for models.
    public var label: String
    public var url: String
    /// A token of OAuth, sent as a bearer token; `nil`: none is sent.
    public var authorization: String?
    /// Further fields of every request.
    public var headers: [String: String] = [:]
    /// What models are offered of it; `nil`: all.
    public var allowed: ToolFilter?
    /// What the client is asked for before it runs.
    public var approval = ToolApproval.always

    public init(label: String, url: String) {
        self.label = label
        self.url = url
    }

    /// What is connected to: the same whatever the client wants to be asked for.
    public var connection: ClientToolServer {
        var connection = self
        connection.approval = .always
        return connection
    }

    public var description: String { "tool server \(label)" }
    public var debugDescription: String { description }
}

extension ClientToolServer {
    /// An element of a session's `tools`.
    /// - Parameter json: members whose kinds have been checked.
    /// - Returns: `nil` for one without `server_url`: a connector of OpenAI's own, which is nowhere else.
    public init?(json: JSONValue) {
        guard let url = json["server_url"]?.text, let label = json["server_label"]?.text else { return nil }
        self.init(label: label, url: url)
        authorization = json["authorization"]?.text
        headers = json["headers"]?.fields?.compactMapValues(\.text) ?? [:]
        allowed = json["allowed_tools"].flatMap(ToolFilter.init(json:))
        approval = json["require_approval"].map(ToolApproval.init(json:)) ?? .always
    }
}

/// Which of a server's tools are meant: those that fit all of it.
public struct ToolFilter: Sendable, Equatable {
    /// The server's own names; `nil`: whatever they are called.
    public var names: [String]?
    /// Whether they only read, as far as the server says so of itself; `nil`: either.
    public var isReadOnly: Bool?

    public init(names: [String]? = nil, isReadOnly: Bool? = nil) {
        self.names = names
        self.isReadOnly = isReadOnly
    }

    /// - Parameter json: names, or an object that says which are meant; `nil` for anything else, such as `null`.
    fileprivate init?(json: JSONValue) {
        if let names = json.elements {
            self.init(names: names.compactMap(\.text))
        } else if let fields = json.fields {
            let isReadOnly: Bool? = if case .bool(let value)? = fields["read_only"] { value } else { nil }
            self.init(names: fields["tool_names"]?.elements?.compactMap(\.text), isReadOnly: isReadOnly)
        } else {
            return nil
        }
    }

    public func includes(_ tool: ServerTool) -> Bool {
        (names?.contains(tool.name) ?? true) && (isReadOnly.map { $0 == tool.isReadOnly } ?? true)
    }
}

/// Which tools a client wants to be asked for before they run.
public enum ToolApproval: Sendable, Equatable {
    case always
    case never
    /// Those that `always` includes, and of the others all that `never` does not; `nil` includes none.
    case filtered(always: ToolFilter?, never: ToolFilter?)

    fileprivate init(json: JSONValue) {
        if let rules = json.fields {
            self = .filtered(
                always: rules["always"].flatMap(ToolFilter.init(json:)),
                never: rules["never"].flatMap(ToolFilter.init(json:)))
        } else {
            self = json == "never" ? .never : .always
        }
    }

    public func isNeeded(for tool: ServerTool) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .filtered(let always, let never):
            always?.includes(tool) ?? false || !(never?.includes(tool) ?? false)
        }
    }
}

/// A tool of a server.
public struct ServerTool: Sendable, Equatable {
    /// The server's own name for it.
    public let name: String
    /// As models are told of it, under a name of its own.
    public let tool: ToolDescription
    /// What the server says of it besides, an object as the protocol has it; `null` for nothing.
    public let annotations: JSONValue

    public init(name: String, tool: ToolDescription, annotations: JSONValue = .null) {
        self.name = name
        self.tool = tool
        self.annotations = annotations
    }

    /// Whether it changes nothing, by the server's own account.
    public var isReadOnly: Bool { annotations["readOnlyHint"] == .bool(true) }
}

/// Opens the tool servers that clients bring.
public protocol ToolServers: Sendable {
    /// Connects and lists the tools, in bounded time.
    /// - Throws: `EngineError` with a code `tool.…`: the server may not be asked, is not there, or is none.
    func open(_ server: ClientToolServer) async throws(EngineError) -> any OpenToolServer
}

/// A client's tool server for the time of its call. ``ToolSource/tools`` are those that the client allows.
public protocol OpenToolServer: ToolSource {
    /// What it offers, with the server's own names.
    var listed: [ServerTool] { get }
    /// Ends the session. Nothing runs afterwards.
    func close() async
}
