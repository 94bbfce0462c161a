import TomConversation

/// The local language model: a deterministic dialogue driven by the agent file, see ``ReceptionistDialogue``.
///
/// It answers inside the starting call. Its state travels as the memory of its replies in the conversation's record, so
/// that a response which was cancelled before it entered the record leaves no trace.
public struct Receptionist: LanguageModel {
    public let name = "receptionist"
    private let dialogue: ReceptionistDialogue

    public init(agent: Agent) { dialogue = ReceptionistDialogue(agent: agent) }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        let heard = request.history.lastIndex(where: Self.isHeardReply)
        let memory = request.history.prefix((heard ?? -1) + 1).last { $0.memory != nil }?.memory
        let state = memory.flatMap(ReceptionistState.init(encoded:)) ?? ReceptionistState()
        let reply = dialogue.reply(to: Array(request.history.dropFirst((heard ?? -1) + 1)), in: state)
        for delta in Sentences.deltas(reply.text) { deliver(.text(delta)) }
        if let call = reply.toolCall { deliver(.toolCall(call)) }
        deliver(.memory(reply.state.encoded))
        deliver(.expects(reply.expectation))
        if reply.endsCall { deliver(.endsCall) }
        deliver(.finished)
        return FinishedTask.shared
    }

    /// A reply of which nothing was heard neither asked nor told the caller anything.
    private static func isHeardReply(_ item: Item) -> Bool {
        if case .reply(let text, _) = item.content { !text.isEmpty } else { false }
    }
}

/// A task that was over when it began.
final class FinishedTask: EngineTask {
    static let shared = FinishedTask()
    func cancel() {}
}
