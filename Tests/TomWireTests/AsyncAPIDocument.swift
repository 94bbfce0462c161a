import TomWire

/// The AsyncAPI 3.0 description of the protocol, made from `WireCatalog`; `docs/asyncapi.yaml` holds it.
///
/// The YAML it writes is plain: block mappings, flow lists of strings, double-quoted text.
enum AsyncAPIDocument {
    static let text: String = {
        let messages =
            WireCatalog.client.map { (side: "client", event: $0) }
            + WireCatalog.server.map { (side: "server", event: $0) }
        var lines = header
        lines += messages.map {
            "      \($0.side)_\($0.event.type): {$ref: '#/components/messages/\($0.side)_\($0.event.type)'}"
        }
        lines += operation("receive", "client", "What the server receives.", WireCatalog.client)
        lines += operation("send", "server", "What the server sends.", WireCatalog.server)
        lines += ["components:", "  messages:"]
        for message in messages { lines += render(message.event, side: message.side) }
        return lines.joined(separator: "\n") + "\n"
    }()

    private static let header = [
        "# Made from WireCatalog by Tests/TomWireTests (TOM_UPDATE_DOCS=1 writes it anew); a test fails when it is stale.",
        "asyncapi: 3.0.0",
        "info:",
        "  title: TOM call protocol",
        "  version: 1.0.0",
        "  description: \"One WebSocket carries one call; docs/protocol.md explains it. Unknown fields are ignored.\"",
        "  license: {name: Apache-2.0, url: 'https://www.apache.org/licenses/LICENSE-2.0'}",
        "servers:",
        "  local: {host: '127.0.0.1:8080', protocol: ws}",
        "channels:",
        "  call:",
        "    address: /ws/stream/{call_id}",
        "    parameters:",
        "      call_id: {description: \"1 to 100 characters of A-Z a-z 0-9 . _ : -\"}",
        "    messages:",
    ]

    private static func operation(
        _ action: String, _ side: String, _ summary: String, _ events: [WireCatalog.Event]
    ) -> [String] {
        (action == "receive" ? ["operations:"] : []) + [
            "  \(side)_events:", "    action: \(action)", "    summary: \"\(summary)\"",
            "    channel: {$ref: '#/channels/call'}", "    messages:",
        ] + events.map { "      - {$ref: '#/channels/call/messages/\(side)_\($0.type)'}" }
    }

    private static func render(_ event: WireCatalog.Event, side: String) -> [String] {
        let summary = (side == "client" ? clientSummaries : serverSummaries)[event.type] ?? ""
        let types = ([event.type] + event.aliases).joined(separator: ", ")
        return [
            "    \(side)_\(event.type):", "      name: \(event.type)", "      summary: \"\(summary)\"",
            "      contentType: application/json", "      payload:", "        type: object",
            "        required: [\((["type"] + required(event.fields)).joined(separator: ", "))]",
            "        properties:", "          type: {type: string, enum: [\(types)]}",
        ] + properties(event.fields, indent: 10)
    }

    private static func required(_ fields: [WireCatalog.Field]) -> [String] {
        fields.filter(\.isRequired).map(\.name)
    }

    private static func properties(_ fields: [WireCatalog.Field], indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return fields.flatMap { field -> [String] in
            guard case .object(let inner) = field.kind else { return ["\(margin)\(field.name): {\(schema(field))}"] }
            return [
                "\(margin)\(field.name):", "\(margin)  type: object",
                "\(margin)  required: [\(required(inner).joined(separator: ", "))]", "\(margin)  properties:",
            ] + properties(inner, indent: indent + 4)
        }
    }

    private static func schema(_ field: WireCatalog.Field) -> String {
        let limits = limits[field.name].map { ", \($0)" } ?? ""
        return switch field.kind {
        case .string: "type: string\(limits)"
        case .choice(let choices): "type: string, enum: [\(choices.map { "'\($0)'" }.joined(separator: ", "))]"
        case .integer where field.name == "sample_rate":
            "type: integer, enum: [\(WireAudioFormat.pcm16SampleRates.map(String.init).joined(separator: ", "))]"
        case .integer: "type: integer, minimum: 0"
        case .number: "type: number\(limits)"
        case .nullableNumber: "type: [number, 'null']"
        case .boolean: "type: boolean"
        case .scalar: "type: [string, number, boolean, 'null']"
        case .base64: "type: string, contentEncoding: base64, minLength: 4"
        case .strings: "type: object, additionalProperties: {type: string}"
        case .object: ""
        }
    }

    /// Bounds of the client's strings and numbers, by field name.
    private static let limits = [
        "agent": "pattern: '^[A-Za-z0-9._-]{1,\(WireLimits.identifierCharacters)}$'",
        "confidence": "minimum: 0, maximum: 1",
        "played_ms": "minimum: 0",
    ]

    static let clientSummaries = [
        "start": "Settings of the call; optional, first message only.",
        "audio_chunk": "Microphone audio, 1 sample to 1 s.",
        "commit": "Manual turn detection: the utterance is complete.",
        "barge_in": "The client stopped playback.",
        "playback": "How much of a reply has left the speaker.",
        "text": "A typed user turn, 1 to 2000 characters.",
        "dtmf": "A key press.",
        "ping": "Answered by pong with the same ts and id.",
        "stop": "Ends the call.",
    ]

    static let serverSummaries = [
        "connected": "The call is up; always first.",
        "speech_started": "The caller began to speak.",
        "speech_stopped": "The caller fell silent.",
        "stt_partial": "The utterance so far; it may change.",
        "stt_final": "The utterance.",
        "llm_token": "More of the reply's text.",
        "tool_call": "The reply uses a tool.",
        "tts_audio": "Reply audio.",
        "tts_start": "Binary framing: reply audio follows in binary frames.",
        "tts_end": "Binary framing: no more audio of this reply.",
        "barge_in": "The caller interrupted: drop queued audio of the reply.",
        "turn_end": "The reply to a turn is over.",
        "heartbeat": "The call is alive; every 30 s.",
        "pong": "Answers ping; ts and id as sent.",
        "notice": "Something degraded, the call goes on.",
        "stopped": "The call is over.",
        "error": "A message was refused, or the call failed.",
    ]
}
