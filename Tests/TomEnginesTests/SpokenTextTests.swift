import Testing
import TomEngines
import TomTestKit

/// What is written, as it is spoken.
@Suite struct SpokenTextTests {
    @Test(arguments: SpokenTextCases.german) func german(written: String, spoken: String) {
        #expect(SpokenText.of(written, language: "de") == spoken)
    }

    @Test(arguments: SpokenTextCases.english) func english(written: String, spoken: String) {
        #expect(SpokenText.of(written, language: "en") == spoken)
    }

    @Test(arguments: SpokenTextCases.british) func british(written: String, spoken: String) {
        #expect(SpokenText.of(written, language: "en-GB") == spoken)
    }

    @Test(arguments: SpokenTextCases.other) func otherLanguagesLoseMarkupOnly(written: String, spoken: String) {
        #expect(SpokenText.of(written, language: "fr") == spoken)
    }

    @Test(arguments: [UInt64](1...4)) func anyTextIsSpokenWithoutATrap(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let parts = [
            "12", "3", "2026", "0", "30", "Uhr", "am", "€", "$", "%", "-", "–", "+", "(", ")", ".", ",", ":", "/", "@",
            "#", "&",
            " ", " ", " ", "z", "B", "Mo", "Fr", "Dr", "www", "de", "*", "_", "[", "]", "<", ">", "🙂", "'", "°C", "km",
            "Oct",
            "e\u{301}", "\u{200D}", "9999999999999999999999",
        ]
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 1...25, using: &random)).map { _ in parts.randomElement(using: &random)! }
                .joined()
            for language in ["de", "en", "en-GB", "fr"] {
                let spoken = SpokenText.of(text, language: language)
                #expect(spoken == text || !spoken.contains("  "), "\(text.debugDescription)")
                #expect(spoken.count <= 40 + text.count * 30)
            }
        }
    }
}
