/// The tools every model has, as the API describes them (JSON Schema).
enum ChatTools {
    static let takeMessage = "take_message"
    static let endCall = "end_call"

    struct Tool: Encodable {
        struct Function: Encodable {
            var name: String
            var description: String
            var parameters: Schema
        }
        struct Schema: Encodable {
            struct Property: Encodable {
                var type = "string"
                var description: String
            }
            var type = "object"
            var properties: [String: Property]
            var required: [String]
        }
        var type = "function"
        var function: Function
    }

    static let all = [
        Tool(
            function: .init(
                name: takeMessage,
                description: "Saves a message for the owner, once the caller has confirmed what was read back.",
                parameters: .init(
                    properties: [
                        "name": .init(description: "Who calls."),
                        "number": .init(description: "Digits of the number to call back, without blanks."),
                        "concern": .init(description: "The message, in the caller's words."),
                    ], required: ["concern"]))),
        Tool(
            function: .init(
                name: endCall, description: "Hangs up after what you say has been heard. Say goodbye with it.",
                parameters: .init(properties: [:], required: []))),
    ]
}
