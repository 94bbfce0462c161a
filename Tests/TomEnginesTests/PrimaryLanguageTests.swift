import Testing

@testable import TomEngines

@Suite("Primary languages")
struct PrimaryLanguageTests {
    @Test(arguments: [("en", "en"), ("de-AT", "de"), ("pt_BR", "pt"), ("EN-gb-oed", "en"), ("", "")])
    func regionAndScriptAreCutOff(code: String, language: String) {
        #expect(code.primaryLanguage == language)
    }
}
