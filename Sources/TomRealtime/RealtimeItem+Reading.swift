public import TomConversation
import TomWire

extension RealtimeItem {
    /// Reads an item that a client creates.
    ///
    /// - Parameters:
    ///   - json: the item.
    ///   - param: where it is, for faults: `item`, `response.input[0]`.
    /// - Throws: `RealtimeFault`; also for audio of the assistant's, which no client can create.
    public init(_ json: JSONValue, dialect: RealtimeDialect, param: String) throws(RealtimeFault) {
        guard case .object(let values) = json else { throw .type(param, "an object", is: json) }
        let type = try Self.type(values, at: param)
        let common = ["id", "object", "type", "status"]
        let members = try JSONMembers(values, at: param, known: common + Self.known(type))
        id = try members.id("id")
        status = try members.choice("status")
        _ = try members.choice("object", of: ["realtime.item"])
        switch type {
        case "message": kind = try Self.message(members, dialect)
        case "function_call":
            kind = .functionCall(
                callID: try members.requiredID("call_id"),
                name: try members.requiredString("name", length: 1...RealtimeLimits.nameCharacters),
                arguments: try members.requiredString("arguments"))
        case "function_call_output":
            kind = .functionCallOutput(
                callID: try members.requiredID("call_id"), output: try members.requiredString("output"))
        default:
            try Self.checkTool(members, type)
            kind = .mcp(type: type, values.filter { !common.contains($0.key) })
        }
    }

    private static func type(_ values: [String: JSONValue], at param: String) throws(RealtimeFault) -> String {
        let types = [
            "message", "function_call", "function_call_output", "mcp_approval_response", "mcp_list_tools", "mcp_call",
            "mcp_approval_request",
        ]
        let path = param.member("type")
        guard let value = values["type"], value != .null else { throw .missing(path, "'message' is one.") }
        let type = try value.string(at: path)
        guard type != "item_reference" else {
            throw .value(path, "that of an item", "References to items are for 'response.input'.")
        }
        guard types.contains(type) else { throw .choice(path, types) }
        return type
    }

    /// The members that items of `type` have beside those of all.
    private static func known(_ type: String) -> [String] {
        switch type {
        case "message": ["role", "content"]
        case "function_call": ["call_id", "name", "arguments"]
        case "function_call_output": ["call_id", "output"]
        case "mcp_approval_response": ["approval_request_id", "approve", "reason"]
        case "mcp_list_tools": ["server_label", "tools"]
        case "mcp_call": ["server_label", "name", "arguments", "approval_request_id", "error", "output"]
        default: ["server_label", "name", "arguments"]
        }
    }

    private static func checkTool(_ members: JSONMembers, _ type: String) throws(RealtimeFault) {
        switch type {
        case "mcp_approval_response":
            _ = try members.requiredID("approval_request_id")
            _ = try members.required("approve")
            _ = try members.boolean("approve")
            _ = try members.string("reason")
        case "mcp_list_tools":
            _ = try members.requiredString("server_label")
            _ = try members.required("tools")
            for (index, tool) in (try members.array("tools") ?? []).enumerated() {
                let tool = try JSONMembers(
                    tool, at: members.path("tools").element(index),
                    known: ["name", "description", "input_schema", "annotations"])
                _ = try tool.requiredString("name")
                _ = try tool.required("input_schema")
            }
        default:
            for name in ["server_label", "name", "arguments"] { _ = try members.requiredString(name) }
            if type == "mcp_call" {
                _ = try members.id("approval_request_id")
                _ = try members.object("error")
                _ = try members.string("output")
            }
        }
    }

    // MARK: Messages

    private static func message(_ members: JSONMembers, _ dialect: RealtimeDialect) throws(RealtimeFault) -> Kind {
        guard let role = try members.choice("role", as: Role.self) else {
            throw .missing(members.path("role"), "Send 'user', 'assistant' or 'system'.")
        }
        _ = try members.required("content")
        var parts: [Part] = []
        for (index, part) in (try members.array("content") ?? []).enumerated() {
            let path = members.path("content").element(index)
            parts.append(try Part(part, of: role, dialect, at: path))
        }
        return .message(role, parts)
    }
}

extension RealtimeItem.Part {
    /// Reads one element of a message's `content`.
    init(
        _ value: JSONValue, of role: RealtimeItem.Role, _ dialect: RealtimeDialect, at path: String
    ) throws(RealtimeFault) {
        let types = Self.types(of: role, dialect)
        let known = ["type", "text", "audio", "transcript", "image_url", "detail"]
        let type = try JSONMembers(value, at: path, known: known).requiredType(types)
        switch type {
        case "input_audio":
            let members = try JSONMembers(value, at: path, known: ["type", "audio", "transcript"])
            let audio = try members.requiredString("audio")
            guard audio.isBase64 else {
                throw .value(members.path("audio"), "audio in base64", "RFC 4648 section 4, with padding.")
            }
            self = .audio(audio: audio, transcript: try members.string("transcript"))
        case "output_audio", "audio":
            throw .value(
                path.member("type"), "that of a text",
                "Audio of the assistant cannot be created; send what was said as text.")
        case "input_image":
            let members = try JSONMembers(value, at: path, known: ["type", "image_url", "detail"])
            self = .image(
                url: try members.requiredString("image_url", length: 1...Int.max),
                detail: try members.choice("detail", of: ["auto", "low", "high"]))
        default:
            let members = try JSONMembers(value, at: path, known: ["type", "text"])
            self = .text(try members.requiredString("text"))
        }
    }

    private static func types(of role: RealtimeItem.Role, _ dialect: RealtimeDialect) -> [String] {
        switch (role, dialect) {
        case (.user, _): ["input_text", "input_audio", "input_image"]
        case (.system, _): ["input_text"]
        case (.assistant, .ga): ["output_text", "output_audio"]
        case (.assistant, .beta): ["text", "audio", "output_text", "output_audio"]
        }
    }
}

extension String {
    /// Whether it is base64 of at least one byte.
    fileprivate var isBase64: Bool {
        var text = self
        return text.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            guard let count = Base64.decodedCount(bytes), count > 0 else { return false }
            return withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { Base64.decode(bytes, into: $0) }
        }
    }
}
