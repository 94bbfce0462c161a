/// Finds which group of phrases (an intent, a slot) an utterance comes closest to.
///
/// The measure is the overlap of words both ways: how much of the phrase was said, and how much of what was said
/// belongs to the phrase. Words that say little, and words that many intents share, weigh less; words that differ by a
/// letter or two count nearly whole, so that a typing or recognition error does not lose the intent.
struct PhraseMatcher: Sendable {
    struct Match: Equatable {
        /// Index of the group, usually of the intent in the agent's list.
        let intent: Int
        /// 0...1; 1 when all of a phrase and nothing else was said.
        let score: Double
        /// The day the caller named, 0 for Monday.
        let weekday: Int?
    }

    /// Below this, nothing was understood.
    static let threshold = 0.6
    /// An utterance of more different words is about something no phrase covers; it also bounds the work.
    static let maxTokens = 60
    /// From here on the caller said the phrase and nothing else.
    static let exact = 0.9

    private struct Phrase: Sendable {
        let intent: Int
        /// Indices into `vocabulary`.
        let words: [Int]
        let weight: Double
        let needsWeekday: Bool
    }

    private let lexicon: Lexicon
    private let vocabulary: [(word: [UInt8], letters: UInt32)]
    private let weights: [Double]
    private let phrases: [Phrase]

    private static let stopWordWeight = 0.15
    private static let leastWeight = 0.4
    /// Stands for any weekday, in phrases and in utterances.
    private static let weekdayMark = "*"

    init(phrases groups: [[String]], lexicon: Lexicon) {
        self.lexicon = lexicon
        var index: [String: Int] = [:]
        var users: [Set<Int>] = []
        var tokenised: [(intent: Int, words: [Int], needsWeekday: Bool)] = []
        for (number, group) in groups.enumerated() {
            for phrase in group {
                let words = Self.tokens(phrase, lexicon)
                let ids = words.map { word in
                    if let known = index[word] { return known }
                    index[word] = users.count
                    users.append([])
                    return users.count - 1
                }
                for id in ids { users[id].insert(number) }
                tokenised.append((number, ids, words.contains(Self.weekdayMark)))
            }
        }
        let names = index.sorted { $0.value < $1.value }.map(\.key)
        let weights = zip(names, users).map { word, users in
            lexicon.stopWords.contains(word)
                ? Self.stopWordWeight : max(Self.leastWeight, 1 / Double(users.count).squareRoot())
        }
        vocabulary = names.map { (Array($0.utf8), Self.letters(of: Array($0.utf8))) }
        self.weights = weights
        phrases = tokenised.map { intent, words, needsWeekday in
            Phrase(
                intent: intent, words: words, weight: words.reduce(0) { $0 + weights[$1] }, needsWeekday: needsWeekday)
        }
    }

    /// The best match at or above ``threshold``; among equals the group that comes first.
    func match(_ text: String) -> Match? {
        let tokens = Self.tokens(text, lexicon)
        guard !tokens.isEmpty, tokens.count <= Self.maxTokens else { return nil }
        let weekday = Words.of(text).lazy.compactMap(lexicon.weekday).first
        let similarities = tokens.map { token in self.similarities(of: Array(token.utf8)) }
        let tokenWeights = zip(tokens, similarities).map { token, row in weight(of: token, row) }
        let spoken = tokenWeights.reduce(0, +)
        var best: Match?
        for phrase in phrases where !phrase.needsWeekday || weekday != nil {
            let score = self.score(phrase, similarities, tokenWeights, spoken: spoken)
            if score >= Self.threshold, score > (best?.score ?? 0) {
                best = Match(intent: phrase.intent, score: score, weekday: weekday)
            }
        }
        return best
    }

    private func score(
        _ phrase: Phrase, _ similarities: [[Double]], _ tokenWeights: [Double], spoken: Double
    ) -> Double {
        var said = 0.0
        for word in phrase.words {
            var nearest = 0.0
            for row in similarities { nearest = max(nearest, row[word]) }
            said += weights[word] * nearest
        }
        var meant = 0.0
        for (row, weight) in zip(similarities, tokenWeights) {
            var nearest = 0.0
            for word in phrase.words { nearest = max(nearest, row[word]) }
            meant += weight * nearest
        }
        // The geometric mean: a phrase half said by an utterance half about something else is no match.
        return (said / phrase.weight * meant / spoken).squareRoot()
    }

    /// How near a spoken word is to each word of the vocabulary, 0...1.
    private func similarities(of token: [UInt8]) -> [Double] {
        let spoken = Self.letters(of: token)
        return vocabulary.map { word, letters in
            if word == token { return 1 }
            let length = min(word.count, token.count)
            let allowed = length >= 7 ? 2 : 1
            // One edit changes at most two of the letters in use, which rules out most words cheaply.
            guard length >= 4, abs(word.count - token.count) <= allowed,
                (letters ^ spoken).nonzeroBitCount <= 2 * allowed
            else { return 0 }
            switch EditDistance.between(word, token) {
            case 1: return 0.85
            case 2 where allowed == 2: return 0.7
            default: return 0
            }
        }
    }

    /// The set of letters in a word, a bit each; the last bit stands for everything else.
    private static func letters(of word: [UInt8]) -> UInt32 {
        word.reduce(0) { $0 | 1 << UInt32(min($1 &- UInt8(ascii: "a"), 31)) }
    }

    private func weight(of token: String, _ row: [Double]) -> Double {
        if lexicon.stopWords.contains(token) { return Self.stopWordWeight }
        // A word of no intent counts whole: it says that something else is meant.
        guard let nearest = row.indices.max(by: { row[$0] < row[$1] }), row[nearest] > 0 else { return 1 }
        return weights[nearest]
    }

    private static func tokens(_ text: String, _ lexicon: Lexicon) -> [String] {
        let marked = AgentText.fill(text, ["weekday": " \(lexicon.weekdays[0]) "])
        var seen: Set<String> = []
        let words = Words.of(marked).map { lexicon.weekday($0) == nil ? $0 : weekdayMark }
        return words.filter { seen.insert($0).inserted }
    }
}
