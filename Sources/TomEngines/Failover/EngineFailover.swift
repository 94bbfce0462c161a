/// One engine gave up and the next one takes its place, within the same turn.
public struct EngineFailover: Sendable, Equatable {
    /// Names of the engines.
    public let from: String
    public let to: String
    /// Why: the failed engine's error, such as `llm.timeout`.
    public let error: EngineError
    public init(from: String, to: String, error: EngineError) {
        self.from = from
        self.to = to
        self.error = error
    }
}

/// How long the engines of a failover order may keep a turn waiting, and when one is left alone.
public struct FailoverPolicy: Sendable, Equatable {
    public var breaker = CircuitBreaker.Policy()
    /// From the end of an engine's input to its first result; then the next engine is asked.
    public var patience = Duration.seconds(5)
    public init() {}
}
