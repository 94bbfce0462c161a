import CPocketSphinx
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
        "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH",
        "K",
        "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
    ]
    private static let loopName = "phones"
    /// Narrower than the library's 1e-48: a free sequence of phones needs no far-fetched paths, and these take half
    /// the time.
    private static let loopOptions = ["-beam": "1e-20", "-pbeam": "1e-20", "-wbeam": "1e-15"]

    /// After so many frames the turn is heard again with the mean estimated from them: early, so that one word
    /// profits, and once more when the estimate is good.
    private static let adaptationFrames = [50, 110]
    /// Samples handed over at once while hearing again: 20 ms, as at first.
    private static let step = 320

    private var search = ""
    /// The turn's audio until the last adaptation.
    private var opening: [Int16] = []
    private var adaptations = 0
    private let grammars: [String: SpeechGrammar]
    private let words: Decoder
    private let loop: Decoder

    /// - Throws: `stt.model_unusable`, `stt.grammar_unusable`, `stt.temporary_file`.
    init(vocabulary: Vocabulary, modelPath: String) throws(EngineError) {
        words = try Decoder(modelPath: modelPath, dictionary: vocabulary.dictionary, options: [:])
        grammars = Dictionary(uniqueKeysWithValues: vocabulary.grammars.map { ($0.key.rawValue, $0.value) })
        for (expectation, grammar) in vocabulary.grammars {
            guard let jsgf = grammar.jsgf(name: expectation.rawValue) else { continue }
            try words.add(jsgf: jsgf, name: expectation.rawValue)
        }
        let phones = PronunciationDictionary(phones: Self.phones)
        loop = try Decoder(modelPath: modelPath, dictionary: phones, options: Self.loopOptions)
        try loop.add(loopOver: phones.words.sorted(), probability: 0.5, name: Self.loopName)
    }

    /// Begins a turn.
    /// - Returns: `false` when there is no grammar for `expectation`, or the library refuses.
    func start(_ expectation: Expectation) -> Bool {
        search = expectation.rawValue
        opening = []
        adaptations = 0
        return restart(mean: words.modelMean)
    }

    /// Takes more audio of the turn, and begins it again with what it has learnt of the line when enough has been
    /// heard.
    ///
    /// Models expect features from which the mean over the utterance has been subtracted. A stream starts without
    /// one, and on a quiet line the model's own is so far off that a tenth of the phrases are lost.
    func process(_ samples: ArraySlice<Int16>) {
        words.process(samples)
        loop.process(samples)
        guard adaptations < Self.adaptationFrames.count else { return }
        opening += samples
        if words.frameCount >= Self.adaptationFrames[adaptations] { adapt() }
        if adaptations == Self.adaptationFrames.count { opening = [] }
    }

    /// Ends the turn; ``hypothesis`` then is the whole turn's.
    func end() {
        if adaptations == 0, !opening.isEmpty { adapt() }
        words.end()
        loop.end()
    }

    private func adapt() {
        adaptations += 1
        let mean = words.estimatedMean
        words.end()
        loop.end()
        // The same searches were started before.
        guard restart(mean: mean) else { return }
        for start in stride(from: 0, to: opening.count, by: Self.step) {
            let samples = opening[start..<min(start + Self.step, opening.count)]
            words.process(samples)
            loop.process(samples)
        }
    }

    private func restart(mean: [mfcc_t]) -> Bool {
        guard words.start(search: search, mean: mean) else { return false }
        guard loop.start(search: Self.loopName, mean: mean) else {
            words.end()
            return false
        }
        return true
    }

    var hypothesis: Hypothesis {
        let phrase = words.segments
        let phones = loop.segments
        let spellings = phrase.filter { !$0.isFiller }.map(\.spelling)
        let text = grammars[search]?.transcript(of: spellings) ?? ""
        return Hypothesis(
            text: text, deviation: Verification.deviation(phrase: phrase, phones: phones),
            heardSpeech: !text.isEmpty || phones.contains { !$0.isFiller })
    }
}
