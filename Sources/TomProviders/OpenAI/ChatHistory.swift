import TomConversation

/// The record as the messages of a chat completion.
///
/// Tool calls and their outputs stand together whatever came between them on the line, and a call whose output never came is
/// left out: the API refuses either otherwise.
struct ChatHistory {
    struct Message: Encodable, Equatable {
        var role: String
        var content: String?
        var toolCalls: [Call]?
        var toolCallID: String?

        enum CodingKeys: String, CodingKey {
            case role, content
            case toolCalls = "tool_calls"
            case toolCallID = "tool_call_id"
        }
    }

    struct Call: Encodable, Equatable {
        struct Function: Encodable, Equatable {
            var name: String
            /// A JSON object, as text.
            var arguments: String
        }
        var id: String
        var type = "function"
        var function: Function
    }

    private(set) var messages: [Message] = []

    /// - Parameter instructions: what the model is told ahead of everything; it is told nothing where they are empty.
    init(instructions: String, items: [Item]) {
        if !instructions.isEmpty { say("system", instructions) }
        var calls: [Answered] = []
        for (index, item) in items.enumerated() {
            if case .toolCall(let call) = item.content {
                if let output = Self.output(of: call, in: items[(index + 1)...]) { calls.append((call, output)) }
                continue
            }
            append(calls)
            calls = []
            append(item.content)
        }
        append(calls)
    }

    private typealias Answered = (call: ToolCall, output: String)

    /// The output that follows `call`. Some servers give the calls of every answer the same ids: the next call of that id ends
    /// the search.
    private static func output(of call: ToolCall, in items: ArraySlice<Item>) -> String? {
        for item in items {
            switch item.content {
            case .toolOutput(let output) where output.callID == call.id: return output.output
            case .toolCall(let other) where other.id == call.id: return nil
            default: continue
            }
        }
        return nil
    }

    private mutating func append(_ content: Item.Content) {
        switch content {
        case .speech(let transcript?, _): say("user", transcript)
        case .speech(nil, _): say("user", "(speech that was not understood)")
        case .typed(let text): say("user", text)
        case .keys(let keys): say("user", "(pressed the keys \(keys))")
        case .instructions(let text): say("system", text)
        case .reply(let text, let interrupted) where !text.isEmpty: say("assistant", interrupted ? text + " …" : text)
        case .reply, .silence, .toolCall, .toolOutput: break
        }
    }

    private mutating func say(_ role: String, _ content: String) {
        messages.append(Message(role: role, content: content))
    }

    private mutating func append(_ calls: [Answered]) {
        guard !calls.isEmpty else { return }
        messages.append(
            Message(
                role: "assistant",
                toolCalls: calls.map {
                    Call(
                        id: $0.call.id,
                        function: .init(name: $0.call.name, arguments: ToolArguments.json($0.call.arguments)))
                }))
        for (call, output) in calls { messages.append(Message(role: "tool", content: output, toolCallID: call.id)) }
    }
}
