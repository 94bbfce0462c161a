import TomConversation

/// What the caller's words mean at each step but the slots; `nil` means not understood.
extension ReceptionistDialogue {
    func understand(_ item: Item, in state: ReceptionistState) -> ReceptionistReply? {
        switch item.content {
        case .speech(let transcript?, _): understand(transcript, turn: item.turn, in: state)
        case .typed(let text): understand(text, turn: item.turn, in: state)
        case .keys(let keys): understand(keys: keys, turn: item.turn, in: state)
        case .speech(nil, _), .silence, .reply, .toolCall, .toolOutput, .instructions: nil
        }
    }

    private func understand(_ text: String, turn: TurnID, in state: ReceptionistState) -> ReceptionistReply? {
        switch state.step {
        case .idle, .anythingElse, .saving: return freeWords(text, in: state)
        case .confirm: return judgement(text, turn: turn, in: state)
        case .change: return changeWords(text, turn: turn, in: state)
        case .offer, .retry:
            let answer = yesNo.answer(text)
            if let answer, answer.isWhole { return decide(answer.isYes, turn: turn, in: state) }
            if let match = intents.match(text) { return perform(match, in: state) }
            return answer.flatMap { decide($0.isYes, turn: turn, in: state) }
        case .slot: return nil
        }
    }

    private func freeWords(_ text: String, in state: ReceptionistState) -> ReceptionistReply? {
        if let answer = yesNo.answer(text), answer.isWhole {
            if answer.isYes { return freely(agent.messages.goAhead, state) }
            // Nothing has been offered at the start of a call, so that a stray "no" must not end it.
            return state.step == .anythingElse ? freely(agent.messages.goodbye, state, endsCall: true) : nil
        }
        return intents.match(text).flatMap { perform($0, in: state) }
    }

    /// Yes or no to the open question.
    private func decide(_ yes: Bool, turn: TurnID, in state: ReceptionistState) -> ReceptionistReply? {
        switch (state.step, yes) {
        case (.offer, true): return takeMessage(after: "", in: state)
        case (.offer, false): return freely(agent.messages.goAhead, state)
        case (.retry, true), (.confirm, true), (.change, true): return save(turn: turn, confirmed: true, in: state)
        case (.retry, false): return freely(agent.messages.saveAbandoned, state)
        case (.confirm, false):
            var state = state
            state.step = .change
            return understood(agent.messages.change, state)
        default: return nil
        }
    }

    /// The caller's view of the message read back.
    private func judgement(_ text: String, turn: TurnID, in state: ReceptionistState) -> ReceptionistReply? {
        let answer = yesNo.answer(text)
        if let answer, answer.isWhole { return decide(answer.isYes, turn: turn, in: state) }
        if let slot = slotToChange(text) { return change(slot, text: text, in: state) }
        if let answer { return decide(answer.isYes, turn: turn, in: state) }
        return control(text, turn: turn, in: state)
    }

    private func changeWords(_ text: String, turn: TurnID, in state: ReceptionistState) -> ReceptionistReply? {
        if let slot = slotToChange(text) { return change(slot, text: text, in: state) }
        if let answer = yesNo.answer(text), answer.isWhole, answer.isYes {
            return decide(true, turn: turn, in: state)
        }
        return control(text, turn: turn, in: state)
    }

    /// Index of the slot the caller wants to change; the digits of a number given along say nothing about that.
    private func slotToChange(_ text: String) -> Int? {
        changes.match(numbers.withoutDigits(text))?.intent
    }

    /// Intents that make sense while a message is being checked.
    private func control(_ text: String, turn: TurnID, in state: ReceptionistState) -> ReceptionistReply? {
        guard let match = intents.match(text) else { return nil }
        let intent = agent.intents[match.intent]
        switch intent.action {
        case .endCall:
            // Better a message the caller did not confirm than none.
            var state = state
            state.leaving = true
            return save(turn: turn, confirmed: false, in: state)
        case .takeMessage, .offerMessage: return nil
        case .answer, .repeat, .cancel: return perform(match, in: state)
        }
    }

    // MARK: Keys

    private func understand(keys: String, turn: TurnID, in state: ReceptionistState) -> ReceptionistReply? {
        switch state.step {
        case .idle, .anythingElse, .saving:
            let index = keys.lazy.compactMap { key in agent.intents.firstIndex { $0.key == key } }.first
            return index.flatMap { perform(PhraseMatcher.Match(intent: $0, score: 1, weekday: nil), in: state) }
        case .offer, .retry: return yesNoKey(keys).flatMap { decide($0, turn: turn, in: state) }
        case .confirm:
            if let yes = yesNoKey(keys) { return decide(yes, turn: turn, in: state) }
            guard let slot = agent.slots.firstIndex(where: { $0.expectation == .digits }),
                keys.filter(\.isNumber).count >= agent.slots[slot].minDigits
            else { return nil }
            return change(slot, text: keys, in: state)
        case .change:
            guard let key = keys.first?.wholeNumberValue, agent.slots.indices.contains(key - 1) else { return nil }
            return change(key - 1, text: "", in: state)
        case .slot: return nil
        }
    }

    /// 1 is yes and 2 is no; `#` may follow.
    private func yesNoKey(_ keys: String) -> Bool? {
        switch keys.filter({ $0 != "#" }) {
        case "1": true
        case "2": false
        default: nil
        }
    }

    // MARK: Acting

    /// Does what an intent asks for. At a question, an answer is followed by the question again.
    func perform(_ match: PhraseMatcher.Match, in state: ReceptionistState) -> ReceptionistReply? {
        let intent = agent.intents[match.intent]
        let asking = !question(in: state).isEmpty
        let isMessage = [.slot, .confirm, .change, .retry].contains(state.step)
        switch intent.action {
        case .answer:
            guard let text = answer(of: intent, weekday: match.weekday) else { return nil }
            return asking && isMessage ? aside(text, in: state) : freely(text, state)
        case .takeMessage: return isMessage ? aside("", in: state) : takeMessage(after: intent.answer, in: state)
        case .offerMessage:
            if isMessage { return aside(intent.answer, in: state) }
            var state = state
            state.step = .offer
            return understood(intent.answer, state, expects: .yesNo)
        case .repeat: return again(intent.answer, in: state)
        case .cancel: return freely(isMessage ? intent.answer : agent.messages.goAhead, state)
        case .endCall: return freely(intent.answer, state, endsCall: true)
        }
    }

    /// `nil` when the answer depends on a day that was not named.
    private func answer(of intent: Agent.Intent, weekday: Int?) -> String? {
        guard intent.phrases.allSatisfy({ $0.contains(AgentText.weekday) }) else { return intent.answer }
        guard let weekday else { return nil }
        var values = ["weekday": agent.weekdayWords[weekday].capitalisedFirst]
        for fact in agent.facts {
            if case .byWeekday(let texts) = fact.value { values[fact.key] = texts[weekday] }
        }
        return AgentText.fill(intent.answer, values)
    }

    private func again(_ opening: String, in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        state.misses = 0
        let last = state.last.isEmpty ? agent.greeting : state.last
        return ReceptionistReply(
            Sentences.join(Sentences.statements(opening), last), state, expects: expectation(in: state))
    }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
