import Foundation
import Testing
import TomAudio
import TomConversation
import TomEngines

@testable import TomPocketSphinx

/// The bundled English agent's phrases, spoken by eSpeak NG, heard by PocketSphinx. Prints its figures.
@Suite("Recognition", .serialized, .timeLimit(.minutes(5)))
struct RecognitionTests {
    static let voices = ["en-us", "en-gb", "en-us+f3", "en-us+m3"]

    static let spoken = [
        "what are your opening hours", "when are you open", "are you open on saturday", "where are you",
        "what is your address", "how do i get to you", "do you have parking", "i would like to leave a message",
        "can i leave a message", "please call me back", "can i talk to a human", "i want to speak to a real person",
        "are you a robot", "thank you very much", "say that again", "what did you say", "goodbye", "that is all",
    ]
    static let other = [
        "my name is peter johnson", "the weather is quite nice in london", "i have lost my password",
        "could you book a table for four people", "the printer is broken again", "we are looking for a plumber",
        "it has been raining all day", "who won the football match", "open the window",
        "please transfer five hundred dollars", "i am calling because of the delivery",
        "turn off the lights in the kitchen",
        "do you know how tall the tower is", "my cat is ill since yesterday", "how much does the monthly plan cost",
    ]

    let transcriber: PocketSphinxTranscriber
    init() async throws {
        var configuration = PocketSphinxConfiguration()
        configuration.maximumDecoders = 2
        transcriber = try PocketSphinxTranscriber(
            configuration: configuration, grammars: SpeechGrammar.grammars(for: .bundled(language: "en")))
    }

    /// Accepted as said, rejected, heard as something else.
    private struct Score: CustomStringConvertible {
        var exact = 0
        var rejected = 0
        var wrong: [String] = []
        var total: Int { exact + rejected + wrong.count }
        mutating func add(_ transcript: Transcript?, for text: String) {
            switch transcript?.text {
            case text: exact += 1
            case nil, "": rejected += 1
            case let heard?: wrong.append("\"\(text)\" -> \"\(heard)\"")
            }
        }
        var description: String {
            "\(exact) exact, \(rejected) rejected, \(wrong.count) wrong of \(total) \(wrong)"
        }
    }

    private func score(_ texts: [String], expecting: TomConversation.Expectation = .open, voices: [String] = voices)
        async throws -> Score
    {
        var score = Score()
        for voice in voices {
            for text in texts {
                let audio = try await SpokenAudio.samples(text, voice: voice)
                score.add(await transcriber.hears(audio, expecting: expecting), for: text)
            }
        }
        return score
    }

    @Test func hearsPhrasesOfTheAgent() async throws {
        let score = try await score(Self.spoken)
        print("in grammar: \(score)")
        #expect(score.wrong.isEmpty, "nothing is heard as another phrase")
        #expect(Double(score.exact) >= 0.9 * Double(score.total))
    }

    @Test func rejectsOtherSpeech() async throws {
        let score = try await score(Self.other)
        print("out of grammar: \(score)")
        #expect(score.exact == 0)
        #expect(Double(score.wrong.count) <= 0.1 * Double(score.total))
    }

    /// Noise as loud as the speech.
    @Test(arguments: NoiseReduction.Strength.allCases) func noiseReductionBringsPhrasesBack(
        strength: NoiseReduction.Strength
    ) async throws {
        var (without, with) = (Score(), Score())
        for text in Self.spoken.prefix(9) {
            let (lead, samples) = try await SpokenAudio.noisy(text, voice: "en-us", ratio: 0)
            var reduction = NoiseReduction(strength)
            var reduced: [Int16] = []
            reduction.process(samples.span, into: &reduced)
            reduction.flush(into: &reduced)
            without.add(await transcriber.hears(Array(samples[lead...])), for: text)
            with.add(await transcriber.hears(Array(reduced[lead...])), for: text)
        }
        print("in noise: \(without); after noise reduction \(strength.rawValue): \(with)")
        #expect(with.exact >= without.exact + 3)
    }

    @Test func yesIsNeverNo() async throws {
        let agent = try Agent.bundled(language: "en")
        var (right, rejected, wrong) = (0, 0, [String]())
        for voice in Self.voices {
            for (said, isYes) in [
                ("yes", true), ("no", false), ("yes please", true), ("no thank you", false), ("okay", true),
            ] {
                let audio = try await SpokenAudio.samples(said, voice: voice)
                guard let heard = await transcriber.hears(audio, expecting: .yesNo)?.text, !heard.isEmpty else {
                    rejected += 1
                    continue
                }
                if (isYes ? agent.yesWords : agent.noWords).contains(heard) {
                    right += 1
                } else {
                    wrong.append("\"\(said)\" -> \"\(heard)\"")
                }
            }
        }
        print("yes or no: \(right) right, \(rejected) rejected, wrong \(wrong)")
        #expect(wrong.isEmpty)
        #expect(right >= 16)
    }

