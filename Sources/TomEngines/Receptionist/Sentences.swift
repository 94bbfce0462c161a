/// Texts as rows of sentences.
enum Sentences {
    static func join(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: " ") }

    /// `text` without its questions, so that another question can follow.
    static func statements(_ text: String) -> String {
        split(text).filter { !$0.hasSuffix("?") }.joined(separator: " ")
    }

    /// Cuts after `.`, `!` or `?` at the end of a word.
    static func split(_ text: String) -> [String] {
        var sentences: [String] = []
        var words: [Substring] = []
        for word in text.split(separator: " ") {
            words.append(word)
            if let end = word.last, ".!?".contains(end) {
                sentences.append(words.joined(separator: " "))
                words = []
            }
        }
        if !words.isEmpty { sentences.append(words.joined(separator: " ")) }
        return sentences
    }

    /// `text` in runs of a few words, each with the space before it, which join to `text` again.
    static func deltas(_ text: String, words perDelta: Int = 3) -> [String] {
        var deltas: [String] = []
        for (index, word) in text.split(separator: " ", omittingEmptySubsequences: false).enumerated() {
            let piece = index == 0 ? String(word) : " " + word
            if index % perDelta == 0 { deltas.append(piece) } else { deltas[deltas.count - 1] += piece }
        }
        return text.isEmpty ? [] : deltas
    }
}
