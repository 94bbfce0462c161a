import Testing
import TomTestKit

@testable import TomConversation

/// Where texts are cut for the synthesiser.
@Suite struct SentenceSplitterTests {
    private static func cut(_ deltas: [String], language: String?, clauses: Bool = false) -> [String] {
        var splitter = SentenceSplitter(language: language, cutsFirstClause: clauses)
        return deltas.flatMap { splitter.append($0) } + [splitter.finish()].compactMap(\.self)
    }

    @Test(arguments: SentenceCases.german) func germanSentences(text: String) {
        #expect(Self.cut([text.cut.text], language: "de") == text.cut.pieces)
    }

    @Test(arguments: SentenceCases.english) func englishSentences(text: String) {
        #expect(Self.cut([text.cut.text], language: "en") == text.cut.pieces)
    }

    @Test(arguments: SentenceCases.germanClauses) func germanClauses(text: String) {
        #expect(Self.cut([text.cut.text], language: "de-DE", clauses: true) == text.cut.pieces)
    }

    @Test(arguments: SentenceCases.englishClauses) func englishClauses(text: String) {
        #expect(Self.cut([text.cut.text], language: "en-US", clauses: true) == text.cut.pieces)
    }

    /// Once cut behind the abbreviation.
    @Test(arguments: [
        ("de", "Müller GmbH & Co. KG hat offen. | Ja."), ("de", "Müller & Co. | Wir haben offen."),
        ("de", "Das ist z. T. Holz. | Ja."), ("de", "Das ist z.T. Holz. | Ja."),
        ("de", "Das gilt z. T. | Das ist gut."),
        ("de", "Das kann u. U. Probleme machen. | Ja."), ("de", "Der FC Bayern e. V. München hat offen. | Ja."),
        ("en", "Ask the U.S. Government. | Yes."), ("en", "In the U.K. Parliament it is. | Yes."),
        ("en", "Call the Washington D.C. Police. | Yes."), ("en", "It is in Washington D.C. | We are not."),
        ("en", "Smith & Co. Limited is open. | Yes."),
    ])
    func anAbbreviationBeforeANameEndsNoSentence(language: String, text: String) {
        #expect(Self.cut([text.cut.text], language: language) == text.cut.pieces)
    }

    @Test func aSentenceComesWithTheSpaceBehindIt() {
        var splitter = SentenceSplitter(language: "en")
        #expect(splitter.append("It is open.").isEmpty)
        #expect(splitter.append(" ") == ["It is open."])
        #expect(splitter.append("Pi is 3.").isEmpty)
        #expect(splitter.append("14. W").isEmpty == false)
        #expect(splitter.append("e") == [])
        #expect(splitter.finish() == "We")
    }

    @Test func aTextWithoutAnEndIsCutAtASpaceAndAWordWithoutEndSomewhere() {
        let words = String(repeating: "word ", count: 200)
        let pieces = Self.cut([words], language: "en")
        #expect(pieces.allSatisfy { $0.count <= 300 && $0.hasSuffix("word") } && pieces.count == 4)
        #expect(Self.cut([String(repeating: "x", count: 2_000)], language: "en").map(\.count) == [600, 600, 600, 200])
    }

    @Test func ownTextsAreSplitAsTheyAreSpoken() {
        var texts = Conversation.Texts()
        texts.language = "de"
        texts.greeting = "Guten Tag, hier ist die Praxis von Dr. Müller, was kann ich tun? Bitte sprechen Sie."
        #expect(
            texts.sentences.prefix(2) == [
                "Guten Tag, hier ist die Praxis von Dr. Müller, was kann ich tun?", "Bitte sprechen Sie.",
            ])
        var configuration = Conversation.Configuration()
        configuration.texts = texts
        let scene = Scene { $0 = configuration }
        let segments = scene.call.conversation.response?.segments.map(\.text)
        #expect(segments == Array(texts.sentences.prefix(2)), "no clause of a greeting is cut")
    }

    // MARK: Properties

    private static let all =
        (SentenceCases.german + SentenceCases.germanClauses).map { ("de", $0.cut.text) }
        + (SentenceCases.english + SentenceCases.englishClauses).map { ("en", $0.cut.text) }

    /// Pieces of texts in which marks, letters, digits and brackets meet in every way.
    private static func jumble(_ random: inout SeededGenerator) -> String {
        let parts = [
            "Wort", "word", "Ist", "the", "3", "14", "2026", "z", "B", "Dr", "p.m", "usw", ".", ".", "!", "?", "…", ",",
            ";", ":", "–", "-", "\"", "“", ")", "(", "*", " ", " ", " ", " ", "\n", "\r\n", "ä", "e\u{301}", "🙂",
            "a@b.c", "'",
        ]
        return (0..<Int.random(in: 1...60, using: &random)).map { _ in parts.randomElement(using: &random)! }.joined()
    }

    private static func deltas(_ text: String, _ random: inout SeededGenerator) -> [String] {
        var deltas: [String] = []
        var rest = Array(text.unicodeScalars)[...]
        while !rest.isEmpty {
            let part = rest.prefix(Int.random(in: 1...7, using: &random))
            var view = String.UnicodeScalarView()
            view.append(contentsOf: part)
            deltas.append(String(view))
            rest = rest.dropFirst(part.count)
        }
        return deltas
    }

    @Test(arguments: [UInt64](1...4)) func deltasDoNotMatterAndNoLetterIsLost(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let texts = Self.all + (0..<400).map { ($0 % 2 == 0 ? "de" : "en", Self.jumble(&random)) }
        for (language, text) in texts {
            for clauses in [false, true] {
                let whole = Self.cut([text], language: language, clauses: clauses)
                let parts = Self.cut(Self.deltas(text, &random), language: language, clauses: clauses)
                #expect(whole == parts, "\(language), \(text.debugDescription)")
                let letters = { (text: String) in
                    text.unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }
                }
                #expect(letters(whole.joined()).elementsEqual(letters(text)), "\(text.debugDescription)")
            }
        }
    }
}
