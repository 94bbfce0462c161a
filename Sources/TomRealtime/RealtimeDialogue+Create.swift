import TomConversation
import TomWire

/// Items that a client creates.
extension RealtimeDialogue {
    mutating func create(
        _ item: RealtimeItem, at place: RealtimeClientEvent.Place
    ) throws(RealtimeFault) -> RealtimeRequest {
        let place = try self.place(place)
        let name = try name(for: item)
        if case .message(.user, let parts) = item.kind, parts.count == 1, case .audio(let audio?, nil) = parts[0] {
            guard place == .end else {
                throw RealtimeFault(
                    code: "invalid_value",
                    message: "A message of audio without its transcript is heard at the end of the conversation only."
                        + " Leave previous_item_id out, or give the transcript.", param: "previous_item_id")
            }
            guard Base64.isValid(audio) else {
                throw RealtimeFault(
                    code: "invalid_value", message: "The audio is not base64 (RFC 4648 section 4, with padding).",
                    param: "item.content[0].audio")
            }
            handling?.subject = .hearing(item: name, turn: nil)
            return .hearItem(audio: audio)
        }
        var callID: String?
        var kind = item.kind
        switch kind {
        case .functionCall(let given, let function, let arguments):
            callID = given.isEmpty ? makeName("call") : given
            kind = .functionCall(callID: callID ?? given, name: function, arguments: arguments)
        case .functionCallOutput(let given, _):
            guard ledger.call(given) != nil else { throw .unknownCall(given) }
            callID = given
        case .message, .mcp: break
        }
        let content = try content(of: kind, param: "item")
        handling?.subject = .creating(ClientItem(name: name, content: content, original: kind, callID: callID))
        return .input(.insert(content, at: place))
    }

    private func place(_ place: RealtimeClientEvent.Place) throws(RealtimeFault) -> Conversation.Place {
        switch place {
        case .end: return .end
        case .front: return .front
        case .after(let name):
            guard let id = ledger.id(of: name) else {
                throw .unknownItem(
                    name, code: "item_create_invalid_previous_item_id", param: "previous_item_id")
            }
            guard name != ledger.last else { return .end }
            return ledger.onRecord(upTo: id).map { .after($0) } ?? .front
        }
    }

    mutating func name(for item: RealtimeItem) throws(RealtimeFault) -> String {
        guard let name = item.id, !name.isEmpty else { return makeName("item") }
        let isTaken = ledger.id(of: name) != nil || turns.values.contains { $0.item == name }
        guard !isTaken else {
            throw RealtimeFault(
                code: "item_create_duplicate_item_id",
                message: "There is an item '\(name)' in the conversation already.",
                param: "item.id")
        }
        return name
    }

    // MARK: Content

    /// What the record holds of an item that a client gave. `param`: where the client gave it.
    func content(of kind: RealtimeItem.Kind, param: String) throws(RealtimeFault) -> Item.Content {
        switch kind {
        case .message(.user, let parts): return try userContent(parts, param: param)
        case .message(.system, let parts): return .instructions(try text(of: parts, param: param))
        case .message(.assistant, let parts): return .reply(text: try text(of: parts, param: param), interrupted: false)
        case .functionCall(let callID, let name, let text):
            guard let arguments = JSONValue.members(of: text) else {
                throw RealtimeFault(
                    code: "invalid_value", message: "The arguments of a function call are the text of a JSON object.",
                    param: "\(param).arguments")
            }
            return .toolCall(ToolCall(id: callID, name: name, arguments: arguments, isForClient: true))
        case .functionCallOutput(let callID, let output):
            // Within a response's own input, the call may stand beside its output and nowhere else.
            return .toolOutput(ToolOutput(callID: ledger.call(callID) ?? callID, succeeded: true, output: output))
        case .mcp(let type, _):
            throw RealtimeFault(
                code: "invalid_value", message: "Items of the type '\(type)' are the server's to create.",
                param: "\(param).type")
        }
    }

    /// Speech whose words are given stays speech; beside other parts it is read as text.
    private func userContent(_ parts: [RealtimeItem.Part], param: String) throws(RealtimeFault) -> Item.Content {
        var durationMs = 0
        var words: [String] = []
        var isSpeech = true
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let text):
                isSpeech = false
                words.append(text)
            case .audio(let audio, let transcript):
                guard let transcript else {
                    throw RealtimeFault(
                        code: "invalid_value",
                        message: "Audio without its transcript has to be the only part of a message.",
                        param: "\(param).content[\(index)]")
                }
                durationMs += audio.map { session.inputFormat.durationMs(base64: $0) } ?? 0
                words.append(transcript)
            case .image: continue
            }
        }
        guard !words.isEmpty else { throw .noWords(parts, param: "\(param).content") }
        let text = words.joined(separator: "\n")
        return isSpeech ? .speech(transcript: text, durationMs: durationMs) : .typed(text)
    }

    /// The words of a message that has no audio: the assistant's own is made here and cannot be given.
    private func text(of parts: [RealtimeItem.Part], param: String) throws(RealtimeFault) -> String {
        var words: [String] = []
        for (index, part) in parts.enumerated() {
            switch part {
            case .text(let text), .audio(nil, let text?): words.append(text)
            case .audio:
                throw RealtimeFault(
                    code: "invalid_value", message: "Only messages of the user's can be created with audio.",
                    param: "\(param).content[\(index)]")
            case .image: continue
            }
        }
        guard !words.isEmpty else { throw .noWords(parts, param: "\(param).content") }
        return words.joined(separator: "\n")
    }
}

extension RealtimeFault {
    fileprivate static func unknownCall(_ callID: String) -> RealtimeFault {
        RealtimeFault(
            code: "invalid_tool_call_id", message: "There is no function call '\(callID)' in the conversation.",
            param: "item.call_id")
    }

    fileprivate static func noWords(_ parts: [RealtimeItem.Part], param: String) -> RealtimeFault {
        RealtimeFault(
            code: "invalid_value",
            message: parts.isEmpty
                ? "The message has no content." : "The model does not see pictures: put what it is to know into words.",
            param: param)
    }
}

extension Base64 {
    /// Whether `text` is base64 of at least one byte.
    fileprivate static func isValid(_ text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { text in
            guard let count = decodedCount(text), count > 0 else { return false }
            return withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { decode(text, into: $0) }
        }
    }
}

extension RealtimeSession.Format {
    /// How long audio is, from the length of its base64.
    func durationMs(base64 text: String) -> Int {
        let bytes = text.utf8.count / 4 * 3
        return self == .pcm ? bytes / 48 : bytes / 8
    }
}
