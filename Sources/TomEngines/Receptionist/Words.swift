/// Text in the form in which words are compared: lower case, umlauts written out, no accents, apostrophes or
/// punctuation.
enum Words {
    /// The words of `text`, in order. Digits stay; everything else that is no letter separates.
    static func of(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.lowercased().unicodeScalars {
            switch scalar {
            case "'", "’", "\u{301}", "\u{300}", "\u{302}", "\u{308}": continue
            case "ä": word += "ae"
            case "ö": word += "oe"
            case "ü": word += "ue"
            case "ß": word += "ss"
            case "é", "è", "ê": word += "e"
            case "á", "à", "â": word += "a"
            default:
                if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
                    word.unicodeScalars.append(scalar)
                } else if !word.isEmpty {
                    words.append(word)
                    word = ""
                }
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    /// Where `phrase` occurs in `words` as a run; `nil` when it does not.
    static func range(of phrase: [String], in words: [String]) -> Range<Int>? {
        guard !phrase.isEmpty, phrase.count <= words.count else { return nil }
        for start in 0...(words.count - phrase.count) where words[start..<(start + phrase.count)].elementsEqual(phrase)
        {
            return start..<(start + phrase.count)
        }
        return nil
    }
}
