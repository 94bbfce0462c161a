import TomErrors
import Yams

/// One place in an agent file: a YAML node, and the file and key path by which errors name it.
///
/// Each accessor either returns what the file says or throws an error with line, key and fix.
struct AgentNode {
    let node: Node
    /// The file's name as the user knows it.
    let source: String
    /// Such as `intents[2].phrases`; empty for the whole file.
    let path: String
    let line: Int

    init(node: Node, source: String, path: String = "") {
        self.init(node: node, source: source, path: path, keyLine: node.mark?.line ?? 1)
    }

    init(node: Node, source: String, path: String, keyLine: Int) {
        self.node = node
        self.source = source
        self.path = path
        line = keyLine
    }

    /// An error at this place. `problem` continues the sentence that the key begins.
    func error(_ problem: String, fix: String) -> EngineError {
        AgentNode.error(source: source, line: line, key: path, problem: problem, fix: fix)
    }

    static func error(source: String, line: Int, key: String, problem: String, fix: String) -> EngineError {
        let place = key.isEmpty ? "\(source):\(line)" : "\(source):\(line): \(key)"
        return EngineError(
            code: "agent.invalid_file", message: "\(place) \(problem).", hint: fix, category: .invalidRequest)
    }

    /// A non-empty text; any scalar counts, so that `yes` and `42` need no quotes.
    func text() throws(EngineError) -> String {
        guard let scalar = node.scalar else {
            throw error("is \(kind), not a text", fix: "Write one text after the colon, in quotes if it holds ': '.")
        }
        let text = scalar.string.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !text.isEmpty, !isNull else { throw error("is empty", fix: "Write a text after the colon.") }
        guard text.utf8.count <= AgentLimits.textBytes else {
            throw error(
                "has \(text.utf8.count) bytes, at most \(AgentLimits.textBytes) are allowed", fix: "Shorten it.")
        }
        return text
    }

    func integer(_ range: ClosedRange<Int>) throws(EngineError) -> Int {
        guard let value = Int(try text()), range.contains(value) else {
            throw error(
                "is not a whole number in \(range.lowerBound)...\(range.upperBound)", fix: "Correct the number.")
        }
        return value
    }

    /// A list of one to 200 entries, or a single text as a list of one.
    func list(atLeast minimum: Int = 1) throws(EngineError) -> [AgentNode] {
        let nodes: [Node]
        if let sequence = node.sequence {
            nodes = Array(sequence)
        } else if node.scalar != nil, !isNull, minimum <= 1 {
            return [self]
        } else if isNull {
            nodes = []
        } else {
            throw error("is \(kind), not a list", fix: "Write one entry per line, each after '- '.")
        }
        guard nodes.count >= minimum else {
            let wanted = minimum == 1 ? "one entry" : "\(minimum) entries"
            throw error(
                nodes.isEmpty ? "is empty" : "has \(nodes.count) of at least \(minimum) entries",
                fix: "Write at least \(wanted), each on a line of its own after '- '.")
        }
        guard nodes.count <= AgentLimits.listEntries else {
            throw error(
                "has \(nodes.count) entries, at most \(AgentLimits.listEntries) are allowed", fix: "Shorten it.")
        }
        return nodes.enumerated().map {
            AgentNode(node: $1, source: source, path: "\(path)[\($0)]", keyLine: $1.mark?.line ?? line)
        }
    }

    /// A list of texts in which none occurs twice, ignoring case.
    func texts(atLeast minimum: Int = 1) throws(EngineError) -> [String] {
        var found: [String] = []
        var lines: [String: Int] = [:]
        for entry in try list(atLeast: minimum) {
            let text = try entry.text()
            if let earlier = lines.updateValue(entry.line, forKey: text.lowercased()) {
                throw entry.error("repeats line \(earlier)", fix: "Remove one of the two.")
            }
            found.append(text)
        }
        return found
    }

    /// The entries of a mapping, in the file's order.
    func entries() throws(EngineError) -> [(key: String, value: AgentNode)] {
        guard let mapping = node.mapping else {
            let place = path.isEmpty ? "" : " indented below it"
            throw error("is \(kind), not a mapping", fix: "Write 'key: value' lines\(place).")
        }
        var found: [(key: String, value: AgentNode)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                throw error("has a key that is no text", fix: "Write keys as plain words.")
            }
            let inner = path.isEmpty ? name : "\(path).\(name)"
            // The key's line: a block or a folded text begins on a later one.
            found.append((name, AgentNode(node: value, source: source, path: inner, keyLine: key.mark?.line ?? line)))
        }
        return found
    }

    /// The fields of a mapping whose keys are known.
    func fields(required: [String], optional: [String] = []) throws(EngineError) -> [String: AgentNode] {
        let known = required + optional
        var found: [String: AgentNode] = [:]
        for (key, value) in try entries() {
            guard known.contains(key) else {
                let nearest = known.min { EditDistance.between($0, key) < EditDistance.between($1, key) } ?? ""
                let guess = EditDistance.between(nearest, key) <= 3 ? "Did you mean '\(nearest)'? " : ""
                throw value.error("is not a known key", fix: "\(guess)Known here: \(known.joined(separator: ", ")).")
            }
            found[key] = value
        }
        for key in required where found[key] == nil {
            let inner = path.isEmpty ? key : "\(path).\(key)"
            throw AgentNode.error(
                source: source, line: line, key: inner, problem: "is missing", fix: "Add '\(key):' here.")
        }
        return found
    }

    var isMapping: Bool { node.mapping != nil }

    private var isNull: Bool {
        node.scalar.map { $0.style == .plain && ["", "~", "null"].contains($0.string) } ?? false
    }

    private var kind: String {
        if isNull { return "empty" }
        return isMapping ? "a mapping" : node.sequence != nil ? "a list" : "a text"
    }
}

/// How large an agent file may be; the policy is to refuse it.
enum AgentLimits {
    static let fileBytes = 262_144
    static let textBytes = 4_000
    static let listEntries = 200
}
