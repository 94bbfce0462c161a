import TomConversation

/// Taking a message: one slot after the other, then the read-back, then the tool.
extension ReceptionistDialogue {
    func takeMessage(after opening: String, in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        state.values = [:]
        state.correcting = false
        state.failures = 0
        state.slot = 0
        state.step = .slot
        return understood(Sentences.join(opening, agent.slots[0].ask), state, expects: expectation(in: state))
    }

    /// Takes the slot's answer out of everything the caller said since the question.
    func fill(from items: [Item], in state: ReceptionistState) -> ReceptionistReply {
        let slot = agent.slots[state.slot]
        let answer = SlotAnswer(items)
        if let reply = digression(answer, slot, in: state) { return reply }
        return slot.expectation == .digits
            ? fillDigits(answer, slot, in: state) : fillWords(answer, slot, in: state)
    }

    /// Anything but an answer: cancelling, leaving the slot out, asking something else.
    private func digression(
        _ answer: SlotAnswer, _ slot: Agent.Slot, in state: ReceptionistState
    ) -> ReceptionistReply? {
        let text = answer.text
        if answer.keys == "*", slot.expectation != .digits || state.values[slot.id] == nil {
            return cancel(in: state)
        }
        guard !text.isEmpty else { return nil }
        let isNo = slot.expectation == .digits && yesNo.answer(text).map { $0.isWhole && !$0.isYes } == true
        if !slot.skip.isEmpty, isNo || skips.match(text).map({ $0.score >= PhraseMatcher.exact }) == true {
            return next(after: slot.skipped ?? "", in: state)
        }
        guard let match = intents.match(text) else { return nil }
        let action = agent.intents[match.intent].action
        let isControl = [.cancel, .repeat, .endCall].contains(action)
        switch slot.expectation {
        case .digits where numbers.digits(in: text) == nil: return perform(match, in: state)
        // What is said here is the answer, unless it is one of the agent's phrases to the word.
        case .shortAudio where match.score >= PhraseMatcher.exact: return perform(match, in: state)
        // A message may well consist of an intent's words ("please call me back").
        case .longAudio where match.score >= PhraseMatcher.exact && isControl: return perform(match, in: state)
        default: return nil
        }
    }

    private func cancel(in state: ReceptionistState) -> ReceptionistReply {
        let intent = agent.intents.first { $0.action == .cancel }
        return freely(intent?.answer ?? agent.messages.goAhead, state)
    }

    private func fillDigits(
        _ answer: SlotAnswer, _ slot: Agent.Slot, in state: ReceptionistState
    ) -> ReceptionistReply {
        var state = state
        // `*` starts the number again, `#` says that it is whole.
        let cleared = answer.keys.lastIndex(of: "*")
        let keyed = cleared.map { answer.keys[answer.keys.index(after: $0)...] } ?? answer.keys[...]
        let known = cleared == nil ? state.values[slot.id]?.text ?? "" : ""
        let spoken = answer.text.isEmpty ? "" : numbers.digits(in: answer.text) ?? ""
        let added = spoken + keyed.filter(\.isNumber)
        if added.isEmpty, !(answer.keys.hasSuffix("#") && !known.isEmpty) {
            if cleared != nil {
                state.values[slot.id] = nil
                return understood(slot.ask, state, expects: .digits)
            }
            return miss(turn: answer.last, in: state)
        }
        let number = String((known + (known.isEmpty ? added : added.filter(\.isNumber))).prefix(SpokenNumber.maxDigits))
        state.values[slot.id] = ReceptionistState.Value(text: number)
        if number.filter(\.isNumber).count >= slot.minDigits || answer.keys.hasSuffix("#") {
            return next(after: "", in: state)
        }
        let text = AgentText.fill(agent.messages.moreDigits, ["digits": SpokenNumber.spoken(number)])
        return understood(text, state, expects: .digits)
    }

    private func fillWords(
        _ answer: SlotAnswer, _ slot: Agent.Slot, in state: ReceptionistState
    ) -> ReceptionistReply {
        var state = state
        let text = String(withoutLeadIn(answer.text, slot).prefix(Self.maxText))
        if text.isEmpty, answer.turns.isEmpty {
            // Keys that come late belong to the number given before.
            let digits = answer.keys.filter(\.isNumber)
            if !digits.isEmpty, let number = state.values[.number]?.text {
                state.values[.number]?.text = String((number + digits).prefix(SpokenNumber.maxDigits))
                return understood(slot.ask, state, expects: slot.expectation)
            }
            return miss(turn: answer.last, in: state)
        }
        state.values[slot.id] = ReceptionistState.Value(text: text.isEmpty ? nil : text, turns: answer.turns)
        return next(after: "", in: state)
    }

    /// "My name is Ada." becomes "Ada".
    private func withoutLeadIn(_ text: String, _ slot: Agent.Slot) -> String {
        var words = text.split(whereSeparator: \.isWhitespace)
        let leadIns = slot.leadIns.map(Words.of).sorted { $0.count > $1.count }
        for leadIn in leadIns where words.count > leadIn.count {
            if words.prefix(leadIn.count).flatMap({ Words.of(String($0)) }) == leadIn {
                words.removeFirst(leadIn.count)
                break
            }
        }
        var rest = words.joined(separator: " ")
        while let end = rest.last, ".,;:".contains(end) || (slot.expectation == .shortAudio && "!?".contains(end)) {
            rest.removeLast()
        }
        return rest
    }

