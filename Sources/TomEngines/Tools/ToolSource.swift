public import TomConversation

/// Tools that run somewhere else: a webhook, the tools of a server.
public protocol ToolSource: Sendable {
    var kind: ToolKind { get }
    /// What it offers now; it may change during a call. Cheap: asked for at every generation.
    var tools: [ToolDescription] { get }
    /// Runs one of ``tools`` and returns in bounded time, whatever becomes of the other side.
    func run(_ call: ToolCall, from origin: ToolOrigin) async -> ToolResult
}

/// What kinds of tools there are; a closed set, used as a metric label.
public enum ToolKind: String, Sendable, Equatable, CaseIterable {
    case takeMessage = "take_message"
    case transferCall = "transfer_call"
    case webhook, mcp
    /// The model made a name up.
    case unknown
}

/// Which call a tool is run for.
public struct ToolOrigin: Sendable, Equatable {
    public let callID: String
    public let agentID: String
    public init(callID: String, agentID: String) {
        self.callID = callID
        self.agentID = agentID
    }
}

/// What came of running a tool.
public struct ToolResult: Sendable, Equatable {
    /// What is said to the model.
    public let text: String
    public let outcome: Outcome
    /// Why it failed, for the operator; without what callers said.
    public let error: EngineError?

    /// A closed set, used as a metric label.
    public enum Outcome: String, Sendable, Equatable, CaseIterable {
        case ok, failed, timeout
        /// The arguments did not fit, and nothing was run.
        case invalid
    }

    public init(_ text: String, _ outcome: Outcome, error: EngineError? = nil) {
        self.text = text
        self.outcome = outcome
        self.error = error
    }

    /// The most of a tool's answer that a model is given, in characters.
    public static let maxCharacters = 8_000

    /// `text`, cut and marked as cut when it is longer than a model is to read.
    public static func bounded(_ text: String, isCut: Bool = false) -> String {
        let kept = text.prefix(maxCharacters)
        return isCut || kept.endIndex < text.endIndex ? "\(kept) … (the answer is longer and was cut here)" : text
    }
}
