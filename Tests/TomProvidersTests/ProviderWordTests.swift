import Testing

@testable import TomProviders

/// Which of a provider's words for an error are shown.
@Suite("Providers' words")
struct ProviderWordTests {
    @Test(arguments: [
        ("model_not_found", true, true), ("v1.bad_thing", true, true), ("VoiceNotFoundError", false, true),
        ("sk-secret", false, true), ("Erika said", false, false), ("", false, false), ("grün", false, false),
        (String(repeating: "a", count: 49), false, false),
    ])
    func onlyCodesAreShown(text: String, isCode: Bool, isClass: Bool) {
        #expect(ProviderClient.word(text) == (isCode ? text : nil))
        #expect(ProviderClient.word(text, allowsUpperCase: true) == (isClass ? text : nil))
    }
}
