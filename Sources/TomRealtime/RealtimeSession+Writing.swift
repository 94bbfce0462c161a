import TomConversation
package import TomWire

/// The session as `session.created`, `session.updated` and the answer to `client_secrets` show it: every setting that is
/// in effect, in the order of the API's own examples.
extension RealtimeSession {
    /// Writes the session as one object; `writer.name("session")` comes before it.
    /// - Parameter clientSecret: shown in the beta's object, as good as the session; `nil`: there is none.
    package func write(to writer: inout JSONWriter, dialect: RealtimeDialect, clientSecret: String? = nil) {
        writer.object { writer in
            switch (dialect, kind) {
            case (.ga, .realtime): writeRealtime(&writer)
            case (.ga, .transcription): writeTranscription(&writer)
            case (.beta, .realtime): writeBetaRealtime(&writer, clientSecret)
            case (.beta, .transcription): writeBetaTranscription(&writer, clientSecret)
            }
        }
    }

    // MARK: GA

    private func writeRealtime(_ writer: inout JSONWriter) {
        writer.field("type", kind.rawValue)
        writer.field("object", "realtime.session")
        writer.field("id", id)
        writer.field("model", model)
        writer.array("output_modalities", of: [modality.rawValue]) { $0.string($1) }
        writer.field("instructions", instructions)
        writeTools(&writer)
        if let parallelToolCalls { writer.field("parallel_tool_calls", parallelToolCalls) }
        writer.name("max_output_tokens")
        writeMaxOutputTokens(&writer)
        writeModelSettings(&writer)
        writer.field("expires_at", expiresAt)
        writer.field("audio") { writer in
            writer.field("input") { writeInput(&$0) }
            writer.field("output") { writer in
                writer.name("format")
                outputFormat.write(to: &writer)
                writer.field("voice", voice)
                writer.field("speed", speed)
            }
        }
        writeInclude(&writer)
    }

    private func writeTranscription(_ writer: inout JSONWriter) {
        writer.field("type", kind.rawValue)
        writer.field("object", "realtime.transcription_session")
        writer.field("id", id)
        writer.field("expires_at", expiresAt)
        writer.field("audio") { writer in writer.field("input") { writeInput(&$0) } }
        writeInclude(&writer)
    }

    private func writeInput(_ writer: inout JSONWriter) {
        writer.name("format")
        inputFormat.write(to: &writer)
        writer.name("transcription")
        writeTranscriptionSettings(&writer)
        writer.name("noise_reduction")
        writeNoiseReduction(&writer)
        writer.name("turn_detection")
        writeTurnDetection(&writer)
    }

    // MARK: Beta

    private func writeBetaRealtime(_ writer: inout JSONWriter, _ clientSecret: String?) {
        writer.field("object", "realtime.session")
        writer.field("id", id)
        writer.field("model", model)
        writeBetaModalities(&writer)
        writer.field("instructions", instructions)
        writer.field("voice", voice)
        writer.field("output_audio_format", outputFormat.betaName)
        writeTools(&writer)
        writer.field("temperature", temperature)
        writer.name("max_response_output_tokens")
        writeMaxOutputTokens(&writer)
        writer.name("turn_detection")
        writeTurnDetection(&writer, isBeta: true)
        writer.field("speed", speed)
        writer.field("tracing", value: tracing)
        writer.field("expires_at", expiresAt)
        writeBetaInput(&writer)
        writeClientSecret(&writer, clientSecret)
        writeInclude(&writer)
    }

    private func writeBetaTranscription(_ writer: inout JSONWriter, _ clientSecret: String?) {
        writer.field("object", "realtime.transcription_session")
        writer.field("id", id)
        writer.field("expires_at", expiresAt)
        writeBetaModalities(&writer)
        writer.name("turn_detection")
        writeTurnDetection(&writer, isBeta: true)
        writeBetaInput(&writer)
        writeClientSecret(&writer, clientSecret)
        writeInclude(&writer)
    }

    private func writeClientSecret(_ writer: inout JSONWriter, _ value: String?) {
        guard let value else { return writer.nullField("client_secret") }
        writer.field("client_secret") { writer in
            writer.field("value", value)
            writer.field("expires_at", expiresAt)
        }
    }

