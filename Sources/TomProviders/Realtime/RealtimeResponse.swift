import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// One response of a Realtime API, from its request to its end.
struct RealtimeResponse {
    let key: Int
    let response: ResponseID
    /// Ours; the API's own end of it is still to come.
    var isCancelled = false
    /// Set when TOM cut the response off: how much of its audio was heard.
    var heardMs: Int?
    private(set) var isOver = false
    private(set) var tracks: [Track] = []
    private var hasSaidAnything = false
    private var endsCall = false
    private var calls: [ToolCall] = []
    private var fault: EngineError?
    /// First byte of a sample whose second one is to come.
    private var oddByte: UInt8?
    private let startMs: Int
    /// Whether a client leads the conversation: an answer that is cut short is one, however little there is of it.
    private let isDirected: Bool
    /// Names of the tools that the model may call.
    private let offered: Set<String>
    private var bytes = 0

    private static let maxCalls = 64
    private static let maxArgumentBytes = 65_536

    /// The audio of one item of the provider's conversation.
    struct Track: Sendable, Equatable {
        let item: String
        let response: ResponseID
        /// Where it begins in the audio of the response, all rounds together.
        let startMs: Int
        var ms = 0

        /// What makes the item what was heard of it; `nil` when that is all.
        func cut(heardMs: Int) -> RealtimeClientEvent? {
            if heardMs <= startMs { return .delete(item) }
            return heardMs < startMs + ms ? .truncate(item, audioEndMs: heardMs - startMs) : nil
        }
    }

    /// - Parameter startMs: audio that the response has already, from rounds before its tools ran.
    init(key: Int, response: ResponseID, startMs: Int, offered: [ToolDescription], isDirected: Bool) {
        self.key = key
        self.response = response
        self.startMs = startMs
        self.isDirected = isDirected
        self.offered = Set(offered.map(\.name))
    }

    /// - Returns: what is reported of it, unless it was cancelled.
    mutating func take(
        _ event: RealtimeServerEvent, goodbye: String, mirror: inout RealtimeMirror
    ) -> [ResponseEvent] {
        switch event {
        case .responseCreated:
            mirror.isFresh = false
            return [.memory(mirror.memory)]
        case .itemAdded(let id, let isMessage):
            if isMessage { track(id) }
            return []
        case .audio(let item, let pcm): return hear(item, pcm)
        case .text(let text):
            guard !text.isEmpty else { return [] }
            hasSaidAnything = true
            return [.text(text)]
        case .call(let id, let name, let arguments):
            take(id, name, arguments, &mirror)
            return []
        case .responseDone(let status, let reason, let code, _):
            isOver = true
            return end(status, reason, code, goodbye)
        default: return []
        }
    }

    private mutating func track(_ item: String) {
        guard tracks.last?.item != item else { return }
        tracks.append(Track(item: item, response: response, startMs: startMs + bytes / 48))
    }

    private mutating func hear(_ item: String, _ pcm: [UInt8]) -> [ResponseEvent] {
        track(item)
        bytes += pcm.count
        tracks[tracks.count - 1].ms = startMs + bytes / 48 - tracks[tracks.count - 1].startMs
        var whole = pcm
        if let oddByte { whole.insert(oddByte, at: 0) }
        oddByte = whole.count.isMultiple(of: 2) ? nil : whole.removeLast()
        guard !whole.isEmpty else { return [] }
        hasSaidAnything = true
        return [.audio(PCM16.decode(whole), rate: .hz24000)]
    }

    private mutating func take(_ id: String, _ name: String, _ arguments: String, _ mirror: inout RealtimeMirror) {
        let isOffered = offered.contains(name)
        if isOffered, name == ChatTools.endCall {
            endsCall = true
            return
        }
        guard calls.count < Self.maxCalls, arguments.utf8.count <= Self.maxArgumentBytes,
            let parsed = ToolArguments.parse(arguments)
        else {
            fault = .malformed("a tool's arguments are no JSON object, or too long", stage: "llm", names: .realtime)
            return
        }
        mirror.calls.insert(id)
        calls.append(ToolCall(id: id, name: name, arguments: parsed, isOffered: isOffered))
    }

    private func end(_ status: String, _ reason: String?, _ code: String?, _ goodbye: String) -> [ResponseEvent] {
        var shortfall: Shortfall?
        switch status {
        case "completed": break
        // Cut off at its limit of tokens: what was said is the answer.
        case "incomplete" where hasSaidAnything || isDirected: shortfall = Shortfall(reason: reason)
        case "incomplete": return [.failed(.unanswered(reason))]
        default: return [.failed(.ofResponse(code: code))]
        }
        // The last call of an answer that was cut short may be half of one.
        if let fault, !isDirected || shortfall == nil { return [.failed(fault)] }
        if oddByte != nil {
            return [
                .failed(
                    EngineError(
                        code: "llm.bad_audio", message: "the provider's audio ends within a sample.",
                        hint: "Look into the provider's log.", category: .server))
            ]
        }
        var events: [ResponseEvent] = calls.map { .toolCall($0) }
        if endsCall {
            events.append(.endsCall)
            if !hasSaidAnything { events.append(.text(goodbye)) }
        }
        if let shortfall { events.append(.cutShort(shortfall)) }
        return events + [.finished]
    }
}

extension Shortfall {
    /// - Parameter reason: of a Realtime API's incomplete response, which is one of two.
    fileprivate init(reason: String?) { self = reason == "content_filter" ? .contentFilter : .maxTokens }
}

extension EngineError {
    /// An incomplete response with nothing in it.
    fileprivate static func unanswered(_ reason: String?) -> EngineError {
        EngineError(
            code: "llm.refused",
            message: "the provider gave no answer (\(reason.flatMap(ProviderClient.word) ?? "?")).",
            hint: "Check the agent's instructions and the model.", category: .invalidRequest, blamesRequest: true)
    }
}
