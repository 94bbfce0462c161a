import TomConversation
import TomEngines

/// What one response of a Realtime API is to be like, in place of what the session says: the `response` of
/// `response.create`.
struct RealtimeResponseWishes: Encodable, Equatable {
    private let directions: ResponseDirections
    private let toolChoice: ResponseDirections.ToolChoice?

    /// `nil` for a response that is as the session says.
    init?(_ request: ResponseRequest) {
        guard let directions = request.directions else { return nil }
        self.directions = directions
        toolChoice = request.toolChoice
    }

    private enum Keys: String, CodingKey {
        case instructions, reasoning
        case modalities = "output_modalities"
        case toolChoice = "tool_choice"
        case maxOutputTokens = "max_output_tokens"
        case parallelToolCalls = "parallel_tool_calls"
    }

    func encode(to encoder: any Encoder) throws {
        var response = encoder.container(keyedBy: Keys.self)
        try response.encodeIfPresent(directions.instructions, forKey: .instructions)
        if !directions.speaks { try response.encode(["text"], forKey: .modalities) }
        try response.encodeIfPresent(choice, forKey: .toolChoice)
        try response.encodeIfPresent(directions.maxOutputTokens, forKey: .maxOutputTokens)
        try response.encodeIfPresent(directions.parallelToolCalls, forKey: .parallelToolCalls)
        try response.encodeIfPresent(directions.reasoningEffort.map { ["effort": $0] }, forKey: .reasoning)
    }

    /// The session says `auto`. A function lies flat here, unlike in a chat completion.
    private var choice: JSONValue? {
        switch toolChoice {
        case .auto, nil: nil
        case .some(.none): "none"
        case .required: "required"
        case .function(let name): ["type": "function", "name": .string(name)]
        }
    }
}

extension RealtimeDialogue {
    /// A response that TOM asked for.
    struct Wanted {
        let key: Int
        let response: ResponseID
        let wishes: RealtimeResponseWishes?

        init(_ request: ResponseRequest, key: Int) {
            self.key = key
            response = request.response
            wishes = RealtimeResponseWishes(request)
        }
    }
}
