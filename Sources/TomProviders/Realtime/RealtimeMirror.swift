import TomConversation
import TomEngines

/// What of TOM's record the provider's conversation holds, in one connection.
struct RealtimeMirror {
    /// Tool calls that the provider made itself.
    var calls: Set<String> = []
    private let connection: Int
    private var known: Set<ItemID> = []
    private var created = 0
    /// Whether nothing is there yet but turns of the caller: what is ahead of those can be put to the front.
    var isFresh = true

    /// Items that are created in a new connection; older ones are left out.
    private static let mostItems = 200

    init(connection: Int) { self.connection = connection }

    /// Left on the items of responses that the provider gave in this connection.
    var memory: String { "openai-realtime:\(connection)" }

    /// Creates what the provider lacks of TOM's record.
    mutating func complete(_ history: [Item], turns: inout RealtimeTurns) -> [RealtimeClientEvent] {
        let outputs = Dictionary(
            history.compactMap { item -> (String, ToolOutput)? in
                if case .toolOutput(let output) = item.content { (output.callID, output) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
        var before: [RealtimeClientEvent.Item] = []
        var behind: [RealtimeClientEvent.Item] = []
        for item in history.suffix(Self.mostItems) where known.insert(item.id).inserted {
            if case .speech = item.content, turns.record(item.turn) {
                // The turn's audio is there already; what is ahead of it in a new connection belongs at the front.
                before += behind
                behind = []
                continue
            }
            behind += items(item, outputs)
        }
        let wasFresh = isFresh
        if !before.isEmpty || !behind.isEmpty { isFresh = false }
        guard wasFresh else { return (before + behind).map { .create($0) } }
        return chain(before) + behind.map { .create($0) }
    }

    /// Items at the front of the conversation, one behind the other.
    private mutating func chain(_ items: [RealtimeClientEvent.Item]) -> [RealtimeClientEvent] {
        var previous = "root"
        return items.map { item in
            created += 1
            var item = item
            item.id = "tom_\(connection)_\(created)"
            defer { previous = item.id ?? previous }
            return .create(item, behind: previous)
        }
    }

    private func items(_ item: Item, _ outputs: [String: ToolOutput]) -> [RealtimeClientEvent.Item] {
        switch item.content {
        case .speech(let transcript?, _): return [.user(transcript)]
        case .speech(nil, _): return [.user("(speech that was not understood)")]
        case .typed(let text): return [.user(text)]
        case .keys(let keys): return [.user("(pressed the keys \(keys))")]
        case .reply(let text, _) where text.isEmpty || item.memory == memory: return []
        case .reply(let text, let interrupted): return [.assistant(interrupted ? text + " …" : text)]
        case .instructions(let text): return [.system(text)]
        case .silence: return []
        case .toolCall(let call):
            // Without its output, a call would wait for ever.
            guard !calls.contains(call.id), outputs[call.id] != nil else { return [] }
            return [.call(call.id, name: call.name, arguments: ToolArguments.json(call.arguments))]
        case .toolOutput(let output): return [.output(of: output.callID, output.output)]
        }
    }
}
