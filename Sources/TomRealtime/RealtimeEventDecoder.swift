import TomConversation
import TomWire

/// Reads the text frames of one Realtime session on the server's side.
///
/// It never traps, whatever the input. Audio, which comes many times a second, is decoded where it lies: nothing is
/// allocated for an `input_audio_buffer.append` without `event_id` once the buffer has its size.
public struct RealtimeEventDecoder: Sendable {
    public let dialect: RealtimeDialect

    public init(dialect: RealtimeDialect = .ga) { self.dialect = dialect }

    /// Reads one event. For `.audioAppend` the audio replaces the content of `audio`; otherwise that is left alone.
    ///
    /// - Parameters:
    ///   - text: one whole text frame.
    ///   - audio: reused from event to event; its content is undefined when this throws.
    /// - Returns: the event and the client's own name for it.
    /// - Throws: `RealtimeFault`, with `eventID` whenever that could be read.
    public func decode(
        _ text: UnsafeRawBufferPointer, audioInto audio: inout [UInt8]
    ) throws(RealtimeFault) -> (event: RealtimeClientEvent, eventID: String?) {
        guard text.count <= RealtimeLimits.messageBytes else { throw .tooLong }
        var envelope = RealtimeEnvelope(text)
        do throws(RealtimeFault) {
            try envelope.scan()
            let eventID = try envelope.readEventID()
            let name = try envelope.readName(in: dialect)
            if name == .audioAppend {
                try envelope.append(into: &audio)
                return (.audioAppend, eventID)
            }
            return (try event(name, try JSONReader.object(text)), eventID)
        } catch {
            var fault = error
            fault.eventID = try? envelope.readEventID()
            throw fault
        }
    }

    /// Reads one event from an array.
    public func decode(
        _ text: [UInt8], audioInto audio: inout [UInt8]
    ) throws(RealtimeFault) -> (event: RealtimeClientEvent, eventID: String?) {
        try text.span.withUnsafeBytes { bytes throws(RealtimeFault) in try decode(bytes, audioInto: &audio) }
    }

    private func event(
        _ name: RealtimeClientEvent.Name, _ values: [String: JSONValue]
    ) throws(RealtimeFault) -> RealtimeClientEvent {
        let members = try JSONMembers(values, at: "", known: ["type", "event_id"] + name.members)
        switch name {
        case .sessionUpdate: return .sessionUpdate(try session(members))
        case .transcriptionSessionUpdate:
            return .sessionUpdate(try session(members).merging(["type": "transcription"]) { $1 })
        case .audioAppend: return .audioAppend
        case .audioCommit: return .audioCommit
        case .audioClear: return .audioClear
        case .itemCreate:
            let item = try RealtimeItem(try members.required("item"), dialect: dialect, param: "item")
            return .itemCreate(item, at: try Self.place(members))
        case .itemRetrieve: return .itemRetrieve(try members.requiredID("item_id"))
        case .itemTruncate:
            let range = 0...Int(Int32.max)
            return .itemTruncate(
                try members.requiredID("item_id"),
                contentIndex: try members.requiredInteger("content_index", in: range),
                audioEndMs: try members.requiredInteger("audio_end_ms", in: range))
        case .itemDelete: return .itemDelete(try members.requiredID("item_id"))
        case .responseCreate:
            guard let response = members.value("response") else { return .responseCreate(RealtimeResponseParameters()) }
            return .responseCreate(try RealtimeResponseParameters(response, dialect: dialect))
        case .responseCancel: return .responseCancel(try members.id("response_id"))
        case .outputAudioClear: return .outputAudioClear
        }
    }

    private func session(_ members: JSONMembers) throws(RealtimeFault) -> [String: JSONValue] {
        _ = try members.required("session", hint: "An empty object changes nothing.")
        return try members.object("session") ?? [:]
    }

    private static func place(_ members: JSONMembers) throws(RealtimeFault) -> RealtimeClientEvent.Place {
        switch try members.id("previous_item_id") {
        case nil: .end
        case "root": .front
        case let id?: .after(id)
        }
    }
}

extension RealtimeClientEvent {
    /// The `type` of the client's events.
    enum Name: String, CaseIterable {
        case sessionUpdate = "session.update"
        case transcriptionSessionUpdate = "transcription_session.update"
        case audioAppend = "input_audio_buffer.append"
        case audioCommit = "input_audio_buffer.commit"
        case audioClear = "input_audio_buffer.clear"
        case itemCreate = "conversation.item.create"
        case itemRetrieve = "conversation.item.retrieve"
        case itemTruncate = "conversation.item.truncate"
        case itemDelete = "conversation.item.delete"
        case responseCreate = "response.create"
        case responseCancel = "response.cancel"
        case outputAudioClear = "output_audio_buffer.clear"

        /// The GA API has `session.update` for both kinds of session.
        func isKnown(in dialect: RealtimeDialect) -> Bool { self != .transcriptionSessionUpdate || dialect == .beta }

        /// What the event has beside `type` and `event_id`.
        var members: [String] {
            switch self {
            case .sessionUpdate, .transcriptionSessionUpdate: ["session"]
            case .audioAppend: ["audio"]
            case .itemCreate: ["item", "previous_item_id"]
            case .itemRetrieve, .itemDelete: ["item_id"]
            case .itemTruncate: ["item_id", "content_index", "audio_end_ms"]
            case .responseCreate: ["response"]
            case .responseCancel: ["response_id"]
            case .audioCommit, .audioClear, .outputAudioClear: []
            }
        }
    }
}
