/// Turns an agent file's nodes into an ``Agent``.
///
/// Facts come first, because every other text may name them.
struct AgentReader {
    private let root: AgentNode
    let fields: [String: AgentNode]
    private let language: String
    private let name: String
    private let facts: [Agent.Fact]

    init(_ root: AgentNode) throws(EngineError) {
        self.root = root
        fields = try root.fields(
            required: ["id", "name", "language", "persona", "greeting", "intents", "words", "slots", "messages"],
            optional: ["voice", "facts", "tools"])
        language = try Self.language(fields["language"]!)
        name = try fields["name"]!.text()
        facts = if let node = fields["facts"] { try Self.facts(node) } else { [] }
    }

    func agent() throws(EngineError) -> Agent {
        let slots = try slots()
        let intents = try intents()
        let words = try fields["words"]!.fields(required: ["yes", "no"])
        return Agent(
            id: try identifier(fields["id"]!), name: name, language: language, voice: try fields["voice"]?.text(),
            persona: try text(fields["persona"]!), greeting: try text(fields["greeting"]!), facts: facts,
            intents: intents, slots: slots, yesWords: try phrases(words["yes"]!), noWords: try phrases(words["no"]!),
            messages: try messages(), tools: try tools())
    }

    private static func language(_ node: AgentNode) throws(EngineError) -> String {
        let code = try node.text()
        guard Lexicon.languages.contains(code) else {
            throw node.error("is '\(code)'", fix: "Use one of: \(Lexicon.languages.joined(separator: ", ")).")
        }
        return code
    }

    func identifier(_ node: AgentNode) throws(EngineError) -> String {
        let id = try node.text()
        guard id.count <= 64, id.utf8.allSatisfy(Self.identifierByte) else {
            throw node.error("is '\(id)'", fix: "Use up to 64 of a-z, 0-9, '.', '_' and '-'.")
        }
        return id
    }

    private static func identifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    // MARK: Facts and texts

    private static let reserved = ["agent", "weekday", "digits"] + Agent.SlotID.allCases.map(\.rawValue)

    private static func facts(_ node: AgentNode) throws(EngineError) -> [Agent.Fact] {
        var facts: [Agent.Fact] = []
        for (key, value) in try node.entries() {
            guard key.utf8.allSatisfy(identifierByte), !key.isEmpty else {
                throw value.error("is not a usable name", fix: "Use a-z, 0-9, '.', '_' and '-'.")
            }
            guard !reserved.contains(key) else {
                let taken = reserved.joined(separator: ", ")
                throw value.error("is a name TOM uses itself", fix: "Choose another name than \(taken).")
            }
            facts.append(Agent.Fact(key: key, value: try factValue(value)))
        }
        return facts
    }

    private static let dayKeys = Lexicon.english.weekdays

    private static func factValue(_ node: AgentNode) throws(EngineError) -> Agent.Fact.Value {
        guard node.isMapping else { return .text(try plain(node)) }
        let days = try node.fields(required: dayKeys)
        var texts: [String] = []
        for day in dayKeys { texts.append(try plain(days[day]!)) }
        return .byWeekday(texts)
    }

    /// A text that holds no placeholder: facts don't refer to one another, so that none can refer to itself.
    private static func plain(_ node: AgentNode) throws(EngineError) -> String {
        let text = try node.text()
        guard !text.contains("{"), !text.contains("}") else {
            throw node.error("holds a placeholder", fix: "Write the words themselves; only other texts may name facts.")
        }
        return text
    }

    /// A text with its facts filled in. Placeholders in `later` stay for the dialogue to fill.
    func text(_ node: AgentNode, later: [String] = []) throws(EngineError) -> String {
        let text = try node.text()
        guard let parts = AgentText.parts(text) else {
            throw node.error(
                "has a brace without its partner", fix: "Write placeholders as {fact}, and no other braces.")
        }
        var filled = ""
        for part in parts {
            switch part {
            case .words(let words): filled += words
            case .placeholder(let key): filled += try value(of: key, in: node, later: later)
            }
        }
        return filled
    }

    private func value(of key: String, in node: AgentNode, later: [String]) throws(EngineError) -> String {
        if later.contains(key) { return "{\(key)}" }
        if key == "agent" { return name }
        switch facts.first(where: { $0.key == key })?.value {
        case .text(let value): return value
        case .byWeekday where later.contains("weekday"): return "{\(key)}"
        case .byWeekday:
            throw node.error(
                "names {\(key)}, which differs by weekday", fix: "Use it in an intent whose phrases all hold {weekday}."
            )
        case nil:
            let known = facts.map(\.key) + ["agent"] + later
            throw node.error(
                "names the unknown fact {\(key)}",
                fix: "Add '\(key):' under facts, or use one of: \(known.joined(separator: ", ")).")
        }
    }

