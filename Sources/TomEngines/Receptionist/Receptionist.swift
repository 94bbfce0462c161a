import TomConversation

/// The local language model: a deterministic dialogue driven by the agent file, see ``ReceptionistDialogue``.
///
/// It answers inside the starting call. Its state travels as the memory of its replies in the conversation's record, so that
/// a response which was cancelled before it entered the record leaves no trace.
public struct Receptionist: LanguageModel {
    public let name = "receptionist"
    private let dialogue: ReceptionistDialogue

    public init(agent: Agent) { dialogue = ReceptionistDialogue(agent: agent) }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        let memory = request.history.last { $0.memory != nil }?.memory
        let state = memory.flatMap(ReceptionistState.init(encoded:)) ?? ReceptionistState()
        let reply = dialogue.reply(to: Self.unanswered(request.history), in: state)
        for delta in Sentences.deltas(reply.text) { deliver(.text(delta)) }
        if let call = reply.toolCall { deliver(.toolCall(call)) }
        deliver(.memory(reply.state.encoded))
        deliver(.expects(reply.expectation))
        if reply.endsCall { deliver(.endsCall) }
        deliver(.finished)
        return FinishedTask.shared
    }

    /// What came after TOM last spoke.
    private static func unanswered(_ history: [Item]) -> [Item] {
        let start = history.lastIndex {
            if case .reply = $0.content { true } else { false }
        }
        return Array(history[(start.map { $0 + 1 } ?? 0)...])
    }
}

/// A task that was over when it began.
final class FinishedTask: EngineTask {
    static let shared = FinishedTask()
    func cancel() {}
}
