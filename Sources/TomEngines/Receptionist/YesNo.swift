/// Whether an utterance means yes or no.
struct YesNo: Sendable {
    private let phrases: [(words: [String], isYes: Bool)]
    private let negations: Set<String>
    private let stopWords: Set<String>

    init(agent: Agent, lexicon: Lexicon) {
        phrases = agent.yesWords.map { (Words.of($0), true) } + agent.noWords.map { (Words.of($0), false) }
        negations = lexicon.negations
        stopWords = lexicon.stopWords
    }

    struct Answer: Equatable {
        let isYes: Bool
        /// Nothing else of weight was said.
        let isWhole: Bool
    }

    /// `nil` when the utterance is neither, or both.
    ///
    /// The longest phrase at the beginning decides ("no, the number is wrong"), else the longest anywhere ("I think
    /// that is right"). A negation outside the phrase turns yes into no, and makes no unclear.
    func answer(_ text: String) -> Answer? {
        let words = Words.of(text)
        let found = phrases.compactMap { phrase in
            Words.range(of: phrase.words, in: words).map { (range: $0, isYes: phrase.isYes) }
        }
        let leading = found.filter { $0.range.lowerBound == 0 }
        let candidates = leading.isEmpty ? found : leading
        guard let longest = candidates.map(\.range.count).max() else { return nil }
        let best = candidates.filter { $0.range.count == longest }
        guard let first = best.first, best.allSatisfy({ $0.isYes == first.isYes }) else { return nil }
        var covered: Set<Int> = []
        for match in found { covered.formUnion(match.range) }
        let rest = words.indices.filter { !covered.contains($0) }
        let isWhole = rest.allSatisfy { stopWords.contains(words[$0]) }
        guard leading.isEmpty, rest.contains(where: { negations.contains(words[$0]) }) else {
            return Answer(isYes: first.isYes, isWhole: isWhole)
        }
        return first.isYes ? Answer(isYes: false, isWhole: isWhole) : nil
    }
}
