/// What one request to an engine used.
public struct EngineUse: Sendable, Equatable {
    public enum Stage: String, Sendable, Equatable, Codable, CaseIterable { case stt, llm, tts }

    public let stage: Stage
    /// The engine's own name, never that of a failover order.
    public let engine: String
    /// Audio heard or made; `nil` where there is none.
    public var audioSeconds: Double?
    /// Characters to be spoken; `nil` where there are none.
    public var characters: Int?
    /// `nil` when the engine does not say: never estimated.
    public var tokens: TokenUse?

    public init(_ stage: Stage, engine: String) {
        self.stage = stage
        self.engine = engine
    }
}

/// Tokens of one generation, as the provider counts them.
public struct TokenUse: Sendable, Equatable, Codable {
    public var prompt: Int
    /// The part of `prompt` that the provider had cached; often cheaper.
    public var cached: Int
    public var completion: Int

    public init(prompt: Int, cached: Int = 0, completion: Int) {
        self.prompt = prompt
        self.cached = cached
        self.completion = completion
    }
}
