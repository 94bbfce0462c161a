/// Takes away what belongs to the eye: markdown, tags, emoji, quotation marks.
enum SpeechMarkup {
    /// The words of `text`, with their punctuation.
    static func words(of text: String) -> [String] {
        var words = withoutLinks(text).split(whereSeparator: \.isWhitespace).map { plain($0) }
        // The mark of a heading, quotation or list item.
        while let first = words.first, first.isEmpty || first.allSatisfy({ "#>-–*•+·".contains($0) }) {
            words.removeFirst()
        }
        return words.filter { !$0.isEmpty && !smileys.contains($0) }
    }

    private static let smileys: Set<String> = [":)", ":-)", ";)", ";-)", ":(", ":-(", ":D", ":-D", ":P", "<3", "^^"]

    /// `[text](address)` and `![text](address)` as their text, `[1]` and `<tag>` as nothing.
    private static func withoutLinks(_ text: String) -> String {
        guard text.contains("[") || text.contains("<") else { return text }
        var result = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(where: { $0 == "[" || $0 == "<" }) {
            result += rest[..<open]
            rest = rest[open...]
            let mark = rest.removeFirst()
            let end: Character = mark == "[" ? "]" : ">"
            guard let close = rest.prefix(200).firstIndex(of: end) else {
                result.append(mark)
                continue
            }
            let inner = rest[..<close]
            if mark == "<" {
                guard let first = inner.first, first.isLetter || first == "/" || first == "!" else {
                    result.append(mark)
                    continue
                }
                // <https://...> and <name@host> are addresses, no tags.
                let isAddress = inner.contains("@") || inner.contains("://")
                result += isAddress ? String(inner) : " "
                rest = rest[rest.index(after: close)...]
                continue
            }
            rest = rest[rest.index(after: close)...]
            if result.last == "!", rest.first == "(" { result.removeLast() }
            if !inner.allSatisfy(\.isNumber) { result += inner }
            if rest.first == "(", let end = rest.firstIndex(of: ")") { rest = rest[rest.index(after: end)...] }
        }
        return result + rest
    }

    /// One word without marks of emphasis, quotation marks and emoji.
    private static func plain(_ word: Substring) -> String {
        var result = ""
        for character in word {
            switch character {
            case "*", "`", "\"", "„", "“", "”", "«", "»", "‹", "›", "|", "\\": continue
            case "’", "‘": result.append("'")
            case "→", "⇒", "•": result += ","
            default: if !isPicture(character) { result.append(character) }
            }
        }
        while result.hasPrefix("_") || result.hasPrefix("~~") { result.removeFirst() }
        while result.hasSuffix("_") || result.hasSuffix("~~") { result.removeLast() }
        // 'quoted', but not the ends of "o'clock" and "James'".
        if result.hasPrefix("'") { result.removeFirst() }
        return result
    }

    /// Emoji, with their joiners and variants, and other symbols that have no name one would say.
    private static func isPicture(_ character: Character) -> Bool {
        character.unicodeScalars.contains { scalar in
            if scalar.isASCII || scalar == "°" || scalar == "№" { return false }
            switch scalar.properties.generalCategory {
            case .otherSymbol, .format, .control, .privateUse, .unassigned, .surrogate: return true
            default: return scalar.properties.isEmojiPresentation || scalar == "\u{FE0F}" || scalar == "\u{20E3}"
            }
        }
    }
}
