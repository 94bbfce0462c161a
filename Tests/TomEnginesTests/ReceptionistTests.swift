import Testing
import TomConversation
import TomEngines

/// What surrounds the dialogues: errors in the words, interrupted and cancelled responses, the state's text form.
@Suite struct ReceptionistTests {
    @Test(arguments: [
        ("what are your opening ours", "nine to six"),
        ("whta are yuor openning hours", "nine to six"),
        ("Hello, could you please tell me what your opening hours are?", "nine to six"),
        ("opening hours", "nine to six"),
        ("are you open on wensday", "nine to six"),
        ("were is your adress", "Station Road"),
        ("i wood like to leave a massage", "May I have your name"),
        ("i'd like to leave a message please", "May I have your name"),
        ("can you call me back", "May I have your name"),
        ("could i speak to a real person", "nobody can come"),
        ("where could i park my car", "behind the building"),
        ("thanks", "anything else"),
        ("good bye", "Goodbye"),
    ]) func errorsInTheTranscriptKeepTheIntent(transcript: String, answer: String) throws {
        var call = try ReceptionistCall()
        let said = call.say(transcript)
        #expect(said.contains(answer), "\(said)")
    }

    @Test(arguments: [
        "i want to book a table for two", "what is the capital of france", "my cat is on the roof", "blah", "!?", "   ",
        String(repeating: "word ", count: 400),
    ]) func otherThingsAreNotForcedIntoAnIntent(transcript: String) throws {
        var call = try ReceptionistCall()
        let said = call.say(transcript)
        #expect(said.contains("did not understand"), "\(said)")
    }

    @Test func aGivenUpCallerIsAskedInThreeDifferentWays() throws {
        var call = try ReceptionistCall()
        let answers = [call.say("purple"), call.say("purple"), call.say("purple")]
        #expect(Set(answers).count == 3)
    }

    @Test func aResponseNobodyHeardLeavesNoTrace() throws {
        var call = try ReceptionistCall()
        call.sayUnanswered("leave a message")
        // The caller asked for something else before TOM spoke: that is what gets answered.
        #expect(call.say("what is your address").contains("Station Road"))
        #expect(call.expectation == .open)
    }

    @Test func wordsThatAreNoIntentFallBackOnTheUnansweredOnes() throws {
        var call = try ReceptionistCall()
        call.sayUnanswered("leave a message")
        #expect(call.say("uh").contains("your name"))
    }

    @Test func digitsInTwoBreathsMakeOneNumber() throws {
        var call = try ReceptionistCall()
        _ = call.press("3")
        _ = call.say("Ada")
        call.sayUnanswered("zero one five")
        _ = call.say("one two three four")
        #expect(call.say("a message").contains("0 1 5, 1 2 3, 4"))
    }

    @Test func aMessageInTwoBreathsKeepsBothTurns() throws {
        var call = try ReceptionistCall()
        _ = call.press("3")
        _ = call.say(nil)
        _ = call.press("12345")
        call.sayUnanswered(nil)
        _ = call.say(nil)
        _ = call.say("yes")
        #expect(call.toolCalls.last?.arguments["concern_turn"] == "t4 t5")
    }

    @Test func aSavedMessageIsNotSavedTwiceWhenTheAnswerIsInterrupted() throws {
        var call = try ReceptionistCall()
        _ = call.press("3")
        for content in [Item.Content.typed("Ada"), .keys("12345"), .typed("Call me")] { _ = call.take(content) }
        call.record(.typed("yes"))
        let save = try #require(call.respond().toolCall)
        call.record(.toolCall(save))
        call.record(.toolOutput(ToolOutput(callID: save.id, succeeded: true, output: "saved")))
        // Nothing of "your message is saved" was heard; TOM's record holds an empty reply, as the tool has run.
        call.record(.reply(text: "", interrupted: true), memory: call.respond().memory)
        let answer = call.say("where are you")
        #expect(answer.contains("your message is saved") && answer.contains("Station Road"), "\(answer)")
        #expect(call.toolCalls.isEmpty)
    }

    @Test func theModelSpeaksInDeltasAndEndsOnce() throws {
        var call = try ReceptionistCall()
        call.record(.speech(transcript: "what are your opening hours", durationMs: 900))
        let events = call.respond()
        let deltas = events.filter { if case .text = $0 { true } else { false } }
        #expect(deltas.count > 2)
        #expect(events.last == .finished)
        #expect(events.count { $0 == .finished } == 1)
        #expect(events == call.respond(), "the same record, the same answer")
    }

    @Test func anEmptyRecordIsAnInvitation() throws {
        let agent = try Agent.bundled(language: "en")
        let model = Receptionist(agent: agent)
        var call = try ReceptionistCall()
        call.history = []
        #expect(model.name == "receptionist")
        #expect(call.respond().text == "Yes, please.")
    }

    @Test func memoryOfAnotherModelIsACallJustBegun() throws {
        var call = try ReceptionistCall()
        call.record(.reply(text: "Hm.", interrupted: false), memory: "{\"foreign\": true}")
        #expect(call.say("where are you").contains("Station Road"))
    }

    @Test(arguments: [
        "", "v2&step=idle", "v1&step=flying", "v1&slot=-1", "v1&slot=99999999999999999999", "v1&last=%zz", "v1&last=%e",
        "v1&x=1",
        "v1&step", "v1&name=%ff",
    ]) func aDamagedStateIsRefused(text: String) {
        #expect(ReceptionistState(encoded: text) == nil)
    }

    @Test func aSlotBeyondTheAgentsDoesNotTrap() throws {
        var call = try ReceptionistCall()
        call.record(.reply(text: "Hm.", interrupted: false), memory: "v1&step=slot&slot=7&last=Hm.")
        #expect(call.say(nil).contains("number"))
    }

    @Test func statesSurviveTheirTextForm() throws {
        var call = try ReceptionistCall()
        for content in [
            Item.Content.keys("3"), .typed("Ada & Bob = 100 % \u{1}\n ü €"), .keys("12345"),
            .speech(transcript: nil, durationMs: 800),
        ] {
            _ = call.take(content)
            let memory = try #require(call.history.last?.memory)
            #expect(ReceptionistState(encoded: memory)?.encoded == memory)
        }
        #expect(call.history.last?.memory?.contains("name=Ada %26 Bob %3d 100 %25") == true)
    }

    /// Whatever the caller does, the receptionist answers with words or a tool, and its state stays readable.
    @Test(arguments: 0..<24) func answersAnything(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let inputs: [Item.Content] = [
            .speech(transcript: nil, durationMs: 700), .speech(transcript: "", durationMs: 0), .silence, .keys("3"),
            .keys("1#"),
            .keys("*"), .keys("2"), .keys("12345#"), .keys("ABCD"), .typed("yes"), .typed("no"), .typed("cancel"),
            .typed("pardon"),
            .typed("leave a message"), .typed("the number is wrong"), .typed("Ada"), .typed("are you open on sunday"),
            .typed("can i talk to a human"), .typed("{name} {number} {weekday}"), .typed("one two three four five"),
        ]
        var call = try ReceptionistCall(seed % 2 == 0 ? "en" : "de")
        for step in 0..<40 {
            call.toolFails = [Bool.random(using: &random)]
            let input = inputs.randomElement(using: &random)!
            let answer = call.take(input)
            #expect(!answer.isEmpty, "seed \(seed), step \(step), \(input)")
            #expect(!answer.contains("never stopped"), "seed \(seed), step \(step), \(input)")
        }
    }
}

/// A seeded generator (SplitMix64), so that a failing seed can be run again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
