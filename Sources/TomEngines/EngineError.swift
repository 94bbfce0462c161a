public import TomErrors

/// Why an engine could not do its work.
public struct EngineError: DescribedError, Equatable {
    public let code: String
    public let message: String
    public let hint: String?
    public let category: ErrorCategory
    /// Whether it is about what was asked for, such as a text too long, and says nothing of the engine.
    public let blamesRequest: Bool

    /// - Parameter code: dotted and stable, beginning with the stage: `stt.`, `llm.`, `tts.`, `vad.`, `turn_end.` or `agent.`.
    public init(
        code: String, message: String, hint: String? = nil, category: ErrorCategory, blamesRequest: Bool = false
    ) {
        self.blamesRequest = blamesRequest
        self.code = code
        self.message = message
        self.hint = hint
        self.category = category
    }
}
