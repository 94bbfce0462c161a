public import TomConversation

extension SpeechGrammar {
    /// What callers may say to `agent` in answer to each kind of question.
    ///
    /// Yes and no are heard in the open state too, as the answer to "Is there anything else?". While a name or a
    /// message is asked for, only the phrases that call it off are heard; the rest is kept as audio.
    public static func grammars(for agent: Agent) -> [Expectation: SpeechGrammar] {
        var grammars: [Expectation: SpeechGrammar] = [:]
        let repeats = Set(Lexicon.of(agent.language).repeats.keys)
        for expectation in Expectation.allCases {
            var phrases = agent.grammarPhrases(for: expectation)
            switch expectation {
            case .open, .yesNo: phrases += agent.yesWords + agent.noWords
            case .digits, .shortAudio, .longAudio: break
            }
            let digits = expectation == .digits ? agent.digitWords : []
            grammars[expectation] = SpeechGrammar(
                phrases: phrases, digitWords: digits.filter { !repeats.contains($0) },
                repeatWords: digits.filter { repeats.contains($0) })
        }
        return grammars
    }
}
