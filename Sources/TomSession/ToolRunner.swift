public import TomConversation

/// Runs the tools a language model asks for.
public protocol ToolRunner: Sendable {
    /// Runs `call` and delivers exactly one output, from any thread. Never blocks: it is called on the call's event loop.
    func run(_ call: ToolCall, in context: ToolContext, deliver: @escaping @Sendable (ToolOutput) -> Void)
}

/// What a tool may know of the call it is run for.
public struct ToolContext: Sendable {
    public let callID: String
    public let agentID: String
    public let recordings: Recordings

    public init(callID: String, agentID: String, recordings: Recordings) {
        self.callID = callID
        self.agentID = agentID
        self.recordings = recordings
    }
}
