import TomConversation

extension ToolDescription {
    /// Saves a message; its arguments are the parts of a message as words.
    public static let takeMessage = ToolDescription(
        name: BuiltInTool.takeMessage.rawValue,
        description: "Saves a message for the owner, once the caller has confirmed what was read back.",
        parameters: [
            "type": "object",
            "properties": [
                "name": ["type": "string", "description": "Who calls."],
                "number": ["type": "string", "description": "Digits of the number to call back, without blanks."],
                "concern": ["type": "string", "description": "The message, in the caller's words."],
            ],
            "required": ["concern"],
        ])

    /// Ends the call. Language models turn it into ``ResponseEvent/endsCall``; nothing is run.
    public static let endCall = ToolDescription(
        name: BuiltInTool.endCall.rawValue,
        description: "Hangs up after what you say has been heard. Say goodbye with it.",
        parameters: ["type": "object", "properties": [:]])

    /// Hands the call to one of `targets`; `nil` when there is none.
    public static func transferCall(to targets: [Agent.TransferTarget]) -> ToolDescription? {
        guard !targets.isEmpty else { return nil }
        let list = targets.map { "\($0.name): \($0.description)" }.joined(separator: "; ")
        return ToolDescription(
            name: BuiltInTool.transferCall.rawValue,
            description: "Hands the call to somebody else. Tell the caller first. \(list)",
            parameters: [
                "type": "object",
                "properties": ["target": ["type": "string", "enum": .array(targets.map { .string($0.name) })]],
                "required": ["target"],
            ])
    }
}
