import TomConversation
import TomEngines

/// The body of a `POST /chat/completions`.
struct ChatBody: Encodable {
    var model: String
    var messages: [ChatHistory.Message]
    var tools: [ChatTools.Tool]?
    var stream = true
    var streamOptions: StreamOptions?
    var toolChoice: ChatToolChoice?
    var parallelToolCalls: Bool?
    var reasoningEffort: String?
    var maxTokens: Int?
    var maxCompletionTokens: Int?

    struct StreamOptions: Encodable {
        var includeUsage = true
        enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }
    enum CodingKeys: String, CodingKey {
        case model, messages, tools, stream
        case streamOptions = "stream_options"
        case toolChoice = "tool_choice"
        case parallelToolCalls = "parallel_tool_calls"
        case reasoningEffort = "reasoning_effort"
        case maxTokens = "max_tokens"
        case maxCompletionTokens = "max_completion_tokens"
    }
}

/// `tool_choice` where it is not the default.
enum ChatToolChoice: Encodable, Equatable {
    case word(String)
    case function(String)

    /// - Returns: `nil` for what the API does by itself.
    init?(_ choice: ResponseDirections.ToolChoice) {
        switch choice {
        case .auto: return nil
        case .none: self = .word("none")
        case .required: self = .word("required")
        case .function(let name): self = .function(name)
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .word(let word):
            var value = encoder.singleValueContainer()
            try value.encode(word)
        case .function(let name):
            var value = encoder.singleValueContainer()
            try value.encode(["type": JSONValue.string("function"), "function": ["name": .string(name)]])
        }
    }
}

/// The fields that not every server of the API knows, by what is known of the one that is asked.
struct ChatFields {
    let usage = OptionalField("stream_options")
    /// Servers know `max_tokens`, the older name; OpenAI's models that reason refuse it and are given
    /// `max_completion_tokens`, which others would pass over without a word.
    let limit = OptionalField("max_tokens")
    let parallel = OptionalField("parallel_tool_calls")
    let effort = OptionalField("reasoning_effort")

    /// Those that a request holds, the most widely known last.
    func wanted(by request: ResponseRequest) -> [OptionalField] {
        var fields: [OptionalField] = []
        if request.directions?.reasoningEffort != nil { fields.append(effort) }
        if request.directions?.parallelToolCalls != nil, !request.tools.isEmpty { fields.append(parallel) }
        if request.directions?.maxOutputTokens != nil { fields.append(limit) }
        return fields + [usage]
    }

    /// - Parameter held: which of the fields the request is to hold.
    func body(
        _ request: ResponseRequest, model: String, instructions: String, holding held: [OptionalField]
    ) -> ChatBody {
        func holds(_ field: OptionalField) -> Bool { held.contains { $0 === field } }
        var body = ChatBody(
            model: model, messages: ChatHistory(instructions: instructions, items: request.history).messages,
            tools: ChatTools.tools(request.tools))
        if holds(usage) { body.streamOptions = .init() }
        body.toolChoice = request.toolChoice.flatMap(ChatToolChoice.init)
        if let maxTokens = request.directions?.maxOutputTokens {
            if holds(limit) { body.maxTokens = maxTokens } else { body.maxCompletionTokens = maxTokens }
        }
        if holds(parallel) { body.parallelToolCalls = request.directions?.parallelToolCalls }
        if holds(effort) { body.reasoningEffort = request.directions?.reasoningEffort }
        return body
    }
}