    /// Who is offered something may say what they want instead of yes or no.
    @Test func hearsMoreThanYesAndNoInAnswerToAnOffer() async throws {
        let score = try await score(["i would like to leave a message", "what is your address"], expecting: .yesNo)
        print("in answer to an offer: \(score)")
        #expect(score.wrong.isEmpty && score.exact >= 7)
    }

    @Test func hearsDigits() async throws {
        let numbers = ["zero one five two double five", "seven three oh eight", "nine one one two four six seven"]
        let score = try await score(numbers, expecting: .digits)
        print("digits: \(score)")
        #expect(score.wrong.isEmpty, "no digit is heard that was not said")
        #expect(Double(score.exact) >= 0.8 * Double(score.total))
        #expect(try await self.score(["cancel"], expecting: .digits, voices: ["en-us"]).exact == 1)
    }

    /// Strings on which nothing was tuned, and longer ones.
    @Test func hearsNoDigitsThatWereNotSaid() async throws {
        let numbers = [
            "four two zero nine six", "eight eight one three", "six zero four seven nine two",
            "one two three four five",
            "zero three oh six five five nine two eight one", "nine nine nine",
        ]
        let score = try await score(numbers, expecting: .digits, voices: ["en-us", "en-gb"])
        print("other digits: \(score)")
        #expect(score.wrong.isEmpty)
        #expect(score.exact >= score.total / 2)
    }

    @Test func aNameIsKeptAsAudio() async throws {
        let score = try await score(
            ["peter johnson", "my name is mary smith", "what is your address", "do you have parking"],
            expecting: .shortAudio)
        #expect(score.wrong.isEmpty && score.exact == 0)
        let called = try await self.score(["never mind", "what did you say"], expecting: .shortAudio)
        print("called off: \(called)")
        #expect(called.wrong.isEmpty && called.exact >= 6)
    }

    @Test func noiseAloneIsNoText() async {
        let heard = await transcriber.hears(SpokenAudio.silence(seconds: 2))
        #expect(heard != nil && (heard?.text ?? "").isEmpty)
        #expect(await transcriber.hears([])?.text == "")
    }

    @Test func smallTalkAroundAPhraseIsHeardWithIt() async throws {
        let audio = try await SpokenAudio.samples("hello can i leave a message please", voice: "en-us")
        #expect(await transcriber.hears(audio)?.text == "hello can i leave a message please")
    }

    @Test func interimResultsSayWhenThePhraseIsWhole() async throws {
        let recorder = TranscriptRecorder()
        let transcription = transcriber.begin(recorder)
        transcription.feed(try await SpokenAudio.samples("i would like to leave a message", voice: "en-us"))
        let events = await recorder.wait { events in
            events.contains { $0 == .interim(text: "i would like to leave a message", turnComplete: true) }
        }
        #expect(!events.contains { $0.isTerminal })
        transcription.finish()
        #expect(await recorder.whole().last?.transcript?.text == "i would like to leave a message")
    }

    /// What was heard before must not change what is heard next: no running means, no noise estimate.
    @Test func turnsDoNotInfluenceEachOther() async throws {
        let vocabulary = try Vocabulary(
            grammars: SpeechGrammar.grammars(for: .bundled(language: "en")),
            dictionaryPath: transcriber.configuration.dictionaryPath)
        let recognizer = try Recognizer(vocabulary: vocabulary, modelPath: transcriber.configuration.modelPath)
        let first = try await SpokenAudio.samples("when are you open", voice: "en-us")
        let loud = try await SpokenAudio.samples("where can i park", voice: "en-gb").map {
            Int16(clamping: Int($0) * 6)
        }
        func hear(_ samples: [Int16]) -> Recognizer.Hypothesis {
            #expect(recognizer.start(.open))
            for start in stride(from: 0, to: samples.count, by: 320) {
                recognizer.process(samples[start..<min(start + 320, samples.count)])
            }
            recognizer.end()
            return recognizer.hypothesis
        }
        let alone = hear(first)
        #expect(alone.text == "when are you open")
        _ = hear(loud)
        #expect(hear(first) == alone)
    }
}
