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

    init(instructions: String, items: [Item]) {
        messages.append(Message(role: "system", content: instructions))
        let outputs = Dictionary(
            items.compactMap { item -> (String, String)? in
                if case .toolOutput(let output) = item.content { (output.callID, output.output) } else { nil }
            }, uniquingKeysWith: { first, _ in first })
        var calls: [ToolCall] = []
        for item in items {
            if case .toolCall(let call) = item.content {
                if outputs[call.id] != nil { calls.append(call) }
                continue
            }
            append(calls, outputs)
            calls = []
            append(item.content)
        }
        append(calls, outputs)
    }

    private mutating func append(_ content: Item.Content) {
        switch content {
        case .speech(let transcript?, _): say("user", transcript)
        case .speech(nil, _): say("user", "(speech that was not understood)")
        case .typed(let text): say("user", text)
        case .keys(let keys): say("user", "(pressed the keys \(keys))")
        case .reply(let text, let interrupted) where !text.isEmpty: say("assistant", interrupted ? text + " …" : text)
        case .reply, .silence, .toolCall, .toolOutput: break
        }
    }

    private mutating func say(_ role: String, _ content: String) {
        messages.append(Message(role: role, content: content))
    }

    private mutating func append(_ calls: [ToolCall], _ outputs: [String: String]) {
        guard !calls.isEmpty else { return }
        messages.append(
            Message(
                role: "assistant",
                toolCalls: calls.map {
                    Call(id: $0.id, function: .init(name: $0.name, arguments: ToolArguments.json($0.arguments)))
                }))
        for call in calls { messages.append(Message(role: "tool", content: outputs[call.id], toolCallID: call.id)) }
    }
}
