import Foundation
import TomConversation
import TomEngines
import TomErrors

/// Turns the chunks of a streamed chat completion into what a conversation takes in.
///
/// Text goes out as it comes. A tool call comes in pieces, several calls side by side, and goes out when the answer is complete.
struct ChatStream {
    private struct PendingCall {
        var id: String?
        var name = ""
        var arguments = ""
    }

    /// Arguments of one call, in bytes; more is an error of the model.
    private static let maxArgumentBytes = 65_536
    private static let maxCalls = 64

    /// Said when the model ends the call without a word.
    private let goodbye: String
    private var calls: [Int: PendingCall] = [:]
    private var hasText = false
    /// Whether the model has said that it is done.
    private(set) var isComplete = false
    /// What the provider says the request took.
    private(set) var usage: TokenUse?

    init(goodbye: String) { self.goodbye = goodbye }

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
            if choice.finishReason != nil { isComplete = true }
        }
        return events
    }

    private mutating func take(_ delta: Chunk.Delta, _ events: inout [ResponseEvent]) throws(EngineError) {
        if let text = delta.content, !text.isEmpty {
            hasText = true
            events.append(.text(text))
        }
        for (position, piece) in (delta.toolCalls ?? []).enumerated() {
            let index = piece.index ?? position
            guard calls[index] != nil || calls.count < Self.maxCalls else {
                throw .malformed("it calls more than \(Self.maxCalls) tools", stage: "llm")
            }
            var call = calls[index] ?? PendingCall()
            if let id = piece.id, !id.isEmpty { call.id = id }
            call.name += piece.function?.name ?? ""
            call.arguments += piece.function?.arguments ?? ""
            guard call.arguments.utf8.count <= Self.maxArgumentBytes else {
                throw .malformed("a tool's arguments have no end", stage: "llm")
            }
            calls[index] = call
        }
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
        for (_, call) in calls.sorted(by: { $0.key < $1.key }) {
            if call.name == ChatTools.endCall {
                events.append(.endsCall)
                if !hasText { events.append(.text(goodbye)) }
                continue
            }
            guard let arguments = ToolArguments.parse(call.arguments) else {
                throw .malformed("a tool's arguments are no JSON object", stage: "llm")
            }
            events.append(.toolCall(ToolCall(id: call.id ?? makeID(), name: call.name, arguments: arguments)))
        }
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
