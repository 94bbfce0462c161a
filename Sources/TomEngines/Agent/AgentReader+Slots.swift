import TomConversation

/// The parts of a message and the sentences between the answers.
extension AgentReader {
    func slots() throws(EngineError) -> [Agent.Slot] {
        var slots: [Agent.Slot] = []
        for node in try fields["slots"]!.list() {
            let slot = try slot(node)
            if slots.contains(where: { $0.id == slot.id }) {
                throw node.error("has the id '\(slot.id.rawValue)' of an earlier slot", fix: "Ask for each part once.")
            }
            slots.append(slot)
        }
        return slots
    }

    private func slot(_ node: AgentNode) throws(EngineError) -> Agent.Slot {
        let fields = try node.fields(
            required: ["id", "expects", "ask", "ask_again", "read_back"],
            optional: ["read_back_recorded", "lead_ins", "change", "skip", "skipped", "min_digits"])
        let idText = try fields["id"]!.text()
        guard let id = Agent.SlotID(rawValue: idText) else {
            let known = Agent.SlotID.allCases.map(\.rawValue).joined(separator: ", ")
            throw fields["id"]!.error("is '\(idText)'", fix: "Use one of: \(known).")
        }
        let expectation = try expectation(fields["expects"]!)
        try check(fields, of: node, expectation: expectation)
        return Agent.Slot(
            id: id, expectation: expectation, ask: try text(fields["ask"]!), askAgain: try text(fields["ask_again"]!),
            readBack: try readBack(fields["read_back"]!, id: id),
            readBackRecorded: try fields["read_back_recorded"].map { (node) throws(EngineError) in try text(node) },
            leadIns: try optionalPhrases(fields["lead_ins"]), change: try optionalPhrases(fields["change"]),
            skip: try optionalPhrases(fields["skip"]),
            skipped: try fields["skipped"].map { (node) throws(EngineError) in try text(node) },
            minDigits: try fields["min_digits"].map { (node) throws(EngineError) in try node.integer(1...20) }
                ?? (expectation == .digits ? 5 : 0))
    }

    private func check(
        _ fields: [String: AgentNode], of node: AgentNode, expectation: Expectation
    ) throws(EngineError) {
        if expectation.keepsAudio, fields["read_back_recorded"] == nil {
            throw node.error(
                "has no read_back_recorded", fix: "Add it: it is said when only the recording is known, not the words.")
        }
        if expectation == .digits, let extra = fields["read_back_recorded"] {
            throw extra.error("does not apply to digits, which are not recorded", fix: "Remove it.")
        }
        if expectation != .digits, let extra = fields["min_digits"] {
            throw extra.error("applies to 'expects: digits' only", fix: "Remove it.")
        }
        if (fields["skip"] == nil) != (fields["skipped"] == nil) {
            throw node.error("has only one of skip and skipped", fix: "Add the other, or remove both.")
        }
    }

    private func readBack(_ node: AgentNode, id: Agent.SlotID) throws(EngineError) -> String {
        let text = try text(node, later: [id.rawValue])
        guard text.contains("{\(id.rawValue)}") else {
            throw node.error(
                "does not hold {\(id.rawValue)}", fix: "Put {\(id.rawValue)} where its value is to be read.")
        }
        return text
    }

    private func expectation(_ node: AgentNode) throws(EngineError) -> Expectation {
        switch try node.text() {
        case "short_audio": return .shortAudio
        case "long_audio": return .longAudio
        case "digits": return .digits
        case let other: throw node.error("is '\(other)'", fix: "Use one of: short_audio, digits, long_audio.")
        }
    }

    private func optionalPhrases(_ node: AgentNode?) throws(EngineError) -> [String] {
        guard let node else { return [] }
        return try phrases(node)
    }

    // MARK: Messages

    func messages() throws(EngineError) -> Agent.Messages {
        let single = [
            "give_up", "apology", "goodbye", "go_ahead", "read_back", "confirm", "yes_or_no", "offer", "change",
            "more_digits",
            "saved", "save_failed", "save_abandoned",
        ]
        let fields = try self.fields["messages"]!.fields(
            required: ["not_understood", "idle"] + single, optional: ["filler"])
        var said: [String: String] = [:]
        for key in single { said[key] = try text(fields[key]!, later: key == "more_digits" ? ["digits"] : []) }
        guard said["more_digits"]!.contains("{digits}") else {
            throw fields["more_digits"]!.error("does not hold {digits}", fix: "Put {digits} where they are to be read.")
        }
        return Agent.Messages(
            notUnderstood: try texts(fields["not_understood"]!, atLeast: 2), giveUp: said["give_up"]!,
            idle: try texts(fields["idle"]!, atLeast: 1), apology: said["apology"]!,
            filler: try fields["filler"].map { node throws(EngineError) in try texts(node, atLeast: 1) } ?? [],
            goodbye: said["goodbye"]!,
            goAhead: said["go_ahead"]!, readBack: said["read_back"]!, confirm: said["confirm"]!,
            yesOrNo: said["yes_or_no"]!, offer: said["offer"]!, change: said["change"]!,
            moreDigits: said["more_digits"]!,
            saved: said["saved"]!, saveFailed: said["save_failed"]!, saveAbandoned: said["save_abandoned"]!)
    }
}
