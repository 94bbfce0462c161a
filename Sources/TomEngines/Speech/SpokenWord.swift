/// One word of a sentence with the punctuation around it.
struct SpokenWord {
    let raw: String
    let lead: Substring
    let core: Substring
    let tail: Substring
    /// Whether the core is letters alone.
    let isPlain: Bool

    init(_ word: String) {
        raw = word
        let lead = word.prefix { "([{¿¡".contains($0) }
        let rest = word[lead.endIndex...]
        var end = rest.endIndex
        while end > rest.startIndex, ".,;:!?…)]}'".contains(rest[rest.index(before: end)]) {
            end = rest.index(before: end)
        }
        self.lead = lead
        core = rest[..<end]
        tail = rest[end...]
        isPlain = !core.isEmpty && core.unicodeScalars.allSatisfy(\.properties.isAlphabetic)
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
