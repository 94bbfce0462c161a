/// Writes the words of one sentence as they are spoken.
///
/// At each word the rules are asked in order; the first that knows it says how many words it took. What none knows
/// stays.
struct SpokenTextWriter {
    let vocabulary: SpokenVocabulary
    var words: [SpokenWord]
    var position = 0
    private var output: [String] = []
    /// How the last German ordinal was inflected, for "am 3. und 4. Mai".
    var ordinalEnding = ""

    init(_ words: [String], vocabulary: SpokenVocabulary) {
        self.words = words.map { SpokenWord($0) }
        self.vocabulary = vocabulary
    }

    /// What a rule says in place of the words it took.
    struct Spoken {
        var text: String
        /// Words taken, at least one.
        var count = 1
        /// Punctuation after them; `nil`: that of the last one.
        var tail: String?
        /// Punctuation before them; `nil`: that of the first one.
        var lead: String?
    }

    func word(at index: Int) -> SpokenWord? { words.indices.contains(index) ? words[index] : nil }

    /// Whether the word at `position` is the last.
    func isLast(_ count: Int = 1) -> Bool { position + count >= words.count }

    /// The punctuation after an abbreviation that is the last of `count` words taken: its own full stop ends the
    /// sentence only where the text ends too.
    func tailWithoutStop(_ word: SpokenWord, _ count: Int = 1) -> String {
        guard word.tail.hasPrefix("."), !(word.tail == "." && isLast(count)) else { return String(word.tail) }
        return String(word.tail.dropFirst())
    }

    var isGerman: Bool { vocabulary.isGerman }

    mutating func write() -> String {
        while position < words.count {
            guard let spoken = speak(words[position]) else {
                output.append(words[position].raw)
                position += 1
                continue
            }
            let (word, last) = (words[position], words[position + spoken.count - 1])
            position += spoken.count
            let text = spoken.text.isEmpty ? "" : (spoken.lead ?? String(word.lead)) + spoken.text
            output.append(text + (spoken.tail ?? String(last.tail)))
        }
        return joined()
    }

    private func joined() -> String {
        var result = ""
        for part in output where !part.isEmpty {
            // Punctuation left alone belongs to the word before it.
            if !result.isEmpty, !",.;:!?".contains(part.first ?? " ") { result += " " }
            result += part
        }
        return String(result.drop { ",; ".contains($0) })
    }

    private mutating func speak(_ word: SpokenWord) -> Spoken? {
        if word.isPlain, !word.tail.hasPrefix(".") { return speakPlain(word) }
        // "03/04/2026" would do for a telephone number too.
        if let spoken = slashedDate(word) ?? telephone(word) ?? address(word) ?? date(word) { return spoken }
        splitRange(word)
        let word = words[position]
        return time(word) ?? money(word) ?? measure(word) ?? ordinal(word) ?? abbreviation(word) ?? number(word)
            ?? symbol(word)
    }

    /// Most words are letters alone, and few rules begin with such.
    private mutating func speakPlain(_ word: SpokenWord) -> Spoken? {
        if splitSpacedDays(word) { return nil }
        if let spoken = date(word) ?? money(word) ?? ordinal(word) { return spoken }
        return vocabulary.undotted[String(word.core)].map { Spoken(text: $0) }
    }
}
