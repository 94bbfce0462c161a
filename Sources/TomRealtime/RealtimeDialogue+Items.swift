public import TomConversation
import TomWire

/// The conversation's items, as the client is told of them.
extension RealtimeDialogue {
    /// The item that `.retrieve` asked for, as it is now; `nil` when the conversation no longer has it.
    ///
    /// - Parameter audio: base64, in the session's format of its direction, when it was kept.
    public func retrieved(_ item: Item?, audio: String?) -> RealtimeServerEvent {
        guard let item, let entry = ledger[item.id] else {
            let name = if case .retrieving(_, let name) = handling?.subject { name } else { "" }
            return fault(.unknownItem(name, code: "item_retrieve_invalid_item_id"))
        }
        var told = told(item, entry)
        if case .message(let role, let parts) = told.kind, let audio {
            told.kind = .message(role, parts.map { $0.with(audio: audio) })
        }
        return .itemRetrieved(told)
    }

    // MARK: Items of no response

    mutating func added(_ item: Item, behind previous: ItemID?) -> [RealtimeServerEvent] {
        guard item.isShown, ledger[item.id] == nil else { return [] }
        note(item, behind: previous)
        return ledger[item.id].map { [.itemAdded(told(item, $0), after: $0.previous)] } ?? []
    }

    mutating func done(_ item: Item, behind previous: ItemID?) -> [RealtimeServerEvent] {
        guard item.isShown else { return [] }
        var events = added(item, behind: previous)
        guard ledger.finish(item.id), let entry = ledger[item.id], dialect == .ga else { return events }
        events.append(.itemDone(told(item, entry), after: entry.previous))
        return events
    }

    mutating func deleted(_ id: ItemID) -> [RealtimeServerEvent] {
        guard let entry = ledger.remove(id) else { return [] }
        remoteTools.unanswered.remove(id)
        for key in responses.keys { responses[key]?.delete(id) }
        for (turn, open) in turns where open.item == entry.name { turns[turn] = nil }
        return [.itemDeleted(entry.name)]
    }

    /// Remembers an item under the name that the client gave it, or that its turn has had since it began.
    private mutating func note(_ item: Item, behind previous: ItemID?) {
        if case .creating(let created) = handling?.subject, created.content == item.content {
            handling?.subject = .other
            let entry = ItemLedger.Entry(name: created.name, form: .written, callID: created.callID)
            // What the record cannot say whole is kept as it came.
            let isWhole = kind(of: item, entry) == created.original
            ledger.add(item.id, entry, behind: previous, original: isWhole ? nil : created.original)
            if case .toolCall(let call) = item.content, let callID = created.callID {
                ledger.note(callID, of: item.id, call: call.id)
            }
            return
        }
        let entry: ItemLedger.Entry
        switch item.content {
        case .speech(_, let durationMs):
            turns[item.turn]?.durationMs = durationMs
            entry = ItemLedger.Entry(name: nameOfTurn(item.turn), form: .heard)
        case .silence:
            entry = ItemLedger.Entry(name: nameOfTurn(item.turn), form: .heard)
            // Nobody spoke: there will be no words.
            turns[item.turn] = nil
        default: entry = ItemLedger.Entry(name: makeName("item"), form: .written)
        }
        ledger.add(item.id, entry, behind: previous)
    }

    private mutating func nameOfTurn(_ turn: TurnID) -> String {
        guard let open = turns[turn], ledger.id(of: open.item) == nil else { return makeName("item") }
        return open.item
    }

    // MARK: As the client is told

    /// A complete item.
    private func told(_ item: Item, _ entry: ItemLedger.Entry) -> RealtimeItem {
        let isCut = if case .reply(_, true) = item.content { true } else { false }
        return RealtimeItem(
            id: entry.name, status: isCut ? .incomplete : .completed,
            kind: ledger.original(of: item.id) ?? kind(of: item, entry))
    }

    private func kind(of item: Item, _ entry: ItemLedger.Entry) -> RealtimeItem.Kind {
        switch item.content {
        case .speech(let transcript, _):
            let isTold = entry.form != .heard || wantsTranscripts
            return .message(.user, [.audio(audio: nil, transcript: isTold ? transcript : nil)])
        case .typed(let text), .keys(let text): return .message(.user, [.text(text)])
        case .silence: return .message(.user, [.audio(audio: nil, transcript: nil)])
        case .reply(let text, _):
            let part = entry.form == .spoken ? RealtimeItem.Part.audio(audio: nil, transcript: text) : .text(text)
            return .message(.assistant, [part])
        case .toolCall(let call):
            if let remote = call.remote { return RemoteToolCall(remote, call).request }
            return .functionCall(callID: entry.callID ?? call.id, name: call.name, arguments: call.argumentsText)
        case .toolOutput(let output):
            return .functionCallOutput(callID: entry.callID ?? output.callID, output: output.output)
        case .instructions(let text): return .message(.system, [.text(text)])
        }
    }
}

extension RealtimeItem.Part {
    /// The part with the bytes of its audio; one that is no audio, or has them, stays as it is.
    fileprivate func with(audio: String) -> RealtimeItem.Part {
        guard case .audio(nil, let transcript) = self else { return self }
        return .audio(audio: audio, transcript: transcript)
    }
}

extension ToolCall {
    /// The arguments as JSON text, the same for the same arguments in every process.
    var argumentsText: String {
        var bytes: [UInt8] = []
        JSONWriter.append(to: &bytes) { $0.value(.object(arguments)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// The members of the JSON object that `text` is, none for an empty text; `nil` for anything else.
    static func members(of text: String) -> [String: JSONValue]? {
        text.isEmpty ? [:] : try? JSONReader.object(Array(text.utf8))
    }
}
