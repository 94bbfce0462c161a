public import TomConversation
public import TomEngines

/// Runs the tools a language model asks for.
public protocol ToolRunner: Sendable {
    /// What models that speak for an agent may call now. Cheap: asked for at every generation, on the call's event loop.
    func tools(of agentID: String) -> [ToolDescription]
    /// Runs `call` and delivers exactly one output, from any thread. Never blocks: it is called on the call's event loop.
    func run(_ call: ToolCall, in context: ToolContext, deliver: @escaping @Sendable (ToolOutput) -> Void)
    /// As `run(_:in:deliver:)`, a tool of `source`, which is the call's own.
    func run(
        _ call: ToolCall, on source: any ToolSource, in context: ToolContext,
        deliver: @escaping @Sendable (ToolOutput) -> Void)
}

extension ToolRunner {
    public func tools(of agentID: String) -> [ToolDescription] { [.takeMessage, .endCall] }

    public func run(
        _ call: ToolCall, on source: any ToolSource, in context: ToolContext,
        deliver: @escaping @Sendable (ToolOutput) -> Void
    ) {
        let origin = ToolOrigin(callID: context.callID, agentID: context.agentID)
        Task {
            let result = await source.run(call, from: origin)
            deliver(ToolOutput(callID: call.id, succeeded: result.outcome == .ok, output: result.text))
        }
    }
}

/// What a tool may know of the call it is run for.
public struct ToolContext: Sendable {
    public let callID: String
    public let agentID: String
    public let recordings: Recordings
    /// Hands the call to somebody else; `nil` when its transport cannot.
    public let transfer: (any CallTransfer)?

    public init(callID: String, agentID: String, recordings: Recordings, transfer: (any CallTransfer)? = nil) {
        self.callID = callID
        self.agentID = agentID
        self.recordings = recordings
        self.transfer = transfer
    }
}
