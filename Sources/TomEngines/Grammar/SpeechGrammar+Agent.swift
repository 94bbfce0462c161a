public import TomConversation

extension SpeechGrammar {
    /// What callers may say to `agent` in answer to each kind of question.
    ///
    /// Yes and no are heard in the open state too, as the answer to "Is there anything else?". While a name or a
    /// message is asked for, only the phrases that call it off are heard; the rest is kept as audio, and the agent's other
    /// phrases are decoys for it.
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
            // Digits have a second opinion, and every phrase beside them is one more that they can be taken for.
            let decoys = expectation == .digits ? [] : agent.grammarPhrases(for: .open)
            grammars[expectation] = SpeechGrammar(
                phrases: phrases, decoys: decoys,
                digitWords: digits.filter { !repeats.contains($0) }, repeatWords: digits.filter { repeats.contains($0) }
            )
        }
        return grammars
    }
}
