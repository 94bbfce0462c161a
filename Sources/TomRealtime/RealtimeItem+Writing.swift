package import TomWire

extension RealtimeItem {
    /// Writes the item as one object.
    ///
    /// - Parameter includesAudio: whether the bytes of audio are told, which only `conversation.item.retrieved` does.
    package func write(to writer: inout JSONWriter, dialect: RealtimeDialect, includesAudio: Bool = false) {
        writer.object { writer in
            writer.field("id", id)
            // Items of remote tools have neither.
            let hasStatus = if case .mcp = kind { false } else { true }
            if hasStatus { writer.field("object", "realtime.item") }
            writer.field("type", typeName)
            if hasStatus, let status { writer.field("status", status.rawValue) }
            switch kind {
            case .message(let role, let parts):
                writer.field("role", role.rawValue)
                writer.array("content", of: parts) { writer, part in
                    part.write(to: &writer, role: role, dialect: dialect, includesAudio: includesAudio)
                }
            case .functionCall(let callID, let name, let arguments):
                writer.field("name", name)
                writer.field("call_id", callID)
                writer.field("arguments", arguments)
            case .functionCallOutput(let callID, let output):
                writer.field("call_id", callID)
                writer.field("output", output)
            case .mcp(_, let members):
                writer.members(members)
            }
        }
    }

    /// The `type` on the wire.
    var typeName: String {
        switch kind {
        case .message: "message"
        case .functionCall: "function_call"
        case .functionCallOutput: "function_call_output"
        case .mcp(let type, _): type
        }
    }
}

extension RealtimeItem.Part {
    /// Writes the part as one element of an item's `content`.
    package func write(
        to writer: inout JSONWriter, role: RealtimeItem.Role, dialect: RealtimeDialect, includesAudio: Bool
    ) {
        writer.object { writer in
            writer.field("type", typeName(role, dialect))
            switch self {
            case .text(let text): writer.field("text", text)
            case .audio(let audio, let transcript):
                if includesAudio { writer.nullableField("audio", audio) }
                writer.nullableField("transcript", transcript)
            case .image(let url, let detail):
                writer.field("image_url", url)
                writer.field("detail", detail)
            }
        }
    }

    private func typeName(_ role: RealtimeItem.Role, _ dialect: RealtimeDialect) -> String {
        switch (self, role, dialect) {
        case (.text, .assistant, .ga): "output_text"
        case (.text, .assistant, .beta): "text"
        case (.text, _, _): "input_text"
        case (.audio, .assistant, .ga): "output_audio"
        case (.audio, .assistant, .beta): "audio"
        case (.audio, _, _): "input_audio"
        case (.image, _, _): "input_image"
        }
    }
}
