/// Where sentences and clauses of a language end.
///
/// Every judgement is final: it is `undecided` until the text that could change it is there.
struct SentenceRules: Sendable {
    typealias Text = [Unicode.Scalar]

    private let words: SentenceWords

    enum Judgement: Equatable {
        case inside
        /// The piece ends before this index.
        case boundary(Int)
        /// More text has to come.
        case undecided
    }

    init(language: String?) { words = SentenceWords.of(language) }

    /// Words and scalars that a clause has at least to be spoken alone: less than a second of speech would leave a gap
    /// behind it.
    private static let minClauseWords = 4
    private static let minClauseLength = 20

    /// Whether a sentence, or with `clauses` a clause, ends with the mark at `index`; `text` begins with the sentence.
    func judge(_ text: Text, at index: Int, clauses: Bool) -> Judgement {
        switch text[index] {
        case ".", "!", "?", "…": sentenceEnd(text, at: index)
        case ",", ";", ":", "–", "—", "-": clauses ? clauseEnd(text, at: index) : .inside
        default: .inside
        }
    }

    // MARK: Sentences

    private func sentenceEnd(_ text: Text, at index: Int) -> Judgement {
        var end = index + 1
        guard end < text.count else { return .undecided }
        // The last mark of a row speaks for all.
        if Self.isEndMark(text[end]) { return .inside }
        while end < text.count, Self.closers.contains(text[end]) { end += 1 }
        guard end < text.count else { return .undecided }
        // "3.5", "tom.example", "a.b@c.de"
        guard text[end].properties.isWhitespace else { return .inside }
        if Self.isNewline(text[end]) { return .boundary(end) }
        let isEllipsis = text[index] == "…" || (index > 0 && Self.isEndMark(text[index - 1]))
        switch text[index] == "." && !isEllipsis ? stopKind(text, at: index) : .end {
        case .never: return .inside
        case .end:
            // "“Stop!” he said", "well ... maybe": a small letter goes on.
            guard isEllipsis && text[index] != "!" && text[index] != "?" || end > index + 1 else {
                return .boundary(end + 1)
            }
            return judge(next(text, end), end + 1) { _ in true }
        case .endUnlessSmall: return judge(next(text, end), end + 1) { _ in true }
        case .beforeDigits:
            let following = next(text, end)
            return following == .digit ? .inside : judge(following, end + 1) { _ in true }
        case .likelyEnd: return judge(next(text, end), end + 1, digit: false) { !words.calendar.contains($0) }
        case .likelyInside: return judge(next(text, end), end + 1, digit: false) { words.starters.contains($0) }
        }
    }

    /// - Parameters:
    ///   - digit: whether a digit begins a sentence.
    ///   - begins: whether a capitalised word, given in small letters, does.
    private func judge(_ next: Next, _ end: Int, digit: Bool = true, _ begins: (String) -> Bool) -> Judgement {
        switch next {
        case .undecided: .undecided
        case .small: .inside
        case .digit: digit ? .boundary(end) : .inside
        case .other: .boundary(end)
        case .word(let word): begins(word) ? .boundary(end) : .inside
        }
    }

    /// What a full stop does after the word before it.
    private enum StopKind {
        case end, never
        /// An end, unless a small letter follows.
        case endUnlessSmall
        /// An end, unless a number follows: "No. 5".
        case beforeDigits
        /// Before a capitalised word an end, unless that names a day or month: "5 p.m. Monday".
        case likelyEnd
        /// Before a capitalised word an end only when that word often begins a sentence: "3. Oktober", "J. Smith".
        case likelyInside
    }

    private func stopKind(_ text: Text, at stop: Int) -> StopKind {
        let start = Self.wordStart(text, before: stop)
        let scalars = text[start..<stop]
        guard let first = scalars.first, let last = scalars.last else { return .endUnlessSmall }
        if Self.isDigit(first), Self.isDigit(last),
            scalars.allSatisfy({ Self.isDigit($0) || ".,:/".unicodeScalars.contains($0) })
        {
            return numberKind(scalars, before: text[..<start])
        }
        let word = Self.string(scalars).lowercased()
        if let kind = listed(word) { return kind }
        if scalars.count == 1 {
            if let kind = listed(Self.spacedAbbreviation(text, upTo: start, last: word)) { return kind }
            return first.properties.isLowercase && words.isGerman ? .never : .likelyInside
        }
        if scalars.contains(".") { return .likelyEnd }
        if words.isGerman, scalars.count > 1, scalars.allSatisfy({ "IVX".unicodeScalars.contains($0) }) {
            return .likelyInside
        }
        // "vgl.", "Std.": no word has no vowel; all in capitals is a name ("TV").
        let looksShortened =
            scalars.count <= 4 && !scalars.allSatisfy(\.properties.isUppercase)
            && scalars.allSatisfy { $0.properties.isAlphabetic && !"aeiouyäöüAEIOUYÄÖÜ".unicodeScalars.contains($0) }
        return looksShortened ? (words.isGerman ? .likelyInside : .likelyEnd) : .end
    }

