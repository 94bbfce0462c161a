/// One entry of the conversation's record, in the order the parties spoke.
///
/// The record is what language models are given: an assistant's item holds what the caller *heard*, not what was generated.
public struct Item: Sendable, Equatable, Identifiable {
    public let id: ItemID
    /// The caller's turn this item belongs to.
    public let turn: TurnID
    public var content: Content
    /// Opaque state that a language model left on its own item and gets back with the history; `nil` for everyone else's.
    public var memory: String?
    /// Whether a client that leads the conversation is told of it: of TOM's own tools it is not.
    public var isShown = true

    public init(id: ItemID, turn: TurnID, content: Content, memory: String? = nil) {
        self.id = id
        self.turn = turn
        self.content = content
        self.memory = memory
    }

    public enum Content: Sendable, Equatable, Codable {
        /// The caller spoke. `transcript` is `nil` when speech was heard but no words could be recognised; the audio of
        /// `durationMs` milliseconds may still be kept under the item's turn.
        case speech(transcript: String?, durationMs: Int)
        /// The caller typed.
        case typed(String)
        /// The caller pressed keys, `0-9*#A-D`, in order.
        case keys(String)
        /// The caller stayed silent until TOM spoke up; the response to it asks whether anyone is there.
        case silence
        /// TOM spoke; `text` is what was heard of it.
        case reply(text: String, interrupted: Bool)
        /// The model asked for a tool.
        case toolCall(ToolCall)
        /// The tool's answer.
        case toolOutput(ToolOutput)
        /// What the client tells the model beside what anyone said.
        case instructions(String)

        /// Whether it is what TOM's own tools were asked and answered.
        var isToolWork: Bool {
            switch self {
            case .toolCall, .toolOutput: true
            case .speech, .typed, .keys, .silence, .reply, .instructions: false
            }
        }
    }
}

/// A model's request to run a tool.
public struct ToolCall: Sendable, Equatable, Codable {
    /// The model's own name for this request; unique among those of one answer, before any tool has run.
    public let id: String
    public let name: String
    /// The fields of the JSON object the model gave.
    public let arguments: [String: JSONValue]
    /// Whether it was a tool that the model had been offered; one that it made up is not run, and the model is told so.
    public let isOffered: Bool
    /// Whether the client runs it: then its output comes as an item, and another response is asked for. A remote tool is
    /// the client's to approve of, and runs once it has.
    public let isForClient: Bool
    /// Where it runs, when that is a tool server of the client's.
    public let remote: RemoteTool?

    public init(
        id: String, name: String, arguments: [String: JSONValue], isOffered: Bool = true, isForClient: Bool = false,
        remote: RemoteTool? = nil
    ) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.isOffered = isOffered
        self.isForClient = isForClient
        self.remote = remote
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        // Journals of earlier versions do not say whether it was offered.
        self.init(
            id: try fields.decode(String.self, forKey: .id), name: try fields.decode(String.self, forKey: .name),
            arguments: try fields.decode([String: JSONValue].self, forKey: .arguments),
            isOffered: try fields.decodeIfPresent(Bool.self, forKey: .isOffered) ?? true,
            isForClient: try fields.decodeIfPresent(Bool.self, forKey: .isForClient) ?? false,
            remote: try fields.decodeIfPresent(RemoteTool.self, forKey: .remote))
    }
}

/// A tool of a tool server (MCP) that a client named.
public struct RemoteTool: Sendable, Equatable, Codable {
    /// The server's label, as the client gave it.
    public let server: String
    /// The tool's own name there; models may know it by another.
    public let name: String
    public init(server: String, name: String) {
        self.server = server
        self.name = name
    }
}

extension ToolCall: CustomStringConvertible {
    /// The same for the same call in every process, unlike a dictionary's own description.
    public var description: String {
        let arguments = arguments.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return "\(name)#\(id)(\(arguments.joined(separator: ", ")))"
    }
}

/// What came of a tool call.
public struct ToolOutput: Sendable, Equatable, Codable {
    /// The `id` of the call this answers.
    public let callID: String
    public let succeeded: Bool
    /// What the tool says to the model.
    public let output: String
    public init(callID: String, succeeded: Bool, output: String) {
        self.callID = callID
        self.succeeded = succeeded
        self.output = output
    }
}
