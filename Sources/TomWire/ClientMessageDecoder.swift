/// Reads the text frames of one call on the server's side.
///
/// It never traps, whatever the input, and allocates nothing for an audio message once the buffer has its size.
public struct ClientMessageDecoder: Sendable {
    /// The negotiated input format, which decides how much audio is one second and whether half a sample can be.
    public var inputFormat: WireAudioFormat

    public init(inputFormat: WireAudioFormat = .standard) { self.inputFormat = inputFormat }

    /// Reads one message. For `audio_chunk` the samples replace the content of `audio`; otherwise it is left alone.
    ///
    /// - Parameters:
    ///   - bytes: one whole text frame.
    ///   - audio: reused from message to message; its content is undefined when this throws.
    /// - Throws: `WireError`, with `ref` set when the message has a `type`.
    public func decode(_ bytes: UnsafeRawBufferPointer, audioInto audio: inout [UInt8]) throws(WireError) -> ClientEvent
    {
        let fields = try MessageFields(message: bytes)
        let type = try fields.string(.type)
        guard let name = ClientEvent.Name(rawValue: type) else { throw .unknownType(type) }
        do {
            return try event(name, fields, &audio)
        } catch {
            throw error.about(type)
        }
    }

    /// Reads one message from a span.
    public func decode(_ bytes: Span<UInt8>, audioInto audio: inout [UInt8]) throws(WireError) -> ClientEvent {
        try bytes.withUnsafeBytes { bytes throws(WireError) in try decode(bytes, audioInto: &audio) }
    }

    private func event(
        _ name: ClientEvent.Name, _ fields: MessageFields, _ audio: inout [UInt8]
    ) throws(WireError) -> ClientEvent {
        switch name {
        case .audioChunk, .audio: try chunk(fields, &audio)
        case .start: .start(try ClientEvent.Start(fields))
        case .commit: .commit
        case .bargeIn:
            .bargeIn(ts: try fields.optionalNumber(.ts), playedMs: try fields.optionalMilliseconds(.playedMs))
        case .playback:
            .playback(responseID: try responseID(fields), playedMs: try fields.milliseconds(.playedMs))
        case .text: .text(try text(fields))
        case .dtmf: .dtmf(try digit(fields))
        case .ping: .ping(ts: try fields.scalar(.ts), id: try fields.scalar(.id))
        case .stop: .stop(reason: try fields.optionalString(.reason, limit: WireLimits.reasonScalars))
        }
    }

    private func chunk(_ fields: MessageFields, _ audio: inout [UInt8]) throws(WireError) -> ClientEvent {
        if let format = try fields.optional(.format) {
            guard format.kind.isString, fields.scanner.string(format) == "pcm16_16k" else {
                throw fields.invalid(.format, "\"pcm16_16k\"; other formats are negotiated by start")
            }
            guard inputFormat == .standard else {
                throw fields.invalid(.format, "left out, as start negotiated another format")
            }
        }
        let ts = try fields.optionalNumber(.ts)
        let seq = try fields.optionalInteger(.seq)
        let count = try fields.audio(.data, as: inputFormat, limit: inputFormat.bytesPerSecond, into: &audio)
        return .audio(byteCount: count, ts: ts, seq: seq)
    }

    private func responseID(_ fields: MessageFields) throws(WireError) -> String {
        let id = try fields.string(.responseID)
        guard 1...WireLimits.identifierCharacters ~= id.utf8.count else {
            throw fields.invalid(.responseID, "1 to \(WireLimits.identifierCharacters) characters")
        }
        return id
    }

    private func text(_ fields: MessageFields) throws(WireError) -> String {
        let text = try fields.string(.text, limit: WireLimits.textScalars)
        guard !text.isEmpty else { throw fields.invalid(.text, "1 to \(WireLimits.textScalars) characters") }
        return text
    }

    private func digit(_ fields: MessageFields) throws(WireError) -> Character {
        let digit = try fields.string(.digit)
        guard digit.utf8.count == 1, let key = digit.first, ClientEvent.dtmfDigits.contains(key) else {
            throw fields.invalid(.digit, "one of 0-9, *, #, A-D")
        }
        return key
    }
}

extension WireError {
    /// The same error with the message's `type`.
    func about(_ type: String) -> WireError {
        var error = self
        error.ref = String(String.UnicodeScalarView(type.unicodeScalars.prefix(WireLimits.refCharacters)))
        return error
    }

    static func unknownType(_ type: String) -> WireError {
        WireError(
            .unknownType, field: "type", message: "No event has this 'type'.",
            hint: "docs/protocol.md lists every event; unknown fields are ignored, unknown types are not."
        ).about(type)
    }
}
