import Testing

@testable import TomEngines

@Suite("EspeakText")
struct EspeakTextTests {
    @Test(arguments: [
        ("Hello, Tom.", "Hello, Tom."), ("  two\n lines\t\u{0} ", "two lines"), ("a [[b]] c", "a b c"),
        ("\u{1}50s quick", "50s quick"), ("zero\u{200B}width \u{202E}turned", "zerowidth turned"),
        ("<voice name=\"x\">Hi</voice>", "voice name=\"x\" Hi /voice"), ("Grüße: 3 € & mehr", "Grüße: 3 € & mehr"),
        ("", ""), ("\u{7F}\u{85}\u{2029}", ""),
    ])
    func cleans(raw: String, spoken: String) {
        #expect(EspeakText.cleaned(raw) == spoken)
    }

    @Test func leavesNoControlCharacterOfAnyKind() {
        let everything = String(String.UnicodeScalarView((0...0x2FFF).compactMap(Unicode.Scalar.init)))
        let cleaned = EspeakText.cleaned(everything)
        #expect(cleaned.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.properties.generalCategory != .control })
        #expect(EspeakText.cleaned(cleaned) == cleaned)
    }
}
