import Foundation

/// Arguments of tools: a JSON object on the wire, flat strings within TOM.
enum ToolArguments {
    /// With sorted keys, so that the same arguments are the same text.
    static func json(_ arguments: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // A dictionary of strings can always be encoded.
        return (try? encoder.encode(arguments)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Values that are no text become their JSON; `null` is left out. `nil` when `json` is no object; no text at all is an empty
    /// one, as models write it for tools without parameters.
    static func parse(_ json: String) -> [String: String]? {
        guard json.contains(where: { !$0.isWhitespace }) else { return [:] }
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
            return nil
        }
        return object.compactMapValues { value in
            switch value {
            case let text as String: text
            case is NSNull: nil
            default:
                (try? JSONSerialization.data(
                    withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]))
                    .map { String(decoding: $0, as: UTF8.self) }
            }
        }
    }
}
