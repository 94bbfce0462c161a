import Testing
import TomConversation
import TomEngines

/// A dialogue as a table. Each line is `CALLER => WORDS | WORDS => EXPECTATION`: what the caller does (`say`, `type` or
/// `press`; `say ?` is speech without words), words that TOM's answer must hold, and what TOM then expects
/// (`open` unless given).
struct Dialogue: Sendable, CustomTestStringConvertible {
    let name: String
    var language = "en"
    var toolFails: [Bool] = []
    let script: String
    /// The arguments of each tool call, in order.
    var saved: [[String: String]] = []
    /// Whether the last line ends the call.
    var ends = false
    var testDescription: String { name }

    struct Line {
        let caller: Item.Content
        let words: [String]
        let expects: TomConversation.Expectation
    }

    func lines() throws -> [Line] {
        try script.split(separator: "\n").map { line in
            let parts = line.split(separator: "=>", omittingEmptySubsequences: false).map { $0.trimmed }
            let expects = TomConversation.Expectation(rawValue: parts.count > 2 ? parts[2] : "open")
            return Line(
                caller: try caller(parts[0]), words: parts[1].split(separator: "|").map { $0.trimmed },
                expects: try #require(expects, "\(line)"))
        }
    }

    private struct UnknownLine: Error { let text: String }

    private func caller(_ text: String) throws -> Item.Content {
        let parts = text.split(separator: " ", maxSplits: 1)
        let words = parts.count > 1 ? String(parts[1]) : ""
        switch parts.first {
        case "say": return .speech(transcript: words == "?" ? nil : words, durationMs: 1_500)
        case "type": return .typed(words)
        case "press": return .keys(words)
        default: throw UnknownLine(text: text)
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

@Suite struct ReceptionistDialogueTests {
    @Test(arguments: english + german) func dialogue(_ dialogue: Dialogue) throws {
        var call = try ReceptionistCall(dialogue.language)
        call.toolFails = dialogue.toolFails
        let lines = try dialogue.lines()
        for (index, line) in lines.enumerated() {
            let answer = call.take(line.caller)
            for words in line.words {
                #expect(answer.contains(words), "line \(index + 1) \(line.caller): \(answer)")
            }
            #expect(call.expectation == line.expects, "line \(index + 1) \(line.caller): \(answer)")
            #expect(call.ended == (dialogue.ends && index == lines.count - 1), "line \(index + 1): \(answer)")
        }
        #expect(call.toolCalls.map { $0.arguments.compactMapValues(\.text) } == dialogue.saved)
        #expect(call.toolCalls.allSatisfy { $0.name == "take_message" })
        #expect(Set(call.toolCalls.map(\.id)).count == call.toolCalls.count)
    }

    static let english: [Dialogue] = [
        Dialogue(
            name: "facts, thanks, goodbye",
            script: """
                say what are your opening hours => Monday to Friday from nine to six
                say are you open on saturday => On Saturday we are open from ten to two
                say and when do you open on Sundays => On Sunday we are closed
                say where can i find you => twelve Station Road
                say is there parking => behind the building
                say do you repair electric bikes => electric bikes
                say are you a robot => I am Tom
                say thank you => anything else
                say no thank you => Goodbye
                """, ends: true),
        Dialogue(
            name: "a spoken message, as the local recogniser hears it",
            script: """
                say i would like to leave a message => take a message | your name => shortAudio
                say ? => number => digits
                say zero one five one two three four => What is your message => longAudio
                say ? => Your name is recorded as you said it | 0 1 5, 1 2 3, 4 | \
                recorded as spoken | Is that correct => yesNo
                say yes => your message is saved
                say goodbye => Goodbye
                """,
            saved: [["name_turn": "t2", "number": "0151234", "concern_turn": "t4", "confirmed": "yes"]], ends: true),
        Dialogue(
            name: "a typed message",
            script: """
                type Leave a message! => your name => shortAudio
                type My name is Ada Lovelace. => number => digits
                type it's +44 20 7946-0958 => message => longAudio
                type Please call me back about the engine. => Your name is Ada Lovelace. | \
                plus 4 4 2, 0 7 9 | Your message is: Please call me back about the engine. => yesNo
                type That is right => saved
                """,
            saved: [
                [
                    "name": "Ada Lovelace", "number": "+442079460958",
                    "concern": "Please call me back about the engine",
                    "confirmed": "yes",
                ]
            ]),
        Dialogue(
            name: "transcribed speech keeps words and audio",
            script: """
                say please call me back => your name => shortAudio
                say I'm Grace Hopper => number => digits
                say five five five double one oh => message => longAudio
                say my bike is broken => Grace Hopper | 5 5 5, 1 1 0 | my bike is broken. => yesNo
                say yes please => saved
                """,
            saved: [
                [
                    "name": "Grace Hopper", "name_turn": "t2", "number": "555110", "concern": "my bike is broken",
                    "concern_turn": "t4", "confirmed": "yes",
                ]
            ]),
        Dialogue(
            name: "keys: menu, number with a correction, yes",
            script: """
                press 3 => your name => shortAudio
                say ? => number => digits
                press 12*0301 => 0 3 0, 1 so far => digits
                press 23456# => message => longAudio
                say ? => 0 3 0, 1 2 3, 4 5 6 => yesNo
                press 1 => saved
                """,
            saved: [["name_turn": "t2", "number": "030123456", "concern_turn": "t5", "confirmed": "yes"]]),
        Dialogue(
            name: "the number is corrected before it is confirmed",
            script: """
                say can i leave a message => => shortAudio
                say ? => => digits
                say one two three four five => => longAudio
                say ? => 1 2 3, 4 5 => yesNo
                say no => What shall I change
                say the number => number => digits
                say five four three two one => 5 4 3, 2 1 | name is recorded | recorded as spoken => yesNo
                say no the number is nine eight seven six five => 9 8 7, 6 5 => yesNo
                press 24680# => 2 4 6, 8 0 => yesNo
                say yeah => saved
                """,
            saved: [["name_turn": "t2", "number": "24680", "concern_turn": "t4", "confirmed": "yes"]]),
        Dialogue(
            name: "the message is spoken again",
            script: """
                press 3 => => shortAudio
                say ? => => digits
                press 12345 => => longAudio
                say ? => => yesNo
                say the message is wrong => What is your message => longAudio
                say ? => recorded as spoken => yesNo
                say okay => saved
                """,
            saved: [["name_turn": "t2", "number": "12345", "concern_turn": "t6", "confirmed": "yes"]]),
        Dialogue(
            name: "cancelled in the middle",
            script: """
                say leave a message => => shortAudio
                say ? => => digits
                say cancel => dropped the message
                say what is your address => Station Road
                """),
        Dialogue(
            name: "questions in the middle, and pardon",
            script: """
                say leave a message => => shortAudio
                say pardon => Of course. Certainly, I will take a message. May I have your name => shortAudio
                say where are you => Station Road | May I have your name => shortAudio
                say Ada => => digits
                say what are your opening hours => nine to six | What number => digits
                say i have no number => no number | What is your message => longAudio
                say say that again => What is your message => longAudio
                say please call me back => Your name is Ada | please call me back => yesNo
                say say that again => Your name is Ada => yesNo
                say correct => saved
                """,
            saved: [
                [
                    "name": "Ada", "name_turn": "t4", "concern": "please call me back", "concern_turn": "t8",
                    "confirmed": "yes",
                ]
            ]),
        Dialogue(
            name: "saving fails once",
            toolFails: [true, false],
            script: """
                press 3 => => shortAudio
                type Ada => => digits
                press 12345 => => longAudio
                type Call me => => yesNo
                say yes => could not save | try again => yesNo
                say yes => your message is saved
                """,
            saved: [
                ["name": "Ada", "number": "12345", "concern": "Call me", "confirmed": "yes"],
                ["name": "Ada", "number": "12345", "concern": "Call me", "confirmed": "yes"],
            ]),
        Dialogue(
            name: "saving fails for good",
            toolFails: [true, true],
            script: """
                press 3 => => shortAudio
                type Ada => => digits
                press 12345 => => longAudio
                type Call me => => yesNo
                press 1 => could not save => yesNo
                press 1 => is not saved | call again later
                say no => Goodbye
                """,
            saved: Array(
                repeating: ["name": "Ada", "number": "12345", "concern": "Call me", "confirmed": "yes"], count: 2),
            ends: true),
        Dialogue(
            name: "a human",
            script: """
                say can i talk to a human => nobody can come | Shall I take a message => yesNo
                say no thanks => What can I do for you
                press 0 => nobody can come => yesNo
                say yes please => your name => shortAudio
                """),
        Dialogue(
            name: "nothing understood",
            script: """
                say ? => Could you say it again
                say purple elephants => still did not get that
                say  => cannot make out | Shall I take a message => yesNo
                say ? => say yes or no | Shall I take a message => yesNo
                say ? => Sorry | say yes or no => yesNo
                say ? => Goodbye
                """, ends: true),
        Dialogue(
            name: "understanding resets the count",
            script: """
                say ? => say it again
                say hello => How can I help you
                say ? => say it again
                say ? => still did not
                """),
        Dialogue(
            name: "no sound, no digits: the message goes on without them",
            script: """
                press 3 => => shortAudio
                say  => did not hear your name => shortAudio
                say ? => => digits
                say ? => did not get the number => digits
                say ? => Sorry | did not get the number => digits
                say ? => All right, no number | What is your message => longAudio
                say ? => Is that correct => yesNo
                say ? => say yes or no => yesNo
                say ? => say yes or no => yesNo
                say ? => your message is saved
                """,
            saved: [["name_turn": "t3", "concern_turn": "t7", "confirmed": "no"]]),
        Dialogue(
            name: "goodbye instead of yes saves the message",
            script: """
                press 3 => => shortAudio
                say ? => => digits
                press 12345 => => longAudio
                say ? => => yesNo
                say goodbye => your message is saved. Thank you for calling
                """,
            saved: [["name_turn": "t2", "number": "12345", "concern_turn": "t4", "confirmed": "no"]], ends: true),
        Dialogue(
            name: "a stray no at the beginning does not hang up",
            script: """
                say no => say it again
                """),
    ]

    static let german: [Dialogue] = [
        Dialogue(
            name: "Auskunft", language: "de",
            script: """
                type Wie sind Ihre Öffnungszeiten? => neun bis achtzehn Uhr
                type oeffnungszeiten => neun bis achtzehn Uhr
                say haben sie am Samstag geöffnet => Am Samstag haben wir von zehn bis vierzehn Uhr
                say wann schließen sie am sonntag => Am Sonntag haben wir geschlossen
                say wo finde ich sie => Bahnhofstraße zwölf
                say wie bitte => Natürlich. Sie finden uns
                say vielen dank => Gern geschehen
                say nein danke => Auf Wiederhören
                """, ends: true),
        Dialogue(
            name: "Nachricht ohne Spracherkennung, nur Tasten und Aufnahme", language: "de",
            script: """
                press 3 => Nachricht | Ihr Name => shortAudio
                say ? => Nummer => digits
                press 0301234567# => ausrichten => longAudio
                say ? => 0 3 0, 1 2 3, 4 5 6, 7 | Ist das richtig => yesNo
                press 2 => Was soll ich ändern
                press 3 => ausrichten => longAudio
                say ? => Ist das richtig => yesNo
                press 1 => gespeichert
                press 9 => Auf Wiederhören
                """,
            saved: [["name_turn": "t2", "number": "0301234567", "concern_turn": "t7", "confirmed": "yes"]], ends: true),
        Dialogue(
            name: "Nachricht getippt", language: "de",
            script: """
                type Ich möchte eine Nachricht hinterlassen. => => shortAudio
                type Ich heiße Jürgen Groß => => digits
                type null eins fünf zwo drei => => longAudio
                type Mein Rad ist kaputt => Jürgen Groß | 0 1 5, 2 3 | Mein Rad ist kaputt. => yesNo
                type nein, die Nummer ist falsch => Nummer => digits
                type 0151/2345 => 0 1 5, 1 2 3, 4 5 => yesNo
                type stimmt => gespeichert
                """,
            saved: [
                ["name": "Jürgen Groß", "number": "01512345", "concern": "Mein Rad ist kaputt", "confirmed": "yes"]
            ]),
        Dialogue(
            name: "nichts verstanden", language: "de",
            script: """
                say ? => nicht verstanden
                say ? => Drücken Sie die Eins
                say ? => Soll ich eine Nachricht aufnehmen => yesNo
                press 1 => Ihr Name => shortAudio
                """),
    ]
}
