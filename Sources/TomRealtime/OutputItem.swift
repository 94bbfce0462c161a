import TomConversation

/// An item that a response puts out.
struct OutputItem: Sendable {
    enum Body: Sendable, Equatable {
        /// `text`: what was told of it so far.
        case reply(text: String, isSpoken: Bool)
        case call(callID: String, name: String, arguments: String)
        case remoteCall(RemoteToolCall)
        /// The call of a remote tool that waits for the client's approval.
        case approvalRequest(RemoteToolCall)
    }

    let place: RealtimeOutputPlace
    /// The core's name for it; `nil` for one that is on no record, and until the core tells of one that was begun
    /// early.
    var id: ItemID?
    /// The item before it.
    var previous: String?
    var body: Body
    /// `inProgress` while it is open.
    var status = RealtimeItem.Status.inProgress
    /// Whether the client has deleted it from the conversation.
    var isDeleted = false
    /// Where its audio goes.
    var target: RealtimeAudioTarget?

    init(_ place: RealtimeOutputPlace, id: ItemID?, previous: String?, _ body: Body) {
        self.place = place
        self.id = id
        self.previous = previous
        self.body = body
    }

    var isOpen: Bool { status == .inProgress }
    var isReply: Bool { if case .reply = body { true } else { false } }

    /// An assistant's message has one part.
    var content: RealtimeContentPlace { RealtimeContentPlace(place, contentIndex: 0) }

    /// As the client is told of it: without its content while that is still to come.
    var item: RealtimeItem {
        let kind: RealtimeItem.Kind =
            switch body {
            case .reply where isOpen: .message(.assistant, [])
            case .reply(let text, true): .message(.assistant, [.audio(audio: nil, transcript: text)])
            case .reply(let text, false): .message(.assistant, [.text(text)])
            case .call(let callID, let name, let arguments):
                .functionCall(callID: callID, name: name, arguments: status == .completed ? arguments : "")
            case .remoteCall(let call): call.kind
            case .approvalRequest(let call): call.request
            }
        return RealtimeItem(id: place.item, status: status, kind: kind)
    }
}

/// A call of a tool that TOM reaches at a remote tool server (MCP) of the client's.
struct RemoteToolCall: Sendable, Equatable {
    let server: String
    /// The core's name for it.
    let id: String
    let name: String
    /// JSON text.
    let arguments: String
    /// The name of the item by which the client approved of it.
    var approvalRequest: String?
    var outcome: Outcome?

    enum Outcome: Sendable, Equatable {
        case output(String)
        case failed(String)
    }

    var kind: RealtimeItem.Kind {
        var members: [String: JSONValue] = [
            "server_label": .string(server), "name": .string(name), "arguments": .string(arguments),
        ]
        if let approvalRequest { members["approval_request_id"] = .string(approvalRequest) }
        switch outcome {
        case .output(let output): members["output"] = .string(output)
        case .failed(let message):
            members["error"] = ["type": "tool_execution_error", "message": .string(message)]
        case nil: break
        }
        return .mcp(type: "mcp_call", members)
    }

    /// The item that asks for approval.
    var request: RealtimeItem.Kind {
        .mcp(
            type: "mcp_approval_request",
            ["server_label": .string(server), "name": .string(name), "arguments": .string(arguments)])
    }
}

extension RemoteToolCall {
    init(_ tool: RemoteTool, _ call: ToolCall) {
        self.init(server: tool.server, id: call.id, name: tool.name, arguments: call.argumentsText)
    }
}
