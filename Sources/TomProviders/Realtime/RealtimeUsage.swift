import TomEngines

/// The `usage` of a response. Whatever is wrong with it, the answer is none the worse: it then counts as not told.
struct RealtimeUsage: Decodable {
    let tokens: TokenUse?

    private struct Wire: Decodable {
        struct Details: Decodable {
            var cachedTokens: Int?
            enum CodingKeys: String, CodingKey { case cachedTokens = "cached_tokens" }
        }
        var inputTokens: Int
        var outputTokens: Int
        var details: Details?

        enum CodingKeys: String, CodingKey {
            case inputTokens = "input_tokens"
            case outputTokens = "output_tokens"
            case details = "input_token_details"
        }
    }

    init(from decoder: any Decoder) throws {
        tokens = (try? Wire(from: decoder)).flatMap {
            TokenUse(checked: $0.inputTokens, cached: $0.details?.cachedTokens, completion: $0.outputTokens)
        }
    }
}

extension TokenUse {
    /// `nil` for counts that no answer can have.
    init?(checked prompt: Int, cached: Int?, completion: Int) {
        let most = 100_000_000
        guard (0...most).contains(prompt), (0...most).contains(completion) else { return nil }
        self.init(prompt: prompt, cached: min(max(cached ?? 0, 0), prompt), completion: completion)
    }
}
