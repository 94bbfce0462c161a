import TomAgents
import TomConversation
import TomErrors
import Yams

extension Agent {
    /// Reads an agent file.
    /// - Parameters:
    ///   - yaml: the file's bytes, UTF-8, at most 256 KiB.
    ///   - source: the file's name for error messages.
    /// - Throws: `agent.invalid_file` with line, key and fix at the first fault.
    public static func load(yaml: [UInt8], source: String) throws(EngineError) -> Agent {
        guard yaml.count <= AgentLimits.fileBytes else {
            throw AgentNode.error(
                source: source, line: 1, key: "",
                problem: "has \(yaml.count) bytes, at most \(AgentLimits.fileBytes) are allowed",
                fix: "Is this the right file?")
        }
        guard let text = String(validating: yaml, as: UTF8.self) else {
            let readable = String(decoding: yaml, as: UTF8.self).prefix { $0 != "\u{FFFD}" }
            let line = 1 + readable.count { $0 == "\n" || $0 == "\r\n" }
            throw AgentNode.error(
                source: source, line: line, key: "", problem: "is not UTF-8", fix: "Save the file with UTF-8 encoding.")
        }
        return try load(yaml: text, source: source)
    }

    /// Reads an agent file's text; see ``load(yaml:source:)-([UInt8],_)``.
    public static func load(yaml: String, source: String) throws(EngineError) -> Agent {
        let root: Node?
        do {
            root = try compose(yaml: yaml)
        } catch let error as YamlError {
            throw AgentNode.syntaxError(error, source: source)
        } catch {
            throw AgentNode.error(source: source, line: 1, key: "", problem: "is not YAML", fix: "\(error)")
        }
        guard let root else {
            throw AgentNode.error(
                source: source, line: 1, key: "", problem: "is empty", fix: "Start from agents/receptionist.en.yaml.")
        }
        return try AgentReader(AgentNode(node: root, source: source)).agent()
    }

    /// The agent that ships in the binary for a language.
    /// - Parameter language: BCP 47 code; its first part counts, so `de-AT` is German.
    /// - Throws: `agent.unknown_language` for anything but English and German.
    public static func bundled(language: String) throws(EngineError) -> Agent {
        switch language.split(separator: "-").first.map({ $0.lowercased() }) {
        case "en": return try load(yaml: AgentFiles.english, source: "receptionist.en.yaml")
        case "de": return try load(yaml: AgentFiles.german, source: "receptionist.de.yaml")
        default:
            throw EngineError(
                code: "agent.unknown_language", message: "no agent ships for the language '\(language)'.",
                hint: "Use en or de, or name a file with --agent.", category: .invalidRequest)
        }
    }
}

extension AgentNode {
    /// A fault in the YAML itself, with the line at which the parser noticed it.
    static func syntaxError(_ error: YamlError, source: String) -> EngineError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return Self.error(
                source: source, line: mark.line, key: "", problem: "is not valid YAML: \(problem)",
                fix: "Check indentation, quotes and colons on this line and the one before.")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Self.error(
                source: source, line: context.mark.line, key: duplicates.first ?? "", problem: "is there twice",
                fix: "Remove one of the two.")
        case .reader(let problem, let offset, _, let yaml):
            let line = 1 + yaml.utf8.prefix(offset ?? 0).count { $0 == UInt8(ascii: "\n") }
            return Self.error(
                source: source, line: line, key: "", problem: "cannot be read: \(problem)",
                fix: "Remove control characters from this line.")
        default:
            return Self.error(source: source, line: 1, key: "", problem: "is not YAML", fix: "\(error)")
        }
    }
}
