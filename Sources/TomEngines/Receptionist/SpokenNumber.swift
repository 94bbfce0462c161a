/// Telephone numbers as callers say and type them, and as TOM reads them back.
struct SpokenNumber: Sendable {
    let lexicon: Lexicon
    /// More digits than any number has (ITU-T E.164 allows 15, with room for an extension); what follows is dropped.
    static let maxDigits = 24

    /// The digits in `text`, with a leading `+` when one was given; `nil` when hardly any of it is digits.
    func digits(in text: String) -> String? {
        var digits = ""
        var others = 0
        var times = 1
        for word in Words.of(text) {
            if let count = lexicon.repeats[word] {
                times = count
            } else if let digit = lexicon.digits[word] {
                digits += String(repeating: digit, count: times)
                times = 1
            } else if isNumeral(word) {
                digits += String(repeating: word, count: times)
                times = 1
            } else if !lexicon.stopWords.contains(word) {
                others += 1
            }
        }
        guard !digits.isEmpty, digits.count > others || digits.count >= 3 else { return nil }
        let plus = text.first { $0 == "+" || $0.isNumber } == "+" || Words.of(text).first == "plus"
        return (plus ? "+" : "") + String(digits.prefix(Self.maxDigits))
    }

    /// The words of `text` that are no digits.
    func withoutDigits(_ text: String) -> String {
        Words.of(text).filter { word in
            lexicon.digits[word] == nil && lexicon.repeats[word] == nil && !isNumeral(word)
        }.joined(separator: " ")
    }

    private func isNumeral(_ word: String) -> Bool {
        word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Digit by digit, a short pause after every third: `0 1 5, 1 2 3`.
    static func spoken(_ number: String) -> String {
        let digits = number.filter(\.isNumber).map(String.init)
        let groups = stride(from: 0, to: digits.count, by: 3).map {
            digits[$0..<min($0 + 3, digits.count)].joined(separator: " ")
        }
        return (number.hasPrefix("+") ? "plus " : "") + groups.joined(separator: ", ")
    }
}