    private func listed(_ word: String) -> StopKind? {
        // "Hauptstr."
        if words.isGerman, word.hasSuffix("str") { return .likelyInside }
        if words.neverEnd.contains(word) { return .never }
        if words.mayEnd.contains(word) { return .likelyEnd }
        if words.seldomEnd.contains(word) { return .likelyInside }
        return words.beforeDigits.contains(word) ? .beforeDigits : nil
    }

    private func numberKind(_ number: ArraySlice<Unicode.Scalar>, before: ArraySlice<Unicode.Scalar>) -> StopKind {
        let digits = number.count(where: Self.isDigit)
        let previous = before.split { $0.properties.isWhitespace }.last
        // "1. Open the door": the mark of a list belongs to what follows it.
        let isFirst = before.allSatisfy { !$0.properties.isAlphabetic && !Self.isDigit($0) }
        if isFirst, digits == number.count, digits <= 2 { return .never }
        guard words.isGerman else { return digits <= 2 ? .endUnlessSmall : .end }
        if let previous, words.beforeCardinals.contains(Self.string(previous).lowercased()) {
            return digits <= 2 ? .endUnlessSmall : .end
        }
        let isOrdinal = digits == number.count && digits <= 2
        let isDate = number.allSatisfy { Self.isDigit($0) || $0 == "." } && digits <= 4 && number.count - digits == 1
        return isOrdinal || isDate ? .likelyInside : .end
    }

    // MARK: Clauses

    private func clauseEnd(_ text: Text, at index: Int) -> Judgement {
        guard index + 1 >= Self.minClauseLength, Self.wordCount(text[..<index]) >= Self.minClauseWords,
            // Within brackets no piece is complete.
            text[..<index].count(where: { $0 == "(" }) <= text[..<index].count(where: { $0 == ")" })
        else { return .inside }
        guard index + 1 < text.count else { return .undecided }
        guard text[index + 1].properties.isWhitespace else { return .inside }
        if Self.isNewline(text[index + 1]) { return .inside }
        let isDash = !",;:".unicodeScalars.contains(text[index])
        if isDash, !text[index - 1].properties.isWhitespace { return .inside }
        switch next(text, index + 1) {
        case .undecided: return .undecided
        case .small: return .boundary(index + 2)
        // "9 – 17 Uhr", "0 1 5, 1 2 3"
        case .digit, .other: return .inside
        case .word(let word):
            // "Berlin, Hamburg", "Smith, John": a row of names is one piece.
            return text[index] != "," || words.starters.contains(word) ? .boundary(index + 2) : .inside
        }
    }

    // MARK: What comes next

    private enum Next: Equatable {
        case undecided, small, digit, other
        /// A capitalised word in small letters.
        case word(String)
    }

    /// Longer than any word of the lists.
    private static let maxWordLength = 20

    /// What follows the white space at `index`, quotation marks and brackets aside.
    private func next(_ text: Text, _ index: Int) -> Next {
        var index = index
        while index < text.count, text[index].properties.isWhitespace || Self.openers.contains(text[index]) {
            if Self.isNewline(text[index]) { return .other }
            index += 1
        }
        guard index < text.count else { return .undecided }
        let first = text[index]
        if Self.isDigit(first) { return .digit }
        guard first.properties.isAlphabetic else { return .other }
        if first.properties.isLowercase { return .small }
        let word = text[index...].prefix(Self.maxWordLength).prefix { $0.properties.isAlphabetic }
        if word.count < Self.maxWordLength, word.endIndex == text.count { return .undecided }
        return .word(Self.string(word).lowercased())
    }

    // MARK: Scalars

    private static let closers = Set("\"'”’“»«)]}*_`".unicodeScalars)
    private static let openers = Set("\"'„“‚‘»«([{*_`¿¡".unicodeScalars)

    static func isNewline(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}": true
        default: false
        }
    }

    private static func isEndMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "!", "?", "…": true
        default: false
        }
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func wordCount(_ text: ArraySlice<Unicode.Scalar>) -> Int {
        text.split { $0.properties.isWhitespace }.count { $0.contains { $0.properties.isAlphabetic || isDigit($0) } }
    }

    /// Where the word that ends before `stop` begins; the last part counts of what a hyphen or opener joins.
    private static func wordStart(_ text: Text, before stop: Int) -> Int {
        var start = stop
        while start > 0, !text[start - 1].properties.isWhitespace, !openers.contains(text[start - 1]),
            !closers.contains(text[start - 1]), !"-–/".unicodeScalars.contains(text[start - 1])
        {
            start -= 1
        }
        return start
    }

    /// "z.b" of "z. B": single letters with full stops before the one at `start`.
    private static func spacedAbbreviation(_ text: Text, upTo start: Int, last: String) -> String {
        var result = last
        var index = start
        while true {
            var stop = index
            while stop > 0, text[stop - 1].properties.isWhitespace { stop -= 1 }
            guard stop >= 2, stop < index, text[stop - 1] == ".", text[stop - 2].properties.isAlphabetic,
                stop == 2 || !text[stop - 3].properties.isAlphabetic
            else { return result }
            index = stop - 2
            result = string(text[index..<(index + 1)]).lowercased() + "." + result
        }
    }
}
