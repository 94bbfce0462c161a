import TomEngines

/// The `usage` of a chat completion. Whatever is wrong with it, the answer is none the worse: it then counts as not told.
struct ChatUsage: Decodable {
    let tokens: TokenUse?

    private struct Wire: Decodable {
        struct Details: Decodable {
            var cachedTokens: Int?
            enum CodingKeys: String, CodingKey { case cachedTokens = "cached_tokens" }
        }
        var promptTokens: Int
        var completionTokens: Int
        var details: Details?

        enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens"
            case completionTokens = "completion_tokens"
            case details = "prompt_tokens_details"
        }
    }

    init(from decoder: any Decoder) throws {
        tokens = (try? Wire(from: decoder)).flatMap {
            TokenUse(checked: $0.promptTokens, cached: $0.details?.cachedTokens, completion: $0.completionTokens)
        }
    }
}
