public import TomConversation

/// What the receptionist does next.
public struct ReceptionistReply: Sendable, Equatable {
    /// Whole sentences to be spoken; empty when a tool is called first.
    public var text: String
    /// To be handed back with the caller's next turn.
    public var state: ReceptionistState
    public var expectation: Expectation
    public var toolCall: ToolCall?
    public var endsCall: Bool

    init(
        _ text: String, _ state: ReceptionistState, expects expectation: Expectation = .open, toolCall: ToolCall? = nil,
        endsCall: Bool = false
    ) {
        self.text = text
        self.state = state
        self.expectation = expectation
        self.toolCall = toolCall
        self.endsCall = endsCall
    }
}
