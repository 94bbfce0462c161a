import Foundation

/// What a voice is given to say.
enum SpokenWords: Sendable, Equatable {
    /// For voices that read.
    case text(String)
    /// Sentences as the Unicode code points of their phonemes, as Piper's own phonemiser makes them.
    case phonemes([[Int32]])

    /// Clauses of a text: what lies between marks of punctuation, with the mark that ends each.
    static func clauses(_ text: String) -> [(words: String, mark: Character)] {
        var clauses: [(words: String, mark: Character)] = []
        var words = ""
        let characters = Array(text)
        for (index, character) in characters.enumerated() {
            let isLast = index + 1 == characters.count || characters[index + 1].isWhitespace
            guard isLast, marks.contains(character) else {
                words.append(character)
                continue
            }
            add(&words, character, to: &clauses)
        }
        add(&words, ".", to: &clauses)
        return clauses
    }

    /// Marks that voices know, and by which their melody goes.
    private static let marks: Set<Character> = [".", ",", ";", ":", "!", "?"]
    private static let ends: Set<Character> = [".", "!", "?"]

    private static func add(
        _ words: inout String, _ mark: Character, to clauses: inout [(words: String, mark: Character)]
    ) {
        let trimmed = words.trimmingCharacters(in: .whitespaces)
        words = ""
        if trimmed.contains(where: { $0.isLetter || $0.isNumber }) { clauses.append((trimmed, mark)) }
    }

    /// Puts the punctuation back into what eSpeak NG wrote of `text`, a line for every clause.
    ///
    /// eSpeak NG parts some clauses itself; then the marks cannot be told apart, and the whole is one sentence without
    /// them.
    init(lines: [String], of text: String) {
        let clauses = Self.clauses(text)
        let lines = lines.map(Self.cleaned).filter { !$0.isEmpty }
        let marks = lines.count == clauses.count ? clauses.map(\.mark) : []
        var sentences: [[Int32]] = [[]]
        for (index, line) in lines.enumerated() {
            if sentences[sentences.count - 1].isEmpty == false { sentences[sentences.count - 1] += Self.points(" ") }
            sentences[sentences.count - 1] += Self.points(line)
            let isLast = index + 1 == lines.count
            guard let mark = marks.isEmpty ? (isLast ? clauses.last?.mark : nil) : marks[index] else { continue }
            sentences[sentences.count - 1] += Self.points(String(mark))
            if Self.ends.contains(mark), !isLast { sentences.append([]) }
        }
        self = .phonemes(sentences.filter { !$0.isEmpty })
    }

    private static func points(_ text: String) -> [Int32] { text.unicodeScalars.map { Int32($0.value) } }

    /// Without the names of languages that eSpeak NG puts in brackets where it changes between them, and without ties.
    private static func cleaned(_ line: String) -> String {
        var result = ""
        var depth = 0
        for character in line {
            switch character {
            case "(": depth += 1
            case ")": depth = max(0, depth - 1)
            default: if depth == 0 { result.append(character) }
            }
        }
        let words = result.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let scalars = words.decomposedStringWithCanonicalMapping.unicodeScalars.filter { $0.value != 0x200D }
        return String(String.UnicodeScalarView(scalars))
    }
}
