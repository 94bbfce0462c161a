import TomConversation
import TomRealtime
import TomWire

/// The client's end of the line: everything it is sent is read back and judged as it comes.
struct RealtimeClientEnd {
    private let dialect: RealtimeDialect
    private var encoder: RealtimeServerEventEncoder
    private var reading: ClientReading
    private var eventIDs: Set<String> = []
    /// The conversation's items, in the order that `previous_item_id` gives them.
    private(set) var items: [String] = []
    private var unfinished: Set<String> = []
    /// The caller's turns.
    private var turns = ClientTurns()
    /// What came since the client's last event.
    private var sinceAsked: [RealtimeServerEvent] = []
    private var bytes: [UInt8] = []

    init(_ dialect: RealtimeDialect) {
        self.dialect = dialect
        encoder = RealtimeServerEventEncoder(dialect: dialect, seed: "f")
        reading = ClientReading(dialect)
    }

    // MARK: Reading

    mutating func take(_ event: RealtimeServerEvent) {
        bytes.removeAll(keepingCapacity: true)
        encoder.encode(event, into: &bytes)
        let members = readBack()
        require(members["type"]?.text == event.name(in: dialect), "an event changed its type: \(event)")
        if case .error = event {
            require(members["error"]?["message"]?.text?.isEmpty == false, "an error without a message")
        }
        reading.read(event)
        require(reading.faults.isEmpty, "\(reading.faults) after \(event)")
        follow(event)
        turns.follow(event)
        sinceAsked.append(event)
    }

    mutating func take(audio: [UInt8], of target: RealtimeAudioTarget) {
        bytes.removeAll(keepingCapacity: true)
        audio.withUnsafeBytes { encoder.encodeAudioDelta($0, to: target, into: &bytes) }
        let members = readBack()
        var decoded: [UInt8] = []
        let text = Array((members["delta"]?.text ?? "").utf8)
        text.withUnsafeBytes { text in
            decoded = [UInt8](repeating: 0, count: Base64.decodedCount(text) ?? 0)
            let isValid = decoded.withUnsafeMutableBytes { Base64.decode(text, into: $0) }
            require(isValid, "a delta is not base64")
        }
        require(decoded == audio, "audio changed on its way")
        guard let response = members["response_id"]?.text, let item = members["item_id"]?.text,
            case .integer(let output) = members["output_index"], case .integer(let part) = members["content_index"]
        else { fatalError("a delta does not say where it goes: \(members)") }
        let place = RealtimeOutputPlace(response: response, item: item, outputIndex: Int(output))
        reading.readAudio(RealtimeContentPlace(place, contentIndex: Int(part)))
        require(reading.faults.isEmpty, "\(reading.faults) at audio of \(place)")
    }

    private mutating func readBack() -> [String: JSONValue] {
        let members: [String: JSONValue]
        do throws(RealtimeFault) {
            members = try JSONReader.object(bytes)
        } catch {
            fatalError("\(error.message) \(String(decoding: bytes, as: UTF8.self))")
        }
        guard let id = members["event_id"]?.text, eventIDs.insert(id).inserted else {
            fatalError("an event's id is missing or another's: \(members)")
        }
        return members
    }

    private mutating func follow(_ event: RealtimeServerEvent) {
        switch event {
        case .itemAdded(let item, let after):
            guard let id = item.id else { fatalError("an item without an id: \(item)") }
            // Of remote tools the record knows nothing.
            if case .mcp = item.kind { return }
            let index = after.map { after in items.firstIndex(of: after).map { $0 + 1 } ?? items.count } ?? 0
            items.insert(id, at: index)
            if dialect == .ga { unfinished.insert(id) }
        case .itemDone(let item, _): unfinished.remove(item.id ?? "")
        case .itemDeleted(let id):
            items.removeAll { $0 == id }
            unfinished.remove(id)
        default: break
        }
    }

    // MARK: Answers

    /// What comes from here on answers the client's next event.
    mutating func asks() { sinceAsked.removeAll(keepingCapacity: true) }

    /// What came between the client's events: nothing is refused that was not asked for.
    func expectNoRefusal() {
        for case .error(let fault) in sinceAsked { fatalError("refused without being asked: \(fault)") }
    }

