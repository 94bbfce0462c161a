import TomConversation
import TomEngines

/// The grammars and the sounds of their words: what every decoder is made from.
struct Vocabulary: Sendable, Equatable {
    let grammars: [Expectation: SpeechGrammar]
    let dictionary: PronunciationDictionary
    /// By expectation, the phrases with words that the dictionary does not have.
    let dropped: [Expectation: [DroppedPhrase]]

    /// - Throws: `stt.model_missing`.
    init(grammars: [Expectation: SpeechGrammar], dictionaryPath: String) throws(EngineError) {
        let wanted = grammars.values.reduce(into: Set<String>()) { $0.formUnion($1.words) }
        let dictionary = try PronunciationDictionary(path: dictionaryPath, wanted: wanted)
        var kept: [Expectation: SpeechGrammar] = [:]
        var dropped: [Expectation: [DroppedPhrase]] = [:]
        for (expectation, grammar) in grammars {
            var grammar = grammar
            let missing = grammar.drop { !dictionary.words.contains($0) }
            if !missing.isEmpty { dropped[expectation] = missing }
            if !grammar.isEmpty { kept[expectation] = grammar }
        }
        self.grammars = kept
        self.dictionary = dictionary
        self.dropped = dropped
    }
}
