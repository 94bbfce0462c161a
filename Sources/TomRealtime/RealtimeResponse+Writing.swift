import TomWire

extension JSONWriter {
    /// The member `response`.
    mutating func write(_ response: RealtimeResponse, _ dialect: RealtimeDialect) {
        field("response") { writer in
            writer.field("object", "realtime.response")
            writer.field("id", response.id)
            writer.field("status", response.status.name)
            writer.write(details: response.status)
            writer.array("output", of: response.output) { writer, item in
                item.write(to: &writer, dialect: dialect)
            }
            writer.nullableField("conversation_id", response.conversationID)
            writer.writeSettings(of: response, dialect)
            writer.write(response.usage)
            writer.write(metadata: response.metadata)
        }
    }

    private mutating func writeSettings(of response: RealtimeResponse, _ dialect: RealtimeDialect) {
        switch dialect {
        case .ga:
            array("output_modalities", of: [response.modality]) { $0.string($1.rawValue) }
        case .beta:
            array("modalities", of: response.modality == .audio ? ["audio", "text"] : ["text"]) { $0.string($1) }
        }
        if let limit = response.maxOutputTokens {
            field("max_output_tokens", limit)
        } else {
            field("max_output_tokens", "inf")
        }
        switch dialect {
        case .ga:
            field("audio") { writer in
                writer.field("output") { writer in
                    writer.name("format")
                    response.outputFormat.write(to: &writer)
                    writer.field("voice", response.voice)
                }
            }
        case .beta:
            field("voice", response.voice)
            field("output_audio_format", response.outputFormat.betaName)
        }
    }

    private mutating func write(details status: RealtimeResponse.Status) {
        switch status {
        case .inProgress, .completed: nullField("status_details")
        case .cancelled(let reason):
            field("status_details") { writer in
                writer.field("type", status.name)
                writer.field("reason", reason?.rawValue)
            }
        case .incomplete(let reason):
            field("status_details") { writer in
                writer.field("type", status.name)
                writer.field("reason", reason.rawValue)
            }
        case .failed(let code, let message):
            field("status_details") { writer in
                writer.field("type", status.name)
                writer.field("error") { writer in
                    writer.field("type", RealtimeFault.Kind.server.rawValue)
                    writer.field("code", code)
                    writer.field("message", message)
                }
            }
        }
    }

    private mutating func write(_ usage: RealtimeUsage?) {
        guard let usage else { return nullField("usage") }
        field("usage") { writer in
            writer.field("total_tokens", usage.input.total + usage.output.total)
            writer.field("input_tokens", usage.input.total)
            writer.field("output_tokens", usage.output.total)
            writer.field("input_token_details") { writer in
                writer.write(usage.input)
                writer.field("cached_tokens", usage.cached.total)
                writer.field("cached_tokens_details") { $0.write(usage.cached) }
            }
            writer.field("output_token_details") { writer in
                writer.field("text_tokens", usage.output.text)
                writer.field("audio_tokens", usage.output.audio)
            }
        }
    }

    private mutating func write(_ tokens: RealtimeUsage.Tokens) {
        field("text_tokens", tokens.text)
        field("audio_tokens", tokens.audio)
        field("image_tokens", tokens.image)
    }

    private mutating func write(metadata: [String: String]?) {
        guard let metadata else { return nullField("metadata") }
        field("metadata") { writer in
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                writer.name(escaping: key)
                writer.string(value)
            }
        }
    }
}

extension RealtimeResponse.Status {
    /// The word on the wire.
    var name: String {
        switch self {
        case .inProgress: "in_progress"
        case .completed: "completed"
        case .cancelled: "cancelled"
        case .incomplete: "incomplete"
        case .failed: "failed"
        }
    }
}
