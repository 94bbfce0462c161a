/// Cuts a stream of text deltas into sentences for the synthesiser, as early as each is certainly complete.
///
/// Where the text is cut depends on the text alone, never on the borders of the deltas it came in.
package struct SentenceSplitter: Sendable {
    private let rules: SentenceRules
    private var pending: [Unicode.Scalar] = []
    /// What lies before it in `pending` holds no boundary.
    private var position = 0
    private var lastSpace: Int?
    private var mayCutClause: Bool

    /// A sentence without an end is cut at a space beyond this many scalars, and anywhere beyond twice as many.
    private static let maxLength = 300

    /// - Parameters:
    ///   - language: BCP 47 code; English rules hold where it is neither German nor English.
    ///   - cutsFirstClause: whether the first piece may end with a clause, so that the first sound comes early.
    init(language: String? = nil, cutsFirstClause: Bool = false) {
        rules = SentenceRules(language: language)
        mayCutClause = cutsFirstClause
    }

    /// All sentences of a text that is known as a whole.
    package static func sentences(_ text: String, language: String?) -> [String] {
        var splitter = SentenceSplitter(language: language)
        return splitter.append(text) + [splitter.finish()].compactMap(\.self)
    }

    /// Takes more text and returns the sentences it completed.
    mutating func append(_ delta: String) -> [String] {
        pending.append(contentsOf: delta.unicodeScalars)
        var sentences: [String] = []
        while let end = nextBoundary() { emit(upTo: end, into: &sentences) }
        return sentences
    }

    /// Returns what is left as a last sentence; the text is complete.
    mutating func finish() -> String? {
        var last: [String] = []
        emit(upTo: pending.count, into: &last)
        return last.first
    }

    private mutating func emit(upTo end: Int, into sentences: inout [String]) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: pending[..<end])
        pending.removeFirst(end)
        position = 0
        lastSpace = nil
        let sentence = String(view).trimmed
        guard sentence.contains(where: { $0.isLetter || $0.isNumber }) else { return }
        sentences.append(sentence)
        mayCutClause = false
    }

    /// The index behind the first sentence that is certainly complete.
    private mutating func nextBoundary() -> Int? {
        if position == 0 { pending.removeFirst(pending.prefix { $0.properties.isWhitespace }.count) }
        while position < pending.count {
            let scalar = pending[position]
            if SentenceRules.isNewline(scalar) { return position + 1 }
            if scalar.properties.isWhitespace { lastSpace = position + 1 }
            if position + 1 >= Self.maxLength, let lastSpace { return lastSpace }
            if position + 1 >= 2 * Self.maxLength { return position + 1 }
            switch rules.judge(pending, at: position, clauses: mayCutClause) {
            case .boundary(let end): return end
            case .undecided: return nil
            case .inside: position += 1
            }
        }
        return nil
    }
}

extension StringProtocol {
    /// The text without white space at either end.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
