public import TomConversation

/// What callers may say to this agent, as plain lists from which a recogniser's grammar is compiled.
extension Agent {
    /// The phrases to recognise while `expectation` holds: lower case, words separated by one space, without
    /// punctuation other than apostrophes, each once, `{weekday}` written out. Yes, no and digits are lists of their
    /// own.
    public func grammarPhrases(for expectation: Expectation) -> [String] {
        let spoken: [String]
        switch expectation {
        case .open, .yesNo:
            // Who is asked "Shall I take a message?" may as well say what they would like.
            spoken = intents.flatMap(\.phrases) + slots.flatMap(\.change)
        case .digits:
            spoken = phrases(of: [.repeat, .cancel]) + slots.filter { $0.expectation == .digits }.flatMap(\.skip)
        case .shortAudio, .longAudio:
            // Everything else the caller says here is the name or the message itself.
            spoken = phrases(of: [.repeat, .cancel])
        }
        var seen: Set<String> = []
        return spoken.flatMap(withWeekdays).map(Self.spokenForm).filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    /// The words for single digits in the agent's language, such as `zero` and `oh`, and for repetition, such as
    /// `double`.
    public var digitWords: [String] { Lexicon.of(language).digitWords }

    /// The names of the days in the agent's language, Monday first, lower case.
    public var weekdayWords: [String] { Lexicon.of(language).weekdays }

    private func phrases(of actions: Set<Action>) -> [String] {
        intents.filter { actions.contains($0.action) }.flatMap(\.phrases)
    }

    private func withWeekdays(_ phrase: String) -> [String] {
        guard let range = phrase.firstRange(of: AgentText.weekday) else { return [phrase] }
        return weekdayWords.map { phrase.replacingCharacters(in: range, with: $0) }
    }

    static func spokenForm(_ phrase: String) -> String {
        let kept = phrase.lowercased().map { character -> Character in
            character == "’" ? "'" : character.isLetter || character.isNumber || character == "'" ? character : " "
        }
        return String(kept).split(separator: " ").joined(separator: " ")
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
