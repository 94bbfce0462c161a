import Foundation
import TomConversation

/// Arguments of tools as the text that models write and read: a JSON object.
enum ToolArguments {
    /// With sorted keys, so that the same arguments are the same text.
    static func json(_ arguments: [String: JSONValue]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers that JSON cannot hold never come out of JSON either.
        return (try? encoder.encode(arguments)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Fields that are `null` are left out: models write it for what they do not know. `nil` when `json` is no object; no text at
    /// all is an empty one, as models write it for tools without parameters.
    static func parse(_ json: String) -> [String: JSONValue]? {
        guard json.contains(where: { !$0.isWhitespace }) else { return [:] }
        guard case .object(let fields)? = try? JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)) else {
            return nil
        }
        return fields.filter { $0.value != .null }
    }
}
