extension Agent {
    /// The agent as instructions for a language model: persona, facts, what callers ask for, and what a message holds.
    public var prompt: String {
        var lines = [persona, "", "Facts:"]
        for fact in facts {
            switch fact.value {
            case .text(let text): lines.append("- \(fact.key): \(text)")
            case .byWeekday(let texts):
                for (day, text) in zip(weekdayWords, texts) { lines.append("- \(fact.key), \(day): \(text)") }
            }
        }
        lines += ["", "Callers may ask, for example:"]
        for intent in intents {
            lines.append("- \(intent.phrases[0]) -> \(intent.action.rawValue): \(intent.answer)")
        }
        guard tools.builtIn.contains(.takeMessage) else { return lines.joined(separator: "\n") }
        lines.append("")
        lines.append("To take a message, ask for these one by one, read them back, call take_message once confirmed:")
        for slot in slots { lines.append("- \(slot.id.rawValue): \(slot.ask)") }
        return lines.joined(separator: "\n")
    }
}
