import TomWire

/// What lies at the top of one event, found in one pass over its bytes, which must outlive this. Nothing is allocated but
/// by reading strings.
struct RealtimeEnvelope {
    private var scanner: JSONScanner
    private var type: JSONToken?
    private var eventID: JSONToken?
    private var audio: JSONToken?
    /// The name of the first member that is none of these.
    private var other: JSONToken?
    /// The name of the first of these that was there before.
    private var repeated: JSONToken?

    init(_ text: UnsafeRawBufferPointer) { scanner = JSONScanner(text, depthLimit: RealtimeLimits.depth) }

    // MARK: Finding

    /// Reads the whole text. What was found before a fault stays found.
    mutating func scan() throws(RealtimeFault) {
        do throws(WireError) {
            scanner.skipWhiteSpace()
            guard scanner.byte(at: scanner.position) == UInt8(ascii: "{") else {
                // Text that is no JSON at all is told where it goes wrong.
                _ = try scanner.value(depth: 1)
                throw WireError(.invalidJSON, message: "The message is no object.", hint: "Send one per text frame.")
            }
            try scanner.enter(depth: 1)
            var isFirst = true
            while let member = try scanner.nextMember(&isFirst, depth: 1) { keep(member.value, of: member.key) }
            scanner.skipWhiteSpace()
        } catch {
            throw .json(error)
        }
        guard scanner.position == scanner.bytes.count else { throw .textBehind(scanner.position) }
        if let repeated { throw .repeated(scanner.string(repeated)) }
    }

    private mutating func keep(_ value: JSONToken, of key: JSONToken) {
        let wasThere: Bool
        if matches(key, "audio") {
            wasThere = audio != nil
            audio = value
        } else if matches(key, "type") {
            wasThere = type != nil
            type = value
        } else if matches(key, "event_id") {
            wasThere = eventID != nil
            eventID = value
        } else {
            wasThere = false
            other = other ?? key
        }
        if wasThere { repeated = repeated ?? key }
    }

    @inline(__always)
    private func matches(_ string: JSONToken, _ text: StaticString) -> Bool {
        if string.kind == .string { return scanner.matches(string.range, text) }
        return string.kind == .escapedString && scanner.string(string) == text.description
    }

    // MARK: Reading

    /// The client's name for the event; `nil` when it gave none.
    func readEventID() throws(RealtimeFault) -> String? {
        guard let eventID, eventID.kind != .null else { return nil }
        guard eventID.kind.isString else { throw .type("event_id", "a string", is: eventID.kind.name) }
        let text = scanner.string(eventID)
        let limit = RealtimeLimits.eventIDCharacters
        guard text.utf8.count <= limit || text.unicodeScalars.count <= limit else {
            throw .outside("string_above_max_length", "event_id", "at most \(limit) characters long")
        }
        return text
    }

    func readName(in dialect: RealtimeDialect) throws(RealtimeFault) -> RealtimeClientEvent.Name {
        guard let type, type.kind != .null else {
            throw .event("The event has no 'type'.", "Say what it is, such as 'session.update'.")
        }
        guard type.kind.isString else { throw .type("type", "a string", is: type.kind.name) }
        if matches(type, "input_audio_buffer.append") { return .audioAppend }
        guard let name = RealtimeClientEvent.Name(rawValue: scanner.string(type)), name.isKnown(in: dialect) else {
            throw .choice("type", RealtimeClientEvent.Name.allCases.filter { $0.isKnown(in: dialect) }.map(\.rawValue))
        }
        return name
    }

    /// Decodes the audio of an `input_audio_buffer.append`.
    func append(into output: inout [UInt8]) throws(RealtimeFault) {
        if let other {
            throw .unknown(scanner.string(other).cut, "What may stand there: 'type', 'event_id', 'audio'.")
        }
        guard let audio, audio.kind != .null else { throw .missing("audio", "Send audio in base64.") }
        guard audio.kind.isString else { throw .type("audio", "a string", is: audio.kind.name) }
        let limit = RealtimeLimits.appendCharacters / 4 * 3
        guard let count = scanner.base64(audio, limit: limit, into: &output) else {
            throw .value("audio", "audio in base64", "RFC 4648 section 4, with padding and without line breaks.")
        }
        guard count > 0 else { throw .value("audio", "audio in base64", "It is empty; send 20 to 100 ms at a time.") }
        guard count <= limit else {
            throw .outside(
                "string_above_max_length", "audio", "at most \(RealtimeLimits.appendCharacters) characters long")
        }
    }
}
