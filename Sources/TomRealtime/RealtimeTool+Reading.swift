import TomConversation

extension RealtimeTool {
    /// The tools of an array, no two of which have one name.
    static func reading(_ value: JSONValue, at path: String) throws(RealtimeFault) -> [RealtimeTool] {
        guard case .array(let elements) = value else { throw .type(path, "an array", is: value) }
        guard elements.count <= RealtimeLimits.tools else {
            throw .outside("array_above_max_length", path, "at most \(RealtimeLimits.tools) tools")
        }
        var tools: [RealtimeTool] = []
        var names: Set<String> = []
        for (index, element) in elements.enumerated() {
            let tool = try RealtimeTool(element, at: path.element(index))
            guard names.insert(tool.key).inserted else {
                throw .value(path.element(index), "unlike the tools before it", "Give each a name of its own.")
            }
            tools.append(tool)
        }
        return tools
    }

    /// What tells a tool from the others.
    private var key: String {
        switch self {
        case .function(let name, _, _): "function \(name)"
        case .mcp(let label, _): "mcp \(label)"
        }
    }

    init(_ value: JSONValue, at path: String) throws(RealtimeFault) {
        guard case .object(let values) = value else { throw .type(path, "an object", is: value) }
        switch values["type"] {
        case .null?, nil, "function": self = try Self.function(value, at: path)
        case "mcp": self = try Self.mcp(value, at: path)
        case let type?:
            _ = try type.string(at: path.member("type"))
            throw .choice(path.member("type"), ["function", "mcp"])
        }
    }

    private static func function(_ value: JSONValue, at path: String) throws(RealtimeFault) -> RealtimeTool {
        let members = try JSONMembers(value, at: path, known: ["type", "name", "description", "parameters"])
        let name = try members.requiredString("name", length: 1...RealtimeLimits.nameCharacters)
        guard name.utf8.allSatisfy(\.isNameCharacter) else {
            throw .value(members.path("name"), "made of letters, digits, '_' and '-'")
        }
        let parameters = try members.object("parameters") ?? ["type": "object", "properties": [:]]
        return .function(
            name: name, description: try members.string("description") ?? "", parameters: .object(parameters))
    }

    private static func mcp(_ value: JSONValue, at path: String) throws(RealtimeFault) -> RealtimeTool {
        let members = try JSONMembers(
            value, at: path,
            known: [
                "type", "server_label", "server_url", "connector_id", "tunnel_id", "server_description",
                "authorization", "headers", "allowed_tools", "allowed_callers", "require_approval", "defer_loading",
            ])
        let label = try members.requiredString("server_label", length: 1...RealtimeLimits.nameCharacters)
        let places = [
            try members.string("server_url"), try members.string("connector_id"), try members.string("tunnel_id"),
        ]
        guard places.contains(where: { $0 != nil }) else {
            throw .missing(members.path("server_url"), "Say where the tools are: 'server_url' or 'connector_id'.")
        }
        if let url = places[0], !url.hasPrefix("https://"), !url.hasPrefix("http://") {
            throw .value(members.path("server_url"), "a URL that begins with 'https://' or 'http://'")
        }
        _ = try members.string("server_description")
        _ = try members.string("authorization")
        _ = try members.boolean("defer_loading")
        for (name, value) in (try members.object("headers") ?? [:]).sorted(by: { $0.key < $1.key }) {
            _ = try value.string(at: members.path("headers").member(name.cut))
        }
        for (index, caller) in (try members.strings("allowed_callers") ?? []).enumerated()
        where !["direct", "programmatic"].contains(caller) {
            throw .choice(members.path("allowed_callers").element(index), ["direct", "programmatic"])
        }
        if let value = members.value("allowed_tools") { try checkFilter(value, at: members.path("allowed_tools")) }
        if let value = members.value("require_approval") {
            try checkApproval(value, at: members.path("require_approval"))
        }
        return .mcp(label: label, value)
    }

    /// The names of tools, or an object that says which are meant.
    private static func checkFilter(_ value: JSONValue, at path: String) throws(RealtimeFault) {
        if case .array(let names) = value {
            for (index, name) in names.enumerated() { _ = try name.string(at: path.element(index)) }
            return
        }
        try checkToolFilter(value, at: path)
    }

    private static func checkToolFilter(_ value: JSONValue, at path: String) throws(RealtimeFault) {
        let members = try JSONMembers(value, at: path, known: ["tool_names", "read_only"])
        _ = try members.strings("tool_names")
        _ = try members.boolean("read_only")
    }

    private static func checkApproval(_ value: JSONValue, at path: String) throws(RealtimeFault) {
        if case .string(let text) = value {
            guard ["always", "never"].contains(text) else { throw .choice(path, ["always", "never"]) }
            return
        }
        let members = try JSONMembers(value, at: path, known: ["always", "never"])
        for name in ["always", "never"] {
            if let filter = members.value(name) { try checkToolFilter(filter, at: members.path(name)) }
        }
    }
}

extension RealtimeToolChoice {
    init(_ value: JSONValue, at path: String) throws(RealtimeFault) {
        switch value {
        case "auto": self = .auto
        case "none": self = .none
        case "required": self = .required
        case .string: throw .choice(path, ["auto", "none", "required"])
        case .object: self = try Self.object(value, at: path)
        default: throw .type(path, "a string or an object", is: value)
        }
    }

    private static func object(_ value: JSONValue, at path: String) throws(RealtimeFault) -> RealtimeToolChoice {
        let length = 1...RealtimeLimits.nameCharacters
        if value["type"] == "mcp" {
            let members = try JSONMembers(value, at: path, known: ["type", "server_label", "name"])
            return .mcp(
                label: try members.requiredString("server_label", length: length),
                name: try members.string("name", length: length))
        }
        let members = try JSONMembers(value, at: path, known: ["type", "name", "function"])
        _ = try members.requiredType(["function", "mcp"])
        // The form of the Chat Completions API, which clients of the beta send.
        if let function = try members.members("function", known: ["name"]) {
            return .function(name: try function.requiredString("name", length: length))
        }
        return .function(name: try members.requiredString("name", length: length))
    }
}

extension UInt8 {
    /// A letter, a digit, `_` or `-` of ASCII.
    fileprivate var isNameCharacter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
