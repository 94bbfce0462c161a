/// Writes the words of one sentence as they are spoken.
///
/// At each word the rules are asked in order; the first that knows it says how many words it took. What none knows stays.
struct SpokenTextWriter {
    let vocabulary: SpokenVocabulary
    var words: [String]
    var position = 0
    private var output: [String] = []
    /// How the last German ordinal was inflected, for "am 3. und 4. Mai".
    var ordinalEnding = ""

    init(_ words: [String], vocabulary: SpokenVocabulary) {
        self.words = words
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

    /// One word with the punctuation around it.
    struct Word {
        var lead: Substring
        var core: Substring
        var tail: Substring

        init(_ word: String) {
            let lead = word.prefix { "([{¿¡".contains($0) }
            let rest = word[lead.endIndex...]
            var end = rest.endIndex
            while end > rest.startIndex, ".,;:!?…)]}'".contains(rest[rest.index(before: end)]) {
                end = rest.index(before: end)
            }
            self.lead = lead
            core = rest[..<end]
            tail = rest[end...]
        }
    }

    func word(at index: Int) -> Word? { words.indices.contains(index) ? Word(words[index]) : nil }

    /// Whether the word at `position` is the last.
    func isLast(_ count: Int = 1) -> Bool { position + count >= words.count }

    /// The punctuation after an abbreviation that is the last of `count` words taken: its own full stop ends the sentence only
    /// where the text ends too.
    func tailWithoutStop(_ word: Word, _ count: Int = 1) -> String {
        guard word.tail.hasPrefix("."), !(word.tail == "." && isLast(count)) else { return String(word.tail) }
        return String(word.tail.dropFirst())
    }

    var isGerman: Bool { vocabulary.isGerman }

    mutating func write() -> String {
        while position < words.count {
            let word = Word(words[position])
            guard let spoken = speak(word) else {
                output.append(words[position])
                position += 1
                continue
            }
            let last = Word(words[position + spoken.count - 1])
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

    private mutating func speak(_ word: Word) -> Spoken? {
        if let spoken = telephone(word) ?? address(word) ?? date(word) { return spoken }
        splitRange(word)
        let word = Word(words[position])
        return time(word) ?? money(word) ?? measure(word) ?? ordinal(word) ?? abbreviation(word) ?? number(word)
            ?? symbol(word)
    }
}

extension StringProtocol {
    var isDigits: Bool { !isEmpty && utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }
    var beginsWithDigit: Bool { first.map { ("0"..."9").contains($0) } ?? false }
    var beginsWithCapital: Bool { first?.isUppercase ?? false }
}

/// Digits and what separates them: "14:30" is 14, 30 with ":" between.
struct DigitGroups: Equatable {
    let groups: [String]
    let separators: [Character]

    /// `nil` when `text` does not begin and end with a digit, or holds anything but digits and single separators.
    init?(_ text: some StringProtocol, separators allowed: String = ".,:/-–") {
        var groups = [""]
        var separators: [Character] = []
        for character in text {
            if ("0"..."9").contains(character) {
                groups[groups.count - 1].append(character)
            } else {
                guard allowed.contains(character), groups.last != "" else { return nil }
                separators.append(character)
                groups.append("")
            }
        }
        guard groups.last != "" else { return nil }
        self.groups = groups
        self.separators = separators
    }

    var lengths: [Int] { groups.map(\.count) }
    var values: [Int] { groups.map { Int($0) ?? Int.max } }
    func areSeparated(by character: Character) -> Bool { separators.allSatisfy { $0 == character } }
}