    private func writeBetaInput(_ writer: inout JSONWriter) {
        writer.name("input_audio_noise_reduction")
        writeNoiseReduction(&writer)
        writer.field("input_audio_format", inputFormat.betaName)
        writer.name("input_audio_transcription")
        writeTranscriptionSettings(&writer)
    }

    private func writeBetaModalities(_ writer: inout JSONWriter) {
        writer.array("modalities", of: modality == .audio ? ["audio", "text"] : ["text"]) { $0.string($1) }
    }

    // MARK: Both

    private func writeTools(_ writer: inout JSONWriter) {
        writer.array("tools", of: tools) { $1.write(to: &$0) }
        writer.name("tool_choice")
        toolChoice.write(to: &writer)
    }

    private func writeMaxOutputTokens(_ writer: inout JSONWriter) {
        if let maxOutputTokens { writer.integer(maxOutputTokens) } else { writer.string("inf") }
    }

    private func writeModelSettings(_ writer: inout JSONWriter) {
        writer.field("tracing", value: tracing)
        writer.field("truncation", value: truncation)
        writer.field("prompt", value: prompt)
        if let reasoning { writer.field("reasoning", value: reasoning) }
    }

    private func writeInclude(_ writer: inout JSONWriter) {
        guard let include else { return writer.nullField("include") }
        writer.array("include", of: include) { $0.string($1) }
    }

    private func writeNoiseReduction(_ writer: inout JSONWriter) {
        guard let noiseReduction else { return writer.null() }
        writer.object { writer in
            writer.field("type", noiseReduction.rawValue)
            if let noiseReductionStrength { writer.field("strength", noiseReductionStrength) }
        }
    }

    private func writeTranscriptionSettings(_ writer: inout JSONWriter) {
        guard let transcription else { return writer.null() }
        writer.object { writer in
            writer.nullableField("model", transcription.model)
            writer.nullableField("language", transcription.language)
            writer.nullableField("prompt", transcription.prompt)
            writer.members(transcription.others)
        }
    }

    /// The beta's object has no idle timeout, and its strict clients refuse one.
    private func writeTurnDetection(_ writer: inout JSONWriter, isBeta: Bool = false) {
        guard let turnDetection else { return writer.null() }
        writer.object { writer in
            switch turnDetection.kind {
            case .server(let threshold, let prefixPaddingMs, let silenceMs, let idleTimeoutMs):
                writer.field("type", "server_vad")
                writer.field("threshold", threshold)
                writer.field("prefix_padding_ms", prefixPaddingMs)
                writer.field("silence_duration_ms", silenceMs)
                if !isBeta { writer.nullableField("idle_timeout_ms", idleTimeoutMs) }
            case .semantic(let eagerness):
                writer.field("type", "semantic_vad")
                writer.field("eagerness", eagerness.rawValue)
            }
            // Clients that cancel by themselves look here whether the server does.
            writer.field("create_response", turnDetection.createsResponse)
            writer.field("interrupt_response", turnDetection.interruptsResponse)
        }
    }
}

extension RealtimeSession.Format {
    /// Writes the format as the object of the GA API.
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("type", rawValue)
            if self == .pcm { writer.field("rate", sampleRate) }
        }
    }
}

extension RealtimeTool {
    /// Writes the tool as one object, without what gives access to it: who reads the session may not be who set it.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .function(let name, let description, let parameters):
            writer.object { writer in
                writer.field("type", "function")
                writer.field("name", name)
                writer.field("description", description)
                writer.field("parameters", value: parameters)
            }
        case .mcp(_, let tool):
            var shown = tool.fields ?? [:]
            shown["authorization"] = nil
            shown["headers"] = nil
            writer.value(.object(shown))
        }
    }
}

extension RealtimeToolChoice {
    /// Writes the choice as a string or an object.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .auto: writer.string("auto")
        case .none: writer.string("none")
        case .required: writer.string("required")
        case .function(let name):
            writer.object { writer in
                writer.field("type", "function")
                writer.field("name", name)
            }
        case .mcp(let label, let name):
            writer.object { writer in
                writer.field("type", "mcp")
                writer.field("server_label", label)
                writer.field("name", name)
            }
        }
    }
}
