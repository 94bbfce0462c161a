import TomConversation
import TomEngines

/// Tools as the API describes them (JSON Schema).
enum ChatTools {
    static let endCall = BuiltInTool.endCall.rawValue

    struct Tool: Encodable {
        struct Function: Encodable {
            var name: String
            var description: String
            var parameters: JSONValue
        }
        var type = "function"
        var function: Function

        init(_ tool: ToolDescription) {
            function = Function(name: tool.name, description: tool.description, parameters: tool.parameters)
        }
    }

    /// `nil` for none: the API refuses an empty list.
    static func tools(_ tools: [ToolDescription]) -> [Tool]? { tools.isEmpty ? nil : tools.map(Tool.init) }
}