    /// Goes on to the next slot, or to the read-back.
    func next(after opening: String, in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        if !state.correcting, state.slot + 1 < agent.slots.count {
            state.slot += 1
            return understood(
                Sentences.join(opening, agent.slots[state.slot].ask), state, expects: expectation(in: state))
        }
        guard !state.values.isEmpty else { return freely(agent.messages.saveAbandoned, state) }
        state.correcting = false
        state.step = .confirm
        return understood(Sentences.join(opening, readBack(of: state)), state, expects: .yesNo)
    }

    private func readBack(of state: ReceptionistState) -> String {
        var sentences = [agent.messages.readBack]
        for slot in agent.slots {
            guard let value = state.values[slot.id] else { continue }
            if let text = value.text {
                let said = slot.expectation == .digits ? SpokenNumber.spoken(text) : text
                sentences.append(AgentText.fill(slot.readBack, [slot.id.rawValue: said]))
            } else if let recorded = slot.readBackRecorded {
                sentences.append(recorded)
            }
        }
        sentences.append(agent.messages.confirm)
        return sentences.joined(separator: " ")
    }

    /// Corrects one slot: at once when the words hold a whole number, else by asking for it again.
    func change(_ index: Int, text: String, in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        let slot = agent.slots[index]
        state.slot = index
        state.step = .slot
        state.correcting = true
        state.values[slot.id] = nil
        if slot.expectation == .digits, let number = numbers.digits(in: text),
            number.filter(\.isNumber).count >= slot.minDigits
        {
            state.values[slot.id] = ReceptionistState.Value(text: number)
            return next(after: "", in: state)
        }
        return understood(slot.ask, state, expects: slot.expectation)
    }

    // MARK: The tool

    func save(turn: TurnID, confirmed: Bool, in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        state.step = .saving
        state.misses = 0
        var arguments: [String: JSONValue] = ["confirmed": confirmed ? "yes" : "no"]
        for (id, value) in state.values {
            if let text = value.text { arguments[id.rawValue] = .string(text) }
            if !value.turns.isEmpty { arguments["\(id.rawValue)_turn"] = .string(value.turns.joined(separator: " ")) }
        }
        let call = ToolCall(id: "\(Self.tool).\(turn).\(state.failures)", name: Self.tool, arguments: arguments)
        return ReceptionistReply("", state, toolCall: call)
    }

    /// Tells the caller what came of saving: never that a message is safe when it is not.
    func answer(to output: ToolOutput, after items: [Item], in state: ReceptionistState) -> ReceptionistReply {
        var state = state
        if output.succeeded {
            guard state.leaving else { return freely(agent.messages.saved, state) }
            let text = Sentences.join(Sentences.statements(agent.messages.saved), agent.messages.goodbye)
            return freely(text, state, endsCall: true)
        }
        state.failures += 1
        state.leaving = false
        if state.values.isEmpty { state.values = Self.values(of: output, in: items) }
        guard state.failures < Self.saveAttempts else { return freely(agent.messages.saveAbandoned, state) }
        state.step = .retry
        return understood(agent.messages.saveFailed, state, expects: .yesNo)
    }

    /// The message as the tool call holds it, for a record whose states were lost.
    private static func values(
        of output: ToolOutput, in items: [Item]
    ) -> [Agent.SlotID: ReceptionistState.Value] {
        var values: [Agent.SlotID: ReceptionistState.Value] = [:]
        for case .toolCall(let call) in items.map(\.content) where call.id == output.callID {
            for id in Agent.SlotID.allCases {
                let turns = call.arguments["\(id.rawValue)_turn"]?.text?.split(separator: " ").map(String.init) ?? []
                let text = call.arguments[id.rawValue]?.text
                if text != nil || !turns.isEmpty { values[id] = ReceptionistState.Value(text: text, turns: turns) }
            }
        }
        return values
    }
}

/// What the caller gave in answer to a slot's question, put together from one or more turns.
private struct SlotAnswer {
    /// Words typed or recognised.
    var text = ""
    /// Keys pressed, in order.
    var keys = ""
    /// Turns in which the caller spoke.
    var turns: [String] = []
    /// The turn answered last.
    var last = TurnID(0)

    init(_ items: [Item]) {
        var words: [String] = []
        for item in items {
            last = item.turn
            switch item.content {
            case .typed(let typed): words.append(typed)
            case .keys(let pressed): keys += pressed
            case .speech(let transcript, let durationMs):
                // An empty transcript means that there was no speech in the sound.
                guard transcript != "", durationMs > 0 else { continue }
                if let transcript { words.append(transcript) }
                turns.append(item.turn.description)
            case .silence, .reply, .toolCall, .toolOutput, .instructions: break
            }
        }
        text = words.joined(separator: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
