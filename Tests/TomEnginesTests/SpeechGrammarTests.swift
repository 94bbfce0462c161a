import Testing
import TomConversation
import TomEngines

@Suite("SpeechGrammar")
struct SpeechGrammarTests {
    @Test(arguments: [
        ("We're open at 9 o'clock!", "we're open at nine o'clock"), ("Call-back, please", "call back please"),
        ("’quoted’ 'word'", "quoted word"), ("24 hours", "twenty four hours"),
        ("room 1305", "room one thousand three hundred five"),
        ("9am", "nine am"), ("0800", "zero eight zero zero"), ("1234567", "one two three four five six seven"),
        ("100", "one hundred"), ("20 40 0", "twenty forty zero"), ("", ""), ("?!", ""),
        ("999999", "nine hundred ninety nine thousand nine hundred ninety nine"),
    ])
    func normalises(raw: String, spoken: String) {
        #expect(SpokenForm.of(raw) == spoken)
    }

    @Test func writesJSGF() throws {
        let grammar = SpeechGrammar(
            phrases: ["When are you open?", "Goodbye", "goodbye"], digitWords: ["one", "two"], repeatWords: ["double"],
            leads: ["hello"], tails: ["please"], hesitations: ["um"])
        let jsgf = try #require(grammar.jsgf(name: "open"))
        #expect(jsgf.hasPrefix("#JSGF V1.0;\ngrammar open;\n<short> = goodbye;\n<long> = when are you open;\n"))
        #expect(
            jsgf.contains("<item> = <digit> | <times> <digit>;\n<digits1> = <item>;\n<digits2> = <item> [<digits1>];"))
        #expect(
            jsgf.hasSuffix("public <utterance> = <short> | [<hesitation>] [<lead>] <long> [<tail>] | <digits15>;\n"))
        #expect(
            grammar.words == ["when", "are", "you", "open", "goodbye", "one", "two", "double", "hello", "please", "um"])
        #expect(SpeechGrammar(phrases: ["...", ""]).jsgf(name: "x") == nil)
    }

    @Test func knowsWhenAPhraseIsWhole() {
        let grammar = SpeechGrammar(
            phrases: ["leave a message", "yes", "yes please", "no number"], digitWords: ["one", "two"],
            repeatWords: ["double"])
        for whole in ["leave a message", "please leave a message", "leave a message thank you", "yes", "yes please"] {
            #expect(grammar.completes(whole) == true, "\(whole)")
        }
        for part in ["leave a", "please", "hello", "", "leave a message one", "message", "um"] {
            #expect(grammar.completes(part) == false, "\(part)")
        }
        #expect(grammar.completes("one double two") == nil)
    }

    @Test func hesitationsAreLeftOutOfTheTranscript() {
        let grammar = SpeechGrammar(phrases: ["leave a message", "uh huh"])
        #expect(grammar.transcript(of: ["um", "leave", "a", "message"]) == "leave a message")
        #expect(grammar.transcript(of: ["uh", "huh"]) == "uh huh")
        #expect(grammar.transcript(of: ["um"]) == "um")
        #expect(grammar.transcript(of: []) == "")
    }

    @Test func leavesOutPhrasesWithUnknownWordsAndSaysSo() {
        var grammar = SpeechGrammar(phrases: ["call frobozz now", "goodbye"], digitWords: ["one", "eins"])
        let dropped = grammar.drop { ["frobozz", "eins"].contains($0) }
        #expect(grammar.phrases == ["goodbye"])
        #expect(grammar.digitWords == ["one"])
        #expect(dropped.map(\.description) == ["\"call frobozz now\" (unknown: frobozz)", "\"eins\" (unknown: eins)"])
    }

    @Test func theAgentsPhrasesBecomeItsGrammars() throws {
        let agent = try Agent.bundled(language: "en")
        let grammars = SpeechGrammar.grammars(for: agent)
        #expect(Set(grammars.keys) == Set(TomConversation.Expectation.allCases))
        let open = try #require(grammars[.open])
        #expect(open.phrases.contains("are you open on sunday") && open.phrases.contains("no thanks"))
        #expect(!open.phrases.contains { $0.contains("{") } && open.digitWords.isEmpty)
        #expect(grammars[.digits]?.repeatWords.contains("double") == true)
        #expect(grammars[.digits]?.digitWords.contains("oh") == true)
        #expect(grammars[.longAudio]?.phrases.contains("cancel") == true)
        #expect(grammars[.longAudio]?.phrases.contains("yes") == false)
    }

    @Test func aDecoyIsListenedForAndNotReported() throws {
        let grammar = SpeechGrammar(
            phrases: ["what did you say", "pardon"], decoys: ["what is your address", "pardon", "help"])
        #expect(grammar.decoys == ["what is your address", "help"], "a phrase is no decoy")
        let jsgf = try #require(grammar.jsgf(name: "g"))
        #expect(jsgf.contains("<long> = what did you say | what is your address;"))
        #expect(jsgf.contains("<short> = pardon | help;"))
        #expect(grammar.words.isSuperset(of: ["address", "help"]))
        #expect(grammar.isDecoy("what is your address") && grammar.isDecoy("hello what is your address please"))
        #expect(!grammar.isDecoy("what did you say") && !grammar.isDecoy("what did you say please"))
        #expect(grammar.completes("what is your address") == false)
        let grammars = SpeechGrammar.grammars(for: try .bundled(language: "en"))
        #expect(grammars[.open]?.decoys == [] && grammars[.yesNo]?.decoys == [])
        #expect(grammars[.shortAudio]?.decoys.contains("what is your address") == true)
        #expect(grammars[.yesNo]?.phrases.contains("i would like to leave a message") == true)
    }
}
