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
        guard let wire = try? Wire(from: decoder), (0...Self.most).contains(wire.promptTokens),
            (0...Self.most).contains(wire.completionTokens)
        else {
            tokens = nil
            return
        }
        let cached = min(max(wire.details?.cachedTokens ?? 0, 0), wire.promptTokens)
        tokens = TokenUse(prompt: wire.promptTokens, cached: cached, completion: wire.completionTokens)
    }

    /// More is no count of one answer's tokens.
    private static let most = 100_000_000
}
