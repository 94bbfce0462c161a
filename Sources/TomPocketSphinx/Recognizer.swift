import TomConversation
import TomEngines
import TomErrors

/// Decoders that hear the same audio: one the grammar, one any sequence of phones and, where digits are expected, one that
/// gives a second opinion of them. Used by one thread at a time.
final class Recognizer {
    /// What a turn, or the part of it heard so far, is taken for.
    struct Hypothesis: Equatable {
        /// Words of the grammar; empty when none were heard.
        var text: String
        /// See ``Verification``; `nil` without words.
        var deviation: Double?
        var heardSpeech: Bool
        /// Whether nothing speaks against it: it is no decoy, and a second opinion, where one is asked for, is the same.
        var isConfirmed: Bool
    }

    private static let phones = [
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH",
        "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
    ]
    private static let loopName = "phones"
    /// Narrower than the library's 1e-48: a free sequence of phones needs no far-fetched paths, and these take half
    /// the time.
    private static let loopOptions = ["-beam": "1e-20", "-pbeam": "1e-20", "-wbeam": "1e-15"]
    /// Another front end errs in other places: two that agree on a row of digits are hardly ever both wrong. Settings behind the
    /// front end (weights, beams, a second pass) err together with the first.
    private static let secondOptions = ["-remove_noise": "no"]

    private let grammars: [Expectation: SpeechGrammar]
    private let words: Decoder
    private let loop: Decoder
    private let second: Decoder?
    private let first: Hearing
    private let secondOpinion: Hearing?
    private var expectation = Expectation.open

    /// - Throws: `stt.model_unusable`, `stt.grammar_unusable`, `stt.temporary_file`.
    init(vocabulary: Vocabulary, modelPath: String) throws(EngineError) {
        grammars = vocabulary.grammars
        words = try Decoder(modelPath: modelPath, dictionary: vocabulary.dictionary, options: [:])
        for (expectation, grammar) in grammars { try words.add(grammar, for: expectation) }
        let phones = PronunciationDictionary(phones: Self.phones)
        loop = try Decoder(modelPath: modelPath, dictionary: phones, options: Self.loopOptions)
        try loop.add(loopOver: phones.words.sorted(), probability: 0.5, name: Self.loopName)
        first = Hearing([words, loop]) { [$0, Self.loopName] }
        guard let digits = grammars[.digits], !digits.digitWords.isEmpty else {
            (second, secondOpinion) = (nil, nil)
            return
        }
        let other = try Decoder(
            modelPath: modelPath, dictionary: vocabulary.dictionary, options: Self.secondOptions)
        try other.add(digits, for: .digits)
        second = other
        secondOpinion = Hearing([other]) { [$0] }
    }

    /// Begins a turn.
    /// - Returns: `false` when there is no grammar for `expectation`, or the library refuses.
    func start(_ expectation: Expectation) -> Bool {
        self.expectation = expectation
        guard first.start(expectation.rawValue) else { return false }
        guard let secondOpinion = askedOpinion, !secondOpinion.start(expectation.rawValue) else { return true }
        first.end()
        return false
    }

    private var askedOpinion: Hearing? { expectation == .digits ? secondOpinion : nil }

    /// Takes more audio of the turn.
    func process(_ samples: ArraySlice<Int16>) {
        first.process(samples)
        askedOpinion?.process(samples)
    }

    /// Ends the turn; ``hypothesis`` then is the whole turn's.
    func end() {
        first.end()
        askedOpinion?.end()
    }

    var hypothesis: Hypothesis {
        let phrase = words.segments
        let phones = loop.segments
        let text = transcript(of: phrase)
        return Hypothesis(
            text: text, deviation: Verification.deviation(phrase: phrase, phones: phones),
            heardSpeech: !text.isEmpty || phones.contains { !$0.isFiller }, isConfirmed: isConfirmed(text))
    }

    private func transcript(of segments: [Decoder.Segment]) -> String {
        grammars[expectation]?.transcript(of: segments.filter { !$0.isFiller }.map(\.spelling)) ?? ""
    }

    private func isConfirmed(_ text: String) -> Bool {
        if grammars[expectation]?.isDecoy(text) == true { return false }
        guard expectation == .digits, let second else { return true }
        return transcript(of: second.segments) == text
    }
}

extension Decoder {
    /// Prepares the grammar for `expectation` under its name; nothing when it has nothing to hear.
    fileprivate func add(_ grammar: SpeechGrammar, for expectation: Expectation) throws(EngineError) {
        guard let jsgf = grammar.jsgf(name: expectation.rawValue) else { return }
        try add(jsgf: jsgf, name: expectation.rawValue)
    }
}
