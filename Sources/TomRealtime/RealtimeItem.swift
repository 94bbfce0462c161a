public import TomConversation

/// An item of a conversation as the Realtime API writes it, by a client that creates one or a server that tells of one.
public struct RealtimeItem: Sendable, Equatable {
    public enum Role: String, Sendable, CaseIterable { case user, assistant, system }
    public enum Status: String, Sendable, CaseIterable { case inProgress = "in_progress", completed, incomplete }

    public enum Part: Sendable, Equatable {
        /// `input_text`, or `output_text` of the assistant's.
        case text(String)
        /// `input_audio`, or `output_audio` of the assistant's. `audio`: base64, `nil` where the message leaves it out.
        case audio(audio: String?, transcript: String?)
        case image(url: String, detail: String?)
    }

    public enum Kind: Sendable, Equatable {
        case message(Role, [Part])
        /// `arguments`: JSON text.
        case functionCall(callID: String, name: String, arguments: String)
        case functionCallOutput(callID: String, output: String)
        /// `mcp_list_tools`, `mcp_call`, `mcp_approval_request` or `mcp_approval_response`, with all its members
        /// but `id`, `object`, `type` and `status`.
        case mcp(type: String, [String: JSONValue])
    }

    /// The client's own, or the server's (`item_...`); `nil` only in what a client sends.
    public var id: String?
    public var status: Status?
    public var kind: Kind

    public init(id: String?, status: Status?, kind: Kind) {
        self.id = id
        self.status = status
        self.kind = kind
    }
}
