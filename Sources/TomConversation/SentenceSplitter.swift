/// Cuts a stream of text deltas into sentences for the synthesiser, as early as each is certainly complete.
struct SentenceSplitter: Sendable {
    private var pending = ""
    /// A sentence without an end is cut at a space beyond this many characters.
    private let maxCharacters = 300

    /// Words before a full stop that does not end a sentence.
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "st", "no", "vs", "etc", "e.g", "i.e", "approx", "dept",
        "z.b", "d.h", "u.a", "nr", "str", "hr", "fr", "bzw", "ca", "usw", "tel", "prof",
    ]

    /// Takes more text and returns the sentences it completed.
    mutating func append(_ delta: String) -> [String] {
        pending += delta
        var sentences: [String] = []
        while let end = nextBoundary() {
            emit(upTo: end, into: &sentences)
        }
        return sentences
    }

    /// Returns what is left as a last sentence; the text is complete.
    mutating func finish() -> String? {
        var last: [String] = []
        emit(upTo: pending.endIndex, into: &last)
        return last.first
    }

    private mutating func emit(upTo end: String.Index, into sentences: inout [String]) {
        let sentence = pending[..<end].trimmed
        pending.removeSubrange(..<end)
        if sentence.contains(where: { $0.isLetter || $0.isNumber }) { sentences.append(sentence) }
    }

    /// The index behind the first sentence that is certainly complete: its end mark is followed by white space.
    private func nextBoundary() -> String.Index? {
        var index = pending.startIndex
        var count = 0
        var lastSpace: String.Index?
        while index < pending.endIndex {
            let character = pending[index]
            let next = pending.index(after: index)
            count += 1
            if character.isWhitespace { lastSpace = next }
            if character.isNewline, count > 1 { return next }
            if count >= maxCharacters, let lastSpace { return lastSpace }
            if "!?…".contains(character), next < pending.endIndex, pending[next].isWhitespace { return next }
            if character == ".", next < pending.endIndex, pending[next].isWhitespace, !isAbbreviation(before: index) {
                return next
            }
            index = next
        }
        return nil
    }

    private func isAbbreviation(before stop: String.Index) -> Bool {
        let word = pending[..<stop].split(whereSeparator: \.isWhitespace).last.map { $0.lowercased() } ?? ""
        // "3. Oktober", "J. Smith": an ordinal or an initial goes on.
        if word.allSatisfy(\.isNumber), word.count <= 2 { return true }
        return word.count == 1 || Self.abbreviations.contains(word)
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
