import TomConversation
import TomEngines
import TomErrors

/// Two decoders that hear the same audio: one the grammar, one any sequence of phones. Used by one thread at a time.
final class Recognizer {
    /// What a turn, or the part of it heard so far, is taken for.
    struct Hypothesis: Equatable {
        /// Words of the grammar; empty when none were heard.
        var text: String
        /// See ``Verification``; `nil` without words.
        var deviation: Double?
        var heardSpeech: Bool
    }

    private static let phones = [
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K",
        "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
    ]
    private static let loopName = "phones"
    /// Narrower than the library's 1e-48: a free sequence of phones needs no far-fetched paths, and these take half the time.
    private static let loopOptions = ["-beam": "1e-20", "-pbeam": "1e-20", "-wbeam": "1e-15"]

    private let words: Decoder
    private let loop: Decoder

    /// - Throws: `stt.model_unusable`, `stt.grammar_unusable`, `stt.temporary_file`.
    init(vocabulary: Vocabulary, modelPath: String) throws(EngineError) {
        words = try Decoder(modelPath: modelPath, dictionary: vocabulary.dictionary, options: [:])
        for (expectation, grammar) in vocabulary.grammars {
            guard let jsgf = grammar.jsgf(name: expectation.rawValue) else { continue }
            try words.add(jsgf: jsgf, name: expectation.rawValue)
        }
        let phones = PronunciationDictionary(phones: Self.phones)
        loop = try Decoder(modelPath: modelPath, dictionary: phones, options: Self.loopOptions)
        try loop.add(loopOver: phones.words.sorted(), probability: 0.5, name: Self.loopName)
    }

    func start(_ expectation: Expectation) -> Bool {
        guard words.start(search: expectation.rawValue) else { return false }
        guard loop.start(search: Self.loopName) else {
            words.end()
            return false
        }
        return true
    }

    func process(_ samples: ArraySlice<Int16>) {
        words.process(samples)
        loop.process(samples)
    }

    func end() {
        words.end()
        loop.end()
    }

    var hypothesis: Hypothesis {
        let phrase = words.segments
        let phones = loop.segments
        let text = phrase.filter { !$0.isFiller }.map(\.spelling).joined(separator: " ")
        return Hypothesis(
            text: text, deviation: Verification.deviation(phrase: phrase, phones: phones),
            heardSpeech: !text.isEmpty || phones.contains { !$0.isFiller })
    }
}
