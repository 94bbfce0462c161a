import TomConversation

/// The items that the client knows of: their names on the wire, their order, and what the record does not say of them.
struct ItemLedger: Sendable {
    struct Entry: Sendable, Equatable {
        /// The name on the wire.
        let name: String
        let form: Form
        /// The `call_id` that a function call, or its output, has on the wire.
        var callID: String?
        /// The name of the item that it was put behind.
        var previous: String?
        var isDone = false
    }

    enum Form: Sendable, Equatable {
        /// Audio of the caller's: its words are the transcription's, which not every client wants.
        case heard
        /// The assistant's, with a voice.
        case spoken
        case written
    }

    /// Items that are remembered. The conversation's record holds fewer, and drops its oldest without a word.
    static let capacity = 1_000
    /// Bytes of pictures and audio that are kept for clients which ask for what they sent; the oldest go first.
    static let originalsCapacity = 16 << 20

    private var entries: [ItemID: Entry] = [:]
    private var ids: [String: ItemID] = [:]
    private var order: [ItemID] = []
    /// Function calls by their `call_id` on the wire.
    private var calls: [String: (item: ItemID, call: String)] = [:]
    private var originals = Originals()

    subscript(id: ItemID) -> Entry? { entries[id] }

    func id(of name: String) -> ItemID? { ids[name] }

    /// The name of the conversation's last item.
    var last: String? { order.last.flatMap { entries[$0]?.name } }

    /// Puts an item behind another, in front for `nil`. Behind one that the client does not know of, such as what a
    /// tool of TOM's own was asked, is at the end.
    ///
    /// - Returns: the name of the item that it comes after.
    @discardableResult
    mutating func add(_ id: ItemID, _ entry: Entry, behind: ItemID?, original: RealtimeItem.Kind? = nil) -> String? {
        add(id, entry, at: index(behind: behind), original: original)
    }

    /// Puts an item that the record does not have at the end; `original`: all of it.
    @discardableResult
    mutating func append(_ id: ItemID, _ entry: Entry, original: RealtimeItem.Kind) -> String? {
        add(id, entry, at: order.count, original: original)
    }

    private func index(behind: ItemID?) -> Int {
        guard let behind else { return order.allSatisfy { !$0.isOnRecord } ? order.count : 0 }
        guard var index = order.lastIndex(of: behind) else { return order.count }
        // What the record does not have keeps the place where the client was told of it.
        repeat { index += 1 } while index < order.count && !order[index].isOnRecord
        return index
    }

    private mutating func add(
        _ id: ItemID, _ entry: Entry, at index: Int, original: RealtimeItem.Kind?
    ) -> String? {
        var entry = entry
        entry.previous = index > 0 ? entries[order[index - 1]]?.name : nil
        entries[id] = entry
        ids[entry.name] = id
        order.insert(id, at: index)
        if let original { originals.keep(original, of: id) }
        if order.count > Self.capacity { remove(order[0]) }
        return entry.previous
    }

    /// Notes that an item is complete; `false` when it was before, or is not there.
    mutating func finish(_ id: ItemID) -> Bool {
        guard entries[id]?.isDone == false else { return false }
        entries[id]?.isDone = true
        return true
    }

    @discardableResult
    mutating func remove(_ id: ItemID) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        ids[entry.name] = nil
        if let index = order.lastIndex(of: id) { order.remove(at: index) }
        if let callID = entry.callID, calls[callID]?.item == id { calls[callID] = nil }
        originals.remove(id)
        return entry
    }

    /// What the client sent, or what is on no record, where the record cannot say it whole.
    func original(of id: ItemID) -> RealtimeItem.Kind? { originals[id] }

    mutating func setOriginal(_ original: RealtimeItem.Kind, of id: ItemID) {
        guard entries[id] != nil else { return }
        originals.remove(id)
        originals.keep(original, of: id)
    }

    /// The item on the record that is `id`, or the nearest one before it; `nil` when there is none.
    func onRecord(upTo id: ItemID) -> ItemID? {
        guard let index = order.lastIndex(of: id) else { return nil }
        return order[...index].last(where: \.isOnRecord)
    }

    // MARK: Function calls

    /// Whether no function call of the conversation has this `call_id`.
    func isFree(callID: String) -> Bool { calls[callID] == nil }

    /// - Parameter call: the core's name for it.
    mutating func note(_ callID: String, of item: ItemID, call: String) { calls[callID] = (item, call) }

    /// The core's name for the function call that has this `call_id`.
    func call(_ callID: String) -> String? { calls[callID]?.call }
}

/// Items as the client sent them, bounded by the size of what they hold.
private struct Originals: Sendable {
    private var items: [ItemID: RealtimeItem.Kind] = [:]
    private var order: [ItemID] = []
    private var bytes = 0

    subscript(id: ItemID) -> RealtimeItem.Kind? { items[id] }

    mutating func keep(_ item: RealtimeItem.Kind, of id: ItemID) {
        items[id] = item
        order.append(id)
        bytes += item.byteCount
        while bytes > ItemLedger.originalsCapacity, let oldest = order.first { remove(oldest) }
    }

    mutating func remove(_ id: ItemID) {
        guard let item = items.removeValue(forKey: id) else { return }
        bytes -= item.byteCount
        order.removeAll { $0 == id }
    }
}

extension RealtimeItem.Kind {
    /// Roughly the memory it takes: that of its texts, pictures and audio.
    fileprivate var byteCount: Int {
        switch self {
        case .message(_, let parts): parts.reduce(0) { $0 + $1.byteCount }
        case .functionCall(let callID, let name, let arguments):
            callID.utf8.count + name.utf8.count + arguments.utf8.count
        case .functionCallOutput(let callID, let output): callID.utf8.count + output.utf8.count
        case .mcp(_, let members): members.values.reduce(0) { $0 + $1.byteCount }
        }
    }
}

extension RealtimeItem.Part {
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .audio(let audio, let transcript): (audio?.utf8.count ?? 0) + (transcript?.utf8.count ?? 0)
        case .image(let url, _): url.utf8.count
        }
    }
}

extension JSONValue {
    fileprivate var byteCount: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .array(let elements): elements.reduce(0) { $0 + $1.byteCount }
        case .object(let members): members.reduce(0) { $0 + $1.key.utf8.count + $1.value.byteCount }
        default: 8
        }
    }
}

extension ItemID {
    /// Whether the conversation's record has it. Of remote tools it has what the model is to know, and nothing more: the
    /// lists of tools, the calls and the approvals that a client is told of are named here, by numbers below 0.
    var isOnRecord: Bool { number > 0 }
}
