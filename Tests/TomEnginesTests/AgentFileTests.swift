import Foundation
import Testing
import TomAgents
import TomEngines

@Suite struct AgentFileTests {
    /// A change to the English file, and how it is refused.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let replace: String
        let with: String
        /// The line is that of the first occurrence of this text in the changed file.
        let at: String
        let key: String
        let problem: String
        let fix: String
        var testDescription: String { name }
    }

    private static let english = String(decoding: AgentFiles.english, as: UTF8.self)

    @Test(arguments: faults) func aBadFileIsRefusedWithLineKeyAndFix(_ fault: Fault) throws {
        let range = try #require(Self.english.range(of: fault.replace))
        let yaml = Self.english.replacingCharacters(in: range, with: fault.with)
        let place = try #require(yaml.range(of: fault.at))
        let line = 1 + yaml[..<place.lowerBound].count { $0 == "\n" }
        let error = #expect(throws: EngineError.self) { try Agent.load(yaml: yaml, source: "my.yaml") }
        #expect(error?.code == "agent.invalid_file")
        let message = error?.message ?? ""
        let key = fault.key.isEmpty ? " " : ": \(fault.key) "
        #expect(message.hasPrefix("my.yaml:\(line)\(key)"), "\(message), expected line \(line)")
        #expect(message.contains(fault.problem), "\(message)")
        #expect(error?.hint?.contains(fault.fix) == true, "\(error?.hint ?? "no hint")")
    }

    static let faults: [Fault] = [
        Fault(
            name: "unknown key", replace: "greeting: Hello", with: "greting: Hello", at: "greting", key: "greting",
            problem: "not a known key", fix: "Did you mean 'greeting'?"),
        Fault(
            name: "unknown key in an intent", replace: "    key: \"1\"\n", with: "    keys: \"1\"\n", at: "    keys:",
            key: "intents[0].keys", problem: "not a known key", fix: "Did you mean 'key'?"),
        Fault(
            name: "missing key", replace: "id: receptionist.en\n", with: "", at: "name: Tom", key: "id",
            problem: "is missing",
            fix: "Add 'id:'"),
        Fault(
            name: "missing message", replace: "  goodbye: Thank", with: "  # goodbye: Thank", at: "messages:\n",
            key: "messages.goodbye", problem: "is missing", fix: "Add 'goodbye:'"),
        Fault(
            name: "wrong type: list for text", replace: "name: Tom", with: "name: [Tom]", at: "name: [Tom]",
            key: "name",
            problem: "is a list, not a text", fix: "Write one text"),
        Fault(
            name: "wrong type: text for mapping", replace: "messages:\n", with: "messages: none\nx:\n", at: "x:",
            key: "x",
            problem: "not a known key", fix: "Known here"),
        Fault(
            name: "empty text", replace: "name: Tom", with: "name:", at: "name:", key: "name", problem: "is empty",
            fix: "Write a text"),
        Fault(
            name: "empty phrases", replace: "    phrases:\n      - what are your opening hours\n",
            with: "    phrases: []\n    x:\n",
            at: "    x:", key: "intents[0].x", problem: "not a known key", fix: "Known here"),
        Fault(
            name: "no phrases",
            replace: "    phrases:\n      - thank you\n      - thank you very much\n      - thanks\n",
            with: "    phrases: []\n", at: "    phrases: []", key: "intents[9].phrases", problem: "is empty",
            fix: "at least one entry"),
        Fault(
            name: "empty phrase", replace: "      - when are you open\n", with: "      - \"\"\n", at: "      - \"\"",
            key: "intents[0].phrases[1]", problem: "is empty", fix: "Write a text"),
        Fault(
            name: "phrase of punctuation", replace: "      - when are you open\n", with: "      - \"!?\"\n",
            at: "      - \"!?\"",
            key: "intents[0].phrases[1]", problem: "has no words", fix: "what a caller says"),
        Fault(
            name: "phrase twice", replace: "      - when do you open\n", with: "      - When are you open?\n",
            at: "      - When are you", key: "intents[0].phrases[2]", problem: "repeats line 32", fix: "Remove one"),
        Fault(
            name: "phrase of another intent", replace: "      - is there parking\n", with: "      - where are you\n",
            at: "  - id: parking", key: "intents[3]", problem: "has the phrase 'where are you' of 'address'",
            fix: "one of the two"),
        Fault(
            name: "intent twice", replace: "id: parking", with: "id: address", at: "  - id: address\n    phrases",
            key: "intents[3]", problem: "id 'address'", fix: "id of its own"),
        Fault(
            name: "key twice", replace: "    key: \"2\"", with: "    key: \"1\"", at: "  - id: address",
            key: "intents[2]",
            problem: "uses the key 1 of 'opening_hours'", fix: "another key"),
        Fault(
            name: "unknown action", replace: "action: end_call", with: "action: hang_up", at: "action: hang_up",
            key: "intents[12].action", problem: "is 'hang_up'", fix: "end_call"),
        Fault(
            name: "unknown placeholder", replace: "open {opening_hours}.", with: "open {hours}.", at: "open {hours}",
            key: "intents[0].answer", problem: "unknown fact {hours}", fix: "Add 'hours:' under facts"),
        Fault(
            name: "unknown placeholder in a phrase", replace: "- when are you open\n", with: "- when are you {open}\n",
            at: "- when are you {open}", key: "intents[0].phrases[1]", problem: "holds {open}", fix: "{weekday}"),
        Fault(
            name: "open brace", replace: "open {opening_hours}.", with: "open {opening_hours.",
            at: "open {opening_hours.",
            key: "intents[0].answer", problem: "brace without its partner", fix: "{fact}"),
        Fault(
            name: "weekday fact where no day is named", replace: "open {opening_hours}.", with: "open {hours_on}.",
            at: "open {hours_on}.", key: "intents[0].answer", problem: "differs by weekday", fix: "all hold {weekday}"),
        Fault(
            name: "a day is missing", replace: "    sunday: we are closed\n", with: "", at: "  hours_on:",
            key: "facts.hours_on.sunday", problem: "is missing", fix: "Add 'sunday:'"),
        Fault(
            name: "read-back without its value", replace: "is {number}.", with: "is known.", at: "is known.",
            key: "slots[1].read_back", problem: "does not hold {number}", fix: "Put {number}"),
        Fault(
            name: "unknown slot", replace: "  - id: concern", with: "  - id: colour", at: "  - id: colour",
            key: "slots[2].id",
            problem: "is 'colour'", fix: "name, number, concern"),
        Fault(
            name: "no recorded read-back", replace: "    read_back_recorded: Your name is recorded as you said it.\n",
            with: "",
            at: "  - id: name", key: "slots[0]", problem: "no read_back_recorded", fix: "only the recording"),
        Fault(
            name: "digits out of range", replace: "min_digits: 5", with: "min_digits: 50", at: "min_digits: 50",
            key: "slots[1].min_digits", problem: "1...20", fix: "Correct the number"),
        Fault(
            name: "one way of not understanding",
            replace:
                "    - I am afraid I still did not get that. You can ask for our opening hours or our address, "
                + "or leave a message.\n",
            with: "", at: "  not_understood:", key: "messages.not_understood", problem: "has 1 of at least 2",
            fix: "2 entries"),
        Fault(
            name: "unknown language", replace: "language: en", with: "language: fr", at: "language: fr",
            key: "language",
            problem: "is 'fr'", fix: "en, de"),
        Fault(
            name: "key twice in the file", replace: "voice: en-us", with: "voice: en-us\nvoice: en-gb",
            at: "voice: en-us",
            key: "voice", problem: "is there twice", fix: "Remove one"),
        Fault(
            name: "no YAML", replace: "name: Tom", with: "name: Tom: x", at: "name: Tom: x", key: "",
            problem: "not valid YAML",
            fix: "colons"),
        Fault(
            name: "tab", replace: "  opening_hours: Monday", with: "\topening_hours: Monday", at: "\topening_hours",
            key: "",
            problem: "not valid YAML", fix: "indentation"),
    ]

    @Test func anEmptyFileIsRefused() {
        let error = #expect(throws: EngineError.self) { try Agent.load(yaml: "# nothing\n", source: "my.yaml") }
        #expect(error?.message == "my.yaml:1 is empty.")
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let error = #expect(throws: EngineError.self) {
            try Agent.load(yaml: Array("id: a\nname: ".utf8) + [0xFF], source: "my.yaml")
        }
        #expect(error?.message == "my.yaml:2 is not UTF-8.")
    }

    @Test func hugeFilesAreRefused() {
        let error = #expect(throws: EngineError.self) {
            try Agent.load(yaml: [UInt8](repeating: UInt8(ascii: " "), count: 300_000), source: "my.yaml")
        }
        #expect(error?.message.contains("262144") == true)
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "]) func deepNestingDoesNotTrap(piece: String) {
        let yaml = String(repeating: piece, count: 20_000)
        #expect(throws: EngineError.self) { try Agent.load(yaml: yaml, source: "my.yaml") }
    }

    /// Files cut off anywhere, and files with a byte changed, load or are refused; they never trap.
    @Test func damagedFilesNeverTrap() {
        var random = SplitMix(state: 7)
        let bytes = AgentFiles.english
        for _ in 0..<150 {
            var damaged = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
            for _ in 0..<3 where !damaged.isEmpty {
                let index = damaged.indices.randomElement(using: &random)!
                damaged[index] = "{}[]:-\"'&*\n \t#|>%\u{0}".utf8.randomElement(using: &random)!
            }
            do throws(EngineError) {
                _ = try Agent.load(yaml: damaged, source: "my.yaml")
            } catch {
                #expect(error.message.hasPrefix("my.yaml:"), "\(error.message)")
            }
        }
    }

    @Test func theSampleInTheDocumentLoads() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/agents.md"), encoding: .utf8)
        let parts = document.components(separatedBy: "```")
        let sample = try #require(parts.first { $0.hasPrefix("yaml\nid:") }).dropFirst("yaml\n".count)
        let agent = try Agent.load(yaml: String(sample), source: "docs/agents.md")
        var call = ReceptionistCall(agent: agent)
        #expect(call.type("are you open on sunday").contains("On Sunday"))
        #expect(call.type("I would like to leave a message").contains(agent.slots[0].ask))
        #expect(agent.prompt.contains(agent.persona))
    }
}