    func texts(_ node: AgentNode, atLeast minimum: Int) throws(EngineError) -> [String] {
        _ = try node.texts(atLeast: minimum)
        var texts: [String] = []
        for entry in try node.list(atLeast: minimum) { texts.append(try text(entry)) }
        return texts
    }

    /// Phrases as they are spoken: lower case and without punctuation, each once.
    func phrases(_ node: AgentNode, weekday: Bool = false) throws(EngineError) -> [String] {
        var found: [String] = []
        var lines: [String: Int] = [:]
        for entry in try node.list() {
            let text = try entry.text()
            let phrase = try spoken(text, entry, weekday: weekday)
            if let earlier = lines.updateValue(entry.line, forKey: phrase) {
                throw entry.error("repeats line \(earlier)", fix: "Remove one of the two.")
            }
            found.append(phrase)
        }
        return found
    }

    private func spoken(_ text: String, _ node: AgentNode, weekday: Bool) throws(EngineError) -> String {
        guard let parts = AgentText.parts(text) else {
            throw node.error("has a brace without its partner", fix: "Write {weekday}, and no other braces.")
        }
        var words: [String] = []
        var days = 0
        for part in parts {
            switch part {
            case .words(let run): words.append(Agent.spokenForm(run))
            case .placeholder("weekday") where weekday && days == 0:
                days += 1
                words.append(AgentText.weekday)
            case .placeholder(let key):
                let fix = weekday ? "Phrases may hold {weekday} once." : "Write the words themselves."
                throw node.error("holds {\(key)}, which is not allowed here", fix: fix)
            }
        }
        let phrase = words.filter { !$0.isEmpty }.joined(separator: " ")
        guard !phrase.isEmpty, phrase != AgentText.weekday else {
            throw node.error("has no words", fix: "Write what a caller says.")
        }
        return phrase
    }

    // MARK: Intents

    private func intents() throws(EngineError) -> [Agent.Intent] {
        var intents: [Agent.Intent] = []
        var phraseOwners: [String: String] = [:]
        for node in try fields["intents"]!.list() {
            let intent = try intent(node)
            if intents.contains(where: { $0.id == intent.id }) {
                throw node.error(
                    "has the id '\(intent.id)' of an earlier intent", fix: "Give every intent an id of its own.")
            }
            if let key = intent.key, let owner = intents.first(where: { $0.key == key }) {
                throw node.error("uses the key \(key) of '\(owner.id)'", fix: "Choose another key.")
            }
            for phrase in intent.phrases {
                if let owner = phraseOwners.updateValue(intent.id, forKey: phrase) {
                    throw node.error("has the phrase '\(phrase)' of '\(owner)'", fix: "Keep it in one of the two.")
                }
            }
            intents.append(intent)
        }
        guard intents.contains(where: { $0.action == .endCall }) else {
            throw fields["intents"]!.error(
                "has no intent with 'action: end_call'", fix: "Add one, so that callers can say goodbye.")
        }
        return intents
    }

    private func intent(_ node: AgentNode) throws(EngineError) -> Agent.Intent {
        let fields = try node.fields(required: ["id", "phrases", "answer"], optional: ["action", "key"])
        let phrases = try phrases(fields["phrases"]!, weekday: true)
        let action = try fields["action"].map { (node) throws(EngineError) in try self.action(node) } ?? .answer
        let dated = phrases.allSatisfy { $0.contains(AgentText.weekday) }
        let answer = try text(fields["answer"]!, later: dated ? ["weekday"] : [])
        let key = try fields["key"].map { (node) throws(EngineError) in try self.key(node) }
        if dated, let node = fields["key"] {
            throw node.error("is set, but a key cannot name a weekday", fix: "Remove the key.")
        }
        return Agent.Intent(
            id: try identifier(fields["id"]!), action: action, phrases: phrases, answer: answer, key: key)
    }

    private func action(_ node: AgentNode) throws(EngineError) -> Agent.Action {
        let text = try node.text()
        guard let action = Agent.Action(rawValue: text) else {
            let known = Agent.Action.allCases.map(\.rawValue).joined(separator: ", ")
            throw node.error("is '\(text)'", fix: "Use one of: \(known).")
        }
        return action
    }

    private func key(_ node: AgentNode) throws(EngineError) -> Character {
        let text = try node.text()
        guard text.utf8.count == 1, let key = text.first, "0123456789*#".contains(key) else {
            throw node.error("is '\(text)'", fix: "Use one key of 0-9, '*' and '#', in quotes.")
        }
        return key
    }
}
