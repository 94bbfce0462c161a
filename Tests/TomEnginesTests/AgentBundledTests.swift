import Testing
import TomConversation
import TomEngines

@Suite struct AgentBundledTests {
    @Test(arguments: ["en", "de", "en-GB", "de-AT"]) func loads(language: String) throws {
        let agent = try Agent.bundled(language: language)
        #expect(agent.language == String(language.prefix(2)))
        #expect(agent.messages.notUnderstood.count >= 2)
        #expect(Set(agent.messages.notUnderstood).count == agent.messages.notUnderstood.count)
        #expect(Set(agent.intents.map(\.action)).isSuperset(of: Agent.Action.allCases))
        #expect(agent.slots.map(\.id) == [.name, .number, .concern])
        #expect(agent.weekdayWords.count == 7)
    }

    @Test func refusesALanguageThatDoesNotShip() {
        let error = #expect(throws: EngineError.self) { try Agent.bundled(language: "fr") }
        #expect(error?.code == "agent.unknown_language")
        #expect(error?.hint?.contains("--agent") == true)
    }

    @Test(arguments: ["en", "de"]) func grammarIsPlainLowerCase(language: String) throws {
        let agent = try Agent.bundled(language: language)
        for expectation in Expectation.allCases {
            let phrases = agent.grammarPhrases(for: expectation)
            #expect(!phrases.isEmpty)
            #expect(Set(phrases).count == phrases.count)
            for phrase in phrases {
                #expect(phrase == phrase.lowercased())
                #expect(phrase.allSatisfy { $0.isLetter || $0 == "'" || $0 == " " }, "\(phrase)")
            }
        }
    }

    @Test func grammarWritesWeekdaysOut() throws {
        let phrases = try Agent.bundled(language: "en").grammarPhrases(for: .open)
        #expect(phrases.contains("are you open on monday"))
        #expect(phrases.contains("are you open on sunday"))
        #expect(phrases.contains("i would like to leave a message"))
    }

    @Test func onlyControlPhrasesInterruptFreeSpeech() throws {
        let phrases = try Agent.bundled(language: "en").grammarPhrases(for: .longAudio)
        #expect(phrases.contains("cancel"))
        #expect(!phrases.contains("what are your opening hours"))
    }

    @Test func factsAreFilledIn() throws {
        let agent = try Agent.bundled(language: "en")
        let hours = agent.intents.first { $0.id == "opening_hours" }
        #expect(hours?.answer == "We are open Monday to Friday from nine to six, and Saturday from ten to two.")
        let day = agent.intents.first { $0.id == "hours_on_day" }
        #expect(day?.answer == "On {weekday} {hours_on}.")
    }
}
