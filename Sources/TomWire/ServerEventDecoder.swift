/// Reads the text frames of one call on the client's side.
///
/// It never traps, whatever the input. A `type` it does not know throws `unknown_type`, which a client may pass over.
public struct ServerEventDecoder: Sendable {
    public init() {}

    /// Reads one message. For `tts_audio` the samples replace the content of `audio`; otherwise it is left alone.
    ///
    /// - Parameters:
    ///   - bytes: one whole text frame.
    ///   - audio: reused from message to message; its content is undefined when this throws.
    /// - Throws: `WireError`, with `ref` set when the message has a `type`.
    public func decode(
        _ bytes: UnsafeRawBufferPointer, audioInto audio: inout [UInt8]
    ) throws(WireError) -> ServerMessage {
        let fields = try MessageFields(message: bytes)
        let type = try fields.string(.type)
        guard let name = ServerEvent.Name(rawValue: type) else { throw .unknownType(type) }
        do {
            // A pong's `ts` is the ping's, of any type.
            let ts = name == .pong ? nil : try fields.milliseconds(.ts)
            return ServerMessage(ts: ts, event: try event(name, fields, &audio))
        } catch {
            throw error.about(type)
        }
    }

    /// Reads one message from a span.
    public func decode(_ bytes: Span<UInt8>, audioInto audio: inout [UInt8]) throws(WireError) -> ServerMessage {
        try bytes.withUnsafeBytes { bytes throws(WireError) in try decode(bytes, audioInto: &audio) }
    }

    private func event(
        _ name: ServerEvent.Name, _ fields: MessageFields, _ audio: inout [UInt8]
    ) throws(WireError) -> ServerEvent {
        switch name {
        case .ttsAudio: .ttsAudio(try ttsAudio(fields, &audio))
        case .connected: .connected(try ServerEvent.Connected(fields))
        case .speechStarted: .speechStarted(audioMs: try fields.integer(.audioMs))
        case .speechStopped: .speechStopped(audioMs: try fields.integer(.audioMs))
        case .sttPartial: .sttPartial(text: try fields.string(.text), turnID: try fields.string(.turnID))
        case .sttFinal: try transcript(fields)
        case .llmToken:
            .llmToken(
                text: try fields.string(.text), turnID: try fields.string(.turnID),
                responseID: try fields.string(.responseID))
        case .toolCall:
            .toolCall(
                turnID: try fields.string(.turnID), name: try fields.string(.name), status: try fields.choice(.status))
        case .ttsStart: .ttsStart(responseID: try fields.string(.responseID), turnID: try fields.string(.turnID))
        case .ttsEnd: .ttsEnd(responseID: try fields.string(.responseID))
        case .bargeIn:
            .bargeIn(
                responseID: try fields.string(.responseID), heardMs: try fields.integer(.heardMs),
                heardText: try fields.string(.heardText))
        case .turnEnd: .turnEnd(try ServerEvent.TurnEnd(fields))
        case .heartbeat: .heartbeat
        case .pong: try pong(fields)
        case .notice: .notice(code: try fields.string(.code), message: try fields.string(.message))
        case .stopped: .stopped(reason: try fields.string(.reason))
        case .error: .error(try ServerEvent.Failure(fields))
        }
    }

    private func ttsAudio(
        _ fields: MessageFields, _ audio: inout [UInt8]
    ) throws(WireError) -> ServerEvent.TTSAudio {
        let format = try WireAudioFormat(fields)
        let seq = try fields.integer(.seq)
        let turnID = try fields.string(.turnID)
        let responseID = try fields.string(.responseID)
        let count = try fields.audio(.bytes, as: format, limit: format.bytesPerSecond, into: &audio)
        return ServerEvent.TTSAudio(
            format: format, byteCount: count, seq: seq, turnID: turnID, responseID: responseID)
    }

    private func transcript(_ fields: MessageFields) throws(WireError) -> ServerEvent {
        let confidence = try fields.optionalNumber(.confidence)
        if let confidence, !(0...1 ~= confidence) { throw fields.invalid(.confidence, "a number from 0 to 1") }
        return .sttFinal(
            text: try fields.string(.text), turnID: try fields.string(.turnID),
            language: try fields.optionalString(.language), confidence: confidence)
    }

    private func pong(_ fields: MessageFields) throws(WireError) -> ServerEvent {
        guard let ts = try fields.scalar(.ts) else { throw .missing(fields.path(.ts)) }
        return .pong(ts: ts, id: try fields.scalar(.id))
    }
}

extension ServerEvent.Connected {
    init(_ fields: MessageFields) throws(WireError) {
        callID = try fields.string(.callID)
        guard try fields.string(.protocol) == TomProtocol.name else {
            throw fields.invalid(.protocol, "\"\(TomProtocol.name)\"")
        }
        let audio = try fields.object(.audio, path: "audio.")
        input = try WireAudioFormat(try audio.object(.input, path: "audio.input."))
        output = try WireAudioFormat(try audio.object(.output, path: "audio.output."))
        framing = try audio.choice(.framing)
        let names = try fields.object(.engines, path: "engines.")
        engines = .init(stt: try names.string(.stt), llm: try names.string(.llm), tts: try names.string(.tts))
        let bounds = try fields.object(.limits, path: "limits.")
        limits = .init(
            messagesPerSecond: try bounds.integer(.messagesPerSecond),
            maxMessageBytes: try bounds.integer(.maxMessageBytes))
    }
}

extension ServerEvent.TurnEnd {
    init(_ fields: MessageFields) throws(WireError) {
        turnID = try fields.string(.turnID)
        responseID = try fields.string(.responseID)
        status = try fields.choice(.status)
        let stages = try fields.object(.latency, path: "latency.")
        latency = .init(
            endpointingMs: try stages.nullableNumber(.endpointingMs), sttMs: try stages.nullableNumber(.sttMs),
            llmFirstTokenMs: try stages.nullableNumber(.llmFirstTokenMs),
            ttsFirstAudioMs: try stages.nullableNumber(.ttsFirstAudioMs),
            otherMs: try stages.nullableNumber(.otherMs), e2eMs: try stages.nullableNumber(.e2eMs))
    }
}

extension ServerEvent.Failure {
    init(_ fields: MessageFields) throws(WireError) {
        code = try fields.string(.code)
        message = try fields.string(.message)
        hint = try fields.optionalString(.hint)
        fatal = try fields.boolean(.fatal)
        ref = try fields.optionalString(.ref)
    }
}

extension MessageFields {
    /// A number or `null`; the field itself has to be there.
    fileprivate func nullableNumber(_ name: FieldName) throws(WireError) -> Double? {
        _ = try required(name)
        return try optionalNumber(name)
    }
}
