import Foundation
import TomConversation
import TomEngines
import TomErrors

/// Turns the chunks of a streamed chat completion into what a conversation takes in.
///
/// Text goes out as it comes. A tool call comes in pieces, several calls side by side, and goes out when the answer is complete.
struct ChatStream {
    private struct PendingCall {
        let index: Int
        var id: String?
        var name = ""
        var arguments = ""

        /// Whether `piece` begins another call under the same index: some servers send whole calls one by one, each with
        /// the index 0 or none.
        func isFollowed(by piece: Chunk.Piece) -> Bool {
            let isNamed = piece.function?.name?.isEmpty == false
            let isOther = piece.id.map { !$0.isEmpty && id != nil && $0 != id } ?? false
            guard isOther else { return isNamed && (piece.id ?? "").isEmpty && isWhole }
            // A server that makes a new id for every piece of one call neither names it again nor has all of it.
            return isNamed || isWhole
        }

        private var isWhole: Bool { !arguments.isEmpty && ToolArguments.parse(arguments) != nil }
    }

    /// Arguments of one call, in bytes; more is an error of the model.
    private static let maxArgumentBytes = 65_536
    private static let maxCalls = 64

    /// Said when the model ends the call without a word.
    private let goodbye: String
    /// Names of the tools that the model may call.
    private let offered: Set<String>
    /// Whether an answer that was cut short in the middle of a tool call is one all the same, without the call.
    private let allowsCutCalls: Bool
    /// In the order in which they began.
    private var calls: [PendingCall] = []
    private var hasText = false
    /// Whether the model has said that it is done.
    private(set) var isComplete = false
    /// Why the model ended before its answer did.
    private var shortfall: Shortfall?
    /// What the provider says the request took.
    private(set) var usage: TokenUse?

    /// - Parameter allowsCutCalls: for a client, which is told of the cut; on a telephone it is an error, for the caller
    ///   would wait for what the tool was to do.
    init(goodbye: String, offered: [ToolDescription], allowsCutCalls: Bool = false) {
        self.goodbye = goodbye
        self.offered = Set(offered.map(\.name))
        self.allowsCutCalls = allowsCutCalls
    }

    /// Takes the data of one event.
    /// - Throws: `llm.malformed`, `llm.provider_failed`.
    mutating func take(_ data: [UInt8]) throws(EngineError) -> [ResponseEvent] {
        if data.elementsEqual("[DONE]".utf8) {
            isComplete = true
            return []
        }
        let chunk: Chunk
        do { chunk = try JSONDecoder().decode(Chunk.self, from: Data(data)) } catch {
            throw .malformed("a chunk is not the JSON of a chat completion", stage: "llm")
        }
        if chunk.error != nil {
            throw EngineError(
                code: "llm.provider_failed", message: "the provider broke its answer off with an error.",
                hint: "Look into the provider's log.", category: .server)
        }
        if let counted = chunk.usage?.tokens { usage = counted }
        var events: [ResponseEvent] = []
        for choice in chunk.choices ?? [] where (choice.index ?? 0) == 0 {
            if let delta = choice.delta ?? choice.message { try take(delta, &events) }
            if let reason = choice.finishReason {
                isComplete = true
                shortfall = Shortfall(finishReason: reason)
            }
        }
        return events
    }

    private mutating func take(_ delta: Chunk.Delta, _ events: inout [ResponseEvent]) throws(EngineError) {
        if let text = delta.content, !text.isEmpty {
            hasText = true
            events.append(.text(text))
        }
        for (position, piece) in (delta.toolCalls ?? []).enumerated() {
            let call = try call(of: piece, at: piece.index ?? position)
            if let id = piece.id, !id.isEmpty { calls[call].id = id }
            calls[call].name += piece.function?.name ?? ""
            calls[call].arguments += piece.function?.arguments ?? ""
            guard calls[call].arguments.utf8.count <= Self.maxArgumentBytes else {
                throw .malformed("a tool's arguments have no end", stage: "llm")
            }
        }
    }

    /// Where the call is to which a piece belongs; a new one where it belongs to none.
    private mutating func call(of piece: Chunk.Piece, at index: Int) throws(EngineError) -> Int {
        if let latest = calls.lastIndex(where: { $0.index == index }), !calls[latest].isFollowed(by: piece) {
            return latest
        }
        guard calls.count < Self.maxCalls else {
            throw .malformed("it calls more than \(Self.maxCalls) tools", stage: "llm")
        }
        calls.append(PendingCall(index: index))
        return calls.count - 1
    }

    /// The stream has ended.
    /// - Parameter makeID: names a call to which the model gave no id.
    /// - Throws: `llm.connection_lost` when it ended in the middle, `llm.malformed` for arguments that are no JSON object.
    mutating func finish(makeID: () -> String) throws(EngineError) -> [ResponseEvent] {
        guard isComplete else {
            throw EngineError(
                code: "llm.connection_lost", message: "the provider's answer ended in the middle.",
                hint: "Look into the provider's log.", category: .connectivity)
        }
        var events: [ResponseEvent] = []
        var named: [String: (name: String, arguments: String)] = [:]
        for call in calls {
            let isOffered = offered.contains(call.name)
            if isOffered, call.name == ChatTools.endCall {
                events.append(.endsCall)
                if !hasText { events.append(.text(goodbye)) }
                continue
            }
            guard let arguments = ToolArguments.parse(call.arguments) else {
                if allowsCutCalls, shortfall != nil { continue }
                throw .malformed("a tool's arguments are no JSON object", stage: "llm")
            }
            var id = call.id ?? makeID()
            // Some servers name all calls alike; the same call twice stays one.
            if let other = named[id], other != (call.name, call.arguments) { id = makeID() }
            named[id] = (call.name, call.arguments)
            events.append(
                .toolCall(ToolCall(id: id, name: call.name, arguments: arguments, isOffered: isOffered)))
        }
        if let shortfall { events.append(.cutShort(shortfall)) }
        return events + [.finished]
    }

    /// See: the OpenAI API reference, "chat completion chunk"; a whole completion has `message` in place of `delta`.
    private struct Chunk: Decodable {
        struct Choice: Decodable {
            var index: Int?
            var delta: Delta?
            var message: Delta?
            var finishReason: String?

            enum CodingKeys: String, CodingKey {
                case index, delta, message
                case finishReason = "finish_reason"
            }
        }
        struct Delta: Decodable {
            var content: String?
            var toolCalls: [Piece]?

            enum CodingKeys: String, CodingKey {
                case content
                case toolCalls = "tool_calls"
            }
        }
        struct Piece: Decodable {
            struct Function: Decodable {
                var name: String?
                var arguments: String?
            }
            var index: Int?
            var id: String?
            var function: Function?
        }
        /// Whatever it holds: it is never shown.
        struct Fault: Decodable { init(from decoder: any Decoder) throws {} }
        var choices: [Choice]?
        var error: Fault?
        var usage: ChatUsage?
    }
}

extension Shortfall {
    /// - Parameter finishReason: of a chat completion; `stop` and `tool_calls` are no shortfall.
    init?(finishReason: String) {
        switch finishReason {
        case "length": self = .maxTokens
        case "content_filter": self = .contentFilter
        default: return nil
        }
    }
}
