public import TomConversation

/// The receptionist's decisions: the caller's words and a state in, sentences and the next state out.
///
/// Pure and deterministic; built once per agent and shared between calls. It answers from the agent file and takes
/// messages by asking for one slot after the other, reading back what is known and saving it through the tool
/// `take_message`.
///
/// The tool's arguments are `name`, `number` and `concern` where their words are known, `name_turn` and `concern_turn`
/// where the caller's audio holds them (one turn such as `t3`, or several separated by a space), and `confirmed`, `yes`
/// or `no`.
public struct ReceptionistDialogue: Sendable {
    /// The only tool the receptionist calls.
    public static let tool = "take_message"

    let agent: Agent
    let numbers: SpokenNumber
    let yesNo: YesNo
    let intents: PhraseMatcher
    /// Matches are indices of slots.
    let changes: PhraseMatcher
    let skips: PhraseMatcher
    /// After so many failed attempts to save, the receptionist no longer offers another.
    static let saveAttempts = 2
    /// What is asked so many times without being understood is given up.
    static let patience = 3
    /// Longer answers are cut; a typed turn has at most as many characters.
    static let maxText = 2_000

    public init(agent: Agent) {
        let lexicon = Lexicon.of(agent.language)
        self.agent = agent
        numbers = SpokenNumber(lexicon: lexicon)
        yesNo = YesNo(agent: agent, lexicon: lexicon)
        intents = PhraseMatcher(phrases: agent.intents.map(\.phrases), lexicon: lexicon)
        changes = PhraseMatcher(phrases: agent.slots.map(\.change), lexicon: lexicon)
        skips = PhraseMatcher(phrases: agent.slots.map(\.skip), lexicon: lexicon)
    }

    /// Answers one item; see ``reply(to:in:)-([Item],_)``.
    public func reply(to item: Item, in state: ReceptionistState) -> ReceptionistReply {
        reply(to: [item], in: state)
    }

    /// Answers everything that came after TOM's last reply, oldest first: usually one turn of the caller or a tool's
    /// output, more when the caller went on before the answer was heard.
    public func reply(to items: [Item], in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        var spoken: [Item] = []
        var outcome: ReceptionistReply?
        for item in items {
            switch item.content {
            case .toolOutput(let output):
                let reply = answer(to: output, after: items, in: state)
                (outcome, state, spoken) = (reply, reply.state, [])
            case .toolCall(let call):
                // The state that came with the call is not in the record before its answer is heard: decide once more.
                let reply = answer(to: spoken, in: state)
                if reply.toolCall?.id == call.id { (state, spoken) = (reply.state, []) }
            case .speech, .typed, .keys: spoken.append(item)
            // After a silence TOM asks by itself.
            case .reply, .silence, .instructions: break
            }
        }
        if spoken.isEmpty, let outcome { return outcome }
        // Words while the message is being saved: it was not, as far as anyone has heard, so the question stands again.
        if state.step == .saving { state.step = .confirm }
        var reply = answer(to: spoken, in: state)
        if let outcome {
            reply.text = Sentences.join(Sentences.statements(outcome.text), reply.text)
        }
        return reply
    }

    private func answer(to items: [Item], in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        if state.slot >= agent.slots.count { state.slot = 0 }
        guard let last = items.last else { return aside(agent.messages.goAhead, in: state) }
        if state.step == .slot { return fill(from: items, in: state) }
        for item in items.reversed() {
            if let reply = understand(item, in: state) { return reply }
        }
        return miss(turn: last.turn, in: state)
    }

    // MARK: Building replies

    /// An understood turn: counts of misunderstanding begin again.
    func understood(
        _ text: String, _ state: ReceptionistState, expects expectation: Expectation = .open, endsCall: Bool = false
    ) -> ReceptionistReply {
        var state = state
        state.misses = 0
        state.last = text
        return ReceptionistReply(text, state, expects: expectation, endsCall: endsCall)
    }

    /// Back to where anything can be asked, the message forgotten.
    func freely(_ text: String, _ state: ReceptionistState, endsCall: Bool = false) -> ReceptionistReply {
        var state = state
        state.step = .anythingElse
        state.values = [:]
        state.correcting = false
        state.failures = 0
        state.leaving = false
        return understood(text, state, endsCall: endsCall)
    }

    /// The question that is open, to be asked again after something else was said; empty when there is none.
    func question(in state: ReceptionistState) -> String {
        switch state.step {
        case .idle, .anythingElse, .saving: ""
        case .offer: agent.messages.offer
        case .slot: agent.slots[state.slot].ask
        case .confirm: agent.messages.confirm
        case .change: agent.messages.change
        case .retry: agent.messages.saveFailed
        }
    }

    func expectation(in state: ReceptionistState) -> Expectation {
        switch state.step {
        case .idle, .anythingElse, .saving, .change: .open
        case .offer, .confirm, .retry: .yesNo
        case .slot: agent.slots[state.slot].expectation
        }
    }

    /// Says `text` and asks the open question again.
    func aside(_ text: String, in state: ReceptionistState) -> ReceptionistReply {
        understood(
            Sentences.join(Sentences.statements(text), question(in: state)), state, expects: expectation(in: state))
    }
}
