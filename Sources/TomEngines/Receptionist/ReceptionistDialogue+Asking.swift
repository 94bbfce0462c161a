import TomConversation

/// Asking again when nothing was understood.
extension ReceptionistDialogue {
    /// Asks again in other words, and gives up at last in the way that serves the caller best.
    func miss(turn: TurnID, in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        state.misses += 1
        switch state.step {
        case .idle, .anythingElse, .saving: return missFreely(state)
        case .slot: return missSlot(state)
        case .offer, .confirm, .change, .retry: return missQuestion(state, turn: turn)
        }
    }

    private func missFreely(_ state: ReceptionistState) -> ReceptionistReply {
        var state = state
        let texts = agent.messages.notUnderstood
        if state.misses <= texts.count {
            state.last = texts[state.misses - 1]
            return ReceptionistReply(state.last, state)
        }
        state.step = .offer
        return understood(agent.messages.giveUp, state, expects: .yesNo)
    }

    private func missSlot(_ state: ReceptionistState) -> ReceptionistReply {
        var state = state
        let slot = agent.slots[state.slot]
        guard state.misses < Self.patience else {
            // A message without this part is worth more than none.
            return next(after: slot.skipped ?? "", in: state)
        }
        state.last = state.misses == 1 ? slot.askAgain : Sentences.join(apologetic, slot.askAgain)
        return ReceptionistReply(state.last, state, expects: slot.expectation)
    }

    private func missQuestion(_ state: ReceptionistState, turn: TurnID) -> ReceptionistReply {
        var state = state
        if state.misses >= Self.patience { return giveUpQuestion(state, turn: turn) }
        let isYesNo = state.step != .change
        let opening = state.misses == 1 && isYesNo ? "" : apologetic
        state.last = Sentences.join(opening, isYesNo ? agent.messages.yesOrNo : "", question(in: state))
        return ReceptionistReply(state.last, state, expects: expectation(in: state))
    }

    private func giveUpQuestion(_ state: ReceptionistState, turn: TurnID) -> ReceptionistReply {
        switch state.step {
        // Better a message the caller did not confirm than none.
        case .confirm, .change: save(turn: turn, confirmed: false, in: state)
        case .retry: freely(agent.messages.saveAbandoned, state)
        default: freely(agent.messages.goodbye, state, endsCall: true)
        }
    }

    private var apologetic: String { Sentences.statements(agent.messages.notUnderstood[0]) }
}
