/// Text as it is spoken: lower-case words without punctuation, numbers written out.
public enum SpokenForm {
    /// `text` as words separated by one space. Apostrophes within words stay ("o'clock"); whole numbers become words
    /// up to 999,999, and digit by digit beyond and with a leading zero.
    public static func of(_ text: String) -> String {
        let spaced = text.lowercased().map { character -> Character in
            switch character {
            case "’", "‘": "'"
            case "'": character
            default: character.isLetter || isDigit(character) ? character : " "
            }
        }
        let words = String(spaced).split(separator: " ").flatMap(splitDigits).flatMap { word -> [String] in
            guard word.allSatisfy(isDigit) else { return [trimmed(word)] }
            return number(word)
        }
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    /// "9am" is "9", "am".
    private static func splitDigits(_ word: Substring) -> [Substring] {
        var parts: [Substring] = []
        var rest = word
        while let first = rest.first {
            let part = rest.prefix { isDigit($0) == isDigit(first) }
            parts.append(part)
            rest = rest.dropFirst(part.count)
        }
        return parts
    }

    /// Without quotation marks around the word.
    private static func trimmed(_ word: Substring) -> String {
        var word = word
        while word.first == "'" { word.removeFirst() }
        while word.last == "'" { word.removeLast() }
        return String(word)
    }

    private static func number(_ digits: Substring) -> [String] {
        guard digits.count <= 6, digits.first != "0" || digits.count == 1, let value = Int(digits) else {
            return digits.compactMap { Int(String($0)).map { small[$0] } }
        }
        return words(value)
    }

    private static func words(_ value: Int) -> [String] {
        switch value {
        case ..<20: [small[value]]
        case ..<100: [tens[value / 10 - 2]] + (value % 10 == 0 ? [] : [small[value % 10]])
        case ..<1_000: [small[value / 100], "hundred"] + (value % 100 == 0 ? [] : words(value % 100))
        default: words(value / 1_000) + ["thousand"] + (value % 1_000 == 0 ? [] : words(value % 1_000))
        }
    }

    private static let small = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
}
