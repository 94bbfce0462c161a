import Synchronization
import TomConversation
import TomEngines

/// A call with the receptionist without a session: it keeps the record as a session does, and runs the tool.
struct ReceptionistCall {
    let model: Receptionist
    let language: String
    var history: [Item] = []
    /// What the tool answers, in order; succeeds when empty.
    var toolFails: [Bool] = []
    private(set) var toolCalls: [ToolCall] = []
    private(set) var expectation = TomConversation.Expectation.open
    private(set) var ended = false
    private var turn = 0

    init(_ language: String = "en") throws {
        let agent = try Agent.bundled(language: language)
        self.init(agent: agent)
    }

    init(agent: Agent) {
        model = Receptionist(agent: agent)
        language = agent.language
        record(.reply(text: agent.greeting, interrupted: false))
    }

    /// One turn of the caller, answered; returns what TOM says in the end.
    mutating func take(_ content: Item.Content) -> String {
        turn += 1
        record(content)
        return answer()
    }

    mutating func say(_ transcript: String?, ms: Int = 1_200) -> String {
        take(.speech(transcript: transcript, durationMs: ms))
    }
    mutating func type(_ text: String) -> String { take(.typed(text)) }
    mutating func press(_ keys: String) -> String { take(.keys(keys)) }

    /// A turn of the caller whose answer was cancelled before any of it was heard.
    mutating func sayUnanswered(_ transcript: String?) {
        turn += 1
        record(.speech(transcript: transcript, durationMs: 900))
    }

    mutating func record(_ content: Item.Content, memory: String? = nil) {
        history.append(Item(id: ItemID(history.count + 1), turn: TurnID(turn), content: content, memory: memory))
    }

    mutating func answer() -> String {
        for _ in 0..<3 {
            let events = respond()
            let text = events.text
            if !text.isEmpty { record(.reply(text: text, interrupted: false), memory: events.memory) }
            expectation = events.expectation
            ended = events.contains(.endsCall)
            guard let call = events.toolCall else { return text }
            toolCalls.append(call)
            record(.toolCall(call))
            let fails = toolFails.isEmpty ? false : toolFails.removeFirst()
            record(
                .toolOutput(ToolOutput(callID: call.id, succeeded: !fails, output: fails ? "store.disk_full" : "saved"))
            )
        }
        return "(the model never stopped calling tools)"
    }

    func respond() -> [ResponseEvent] {
        let events = Mutex<[ResponseEvent]>([])
        let request = ResponseRequest(
            response: ResponseID(1), turn: TurnID(turn), language: language, history: history)
        _ = model.respond(to: request) { event in events.withLock { $0.append(event) } }
        return events.withLock { $0 }
    }
}

extension [ResponseEvent] {
    var text: String {
        compactMap { if case .text(let delta) = $0 { delta } else { nil } }.joined()
    }
    var memory: String? {
        compactMap { if case .memory(let memory) = $0 { memory } else { nil } }.last
    }
    var toolCall: ToolCall? {
        compactMap { if case .toolCall(let call) = $0 { call } else { nil } }.last
    }
    var expectation: TomConversation.Expectation {
        compactMap { if case .expects(let expectation) = $0 { expectation } else { nil } }.last ?? .open
    }
}
