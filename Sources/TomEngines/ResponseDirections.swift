/// What a client that leads a conversation wants one response to be like, beyond its history and tools.
///
/// Engines follow what they can. A model behind a provider's API is given all of it; the receptionist, whose answers are rules and
/// phrases of the agent's, and the mock follow none of it.
public struct ResponseDirections: Sendable, Equatable {
    /// Whether the model is to call a tool.
    public enum ToolChoice: Sendable, Equatable {
        /// The model decides.
        case auto
        case none
        /// At least one, whichever.
        case required
        /// That one. It stands for ``auto`` where the response has no tool of the name.
        case function(String)
    }

    /// Stands in place of all that the model is otherwise told about itself, the agent's prompt and how to speak on a
    /// telephone; `nil`: that.
    public var instructions: String?
    public var toolChoice = ToolChoice.auto
    /// The most tokens the answer may have, 1 or more, calls of tools included; `nil`: as many as the model makes.
    public var maxOutputTokens: Int?
    /// Whether one answer may call several tools; `nil`: as the model does by itself.
    public var parallelToolCalls: Bool?
    /// How much a model that reasons does so, in the API's words: `minimal`, `low`, `medium`, `high`, `xhigh`.
    public var reasoningEffort: String?
    /// Whether the answer is heard; otherwise a ``SpeechModel`` answers in words alone.
    public var speaks = true

    public init() {}
}

extension ResponseRequest {
    /// What holds of the tools: `function` of a tool that is not there is `auto`, and without tools there is no choice.
    package var toolChoice: ResponseDirections.ToolChoice? {
        guard let directions, !tools.isEmpty else { return nil }
        guard case .function(let name) = directions.toolChoice else { return directions.toolChoice }
        return tools.contains { $0.name == name } ? directions.toolChoice : .auto
    }
}