    /// A frame that cannot be read is refused under the name it has, as far as that can be read.
    func expectRefusal(of frame: [UInt8]) {
        guard sinceAsked.count == 1, case .error(let refusal) = sinceAsked[0] else {
            fatalError("a frame that cannot be read is answered by \(sinceAsked)")
        }
        guard let name = try? JSONReader.object(frame)["event_id"]?.text else { return }
        require(
            refusal.eventID == name || name.unicodeScalars.count > RealtimeLimits.eventIDCharacters,
            "\(refusal) is not about '\(name)'")
    }

    /// The answer to `event` is complete.
    func expectAnswer(to event: RealtimeClientEvent, eventID: String?) {
        let refusals = sinceAsked.compactMap { if case .error(let fault) = $0 { fault } else { nil } }
        require(refusals.count <= 1, "\(event) is refused more than once: \(refusals)")
        if let refusal = refusals.first {
            require(sinceAsked.count == 1, "\(event) is refused and has done something: \(sinceAsked)")
            return require(refusal.eventID == eventID, "\(refusal) is not about '\(eventID ?? "-")'")
        }
        require(isAnswered(event), "\(event) is not answered by \(sinceAsked)")
    }

    private func isAnswered(_ event: RealtimeClientEvent) -> Bool {
        sinceAsked.contains { answer in
            switch (event, answer) {
            case (.sessionUpdate, .sessionUpdated), (.audioCommit, .audioCommitted), (.audioClear, .audioCleared),
                (.responseCancel, .responseDone):
                true
            case (.itemCreate(let wanted, _), .itemAdded(let item, _)):
                wanted.id.map { $0.isEmpty || $0 == item.id } ?? true
            case (.itemRetrieve(let name), .itemRetrieved(let item)): item.id == name
            case (.itemTruncate(let name, let index, let endMs), .itemTruncated(let item, let cutIndex, let cutMs)):
                item == name && cutIndex == index && cutMs == endMs
            case (.itemDelete(let name), .itemDeleted(let item)): item == name
            default: false
            }
        } || isAnsweredLater(event)
    }

    /// Audio has no answer, and a response may wait for the caller's words.
    private func isAnsweredLater(_ event: RealtimeClientEvent) -> Bool {
        switch event {
        case .audioAppend, .responseCreate: true
        default: false
        }
    }

    // MARK: The end

    /// Whether every response that was begun is over.
    var hasNoOpenResponse: Bool {
        var reading = reading
        reading.conclude()
        return reading.faults.isEmpty
    }

    func conclude() {
        var reading = reading
        reading.conclude()
        require(reading.faults.isEmpty, "\(reading.faults)")
        require(unfinished.isEmpty, "never done: \(unfinished)")
    }
}

/// The caller's turns as a client sees them: heard, committed, put on record at once, and written down once at most.
private struct ClientTurns {
    private var speaking: String?
    private var isManual = false
    private var committed: String?
    private var heard: Set<String> = []
    private var writtenDown: Set<String> = []

    mutating func follow(_ event: RealtimeServerEvent) {
        if let committed {
            guard case .itemAdded(let item, _) = event, item.id == committed else {
                fatalError("\(committed) is committed, and \(event) follows")
            }
            self.committed = nil
        }
        switch event {
        case .speechStarted(let item, _):
            require(speaking == nil || speaking == item, "\(item) begins within \(speaking ?? "")")
            speaking = item
        case .speechStopped(let item, _): require(speaking == item, "\(item) stops and has not begun")
        case .audioCommitted(let item, _):
            require(speaking == nil || speaking == item, "\(item) is committed within \(speaking ?? "")")
            require(heard.insert(item).inserted, "\(item) is committed twice")
            (speaking, committed) = (nil, item)
        case .audioCleared: speaking = nil
        case .sessionUpdated(let session):
            // A turn that the client was to end is dropped where it no longer is.
            if isManual, session.turnDetection != nil { speaking = nil }
            isManual = session.turnDetection == nil
        case .transcriptionDelta(let item, _, _):
            require(!writtenDown.contains(item), "there are words of \(item) behind their end")
        case .transcriptionCompleted(let item, _, _, _), .transcriptionFailed(let item, _, _):
            require(writtenDown.insert(item).inserted, "\(item) is written down twice")
        default: break
        }
    }
}
