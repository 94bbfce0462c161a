import Foundation
import TomConversation

/// The messages of the Model Context Protocol: JSON-RPC 2.0.
///
/// See: Model Context Protocol 2025-11-25, "Base protocol". Revisions since 2025-03-26 are spoken, all of which begin with
/// `initialize`; the revision 2026-07-28, which does not, is not.
enum MCPMessage: Equatable {
    /// The server answers the request with this id.
    case result(id: Int64, JSONValue)
    /// - Parameter code: JSON-RPC's, such as -32602.
    case error(id: Int64?, code: Int64)
    /// The server asks something of the client; its id is given back as it came.
    case request(id: JSONValue, method: String)
    case notification(method: String)

    /// What the client would speak.
    static let version = "2025-11-25"
    /// What it goes along with.
    static let versions = ["2025-03-26", "2025-06-18", version]

    /// Reads one message, or several in an array (a batch, as the revision 2025-03-26 allows); what is neither is left out.
    /// - Throws: when `data` is not JSON.
    static func read(_ data: Data) throws -> [MCPMessage] {
        let json = try JSONDecoder().decode(JSONValue.self, from: data)
        return (json.elements ?? [json]).compactMap(MCPMessage.init)
    }

    private init?(_ json: JSONValue) {
        let id = json["id"]
        if let method = json["method"]?.text {
            self = if let id, id != .null { .request(id: id, method: method) } else { .notification(method: method) }
            return
        }
        let number: Int64? = if case .integer(let number)? = id { number } else { nil }
        if let result = json["result"], let number {
            self = .result(id: number, result)
        } else if let error = json["error"] {
            let code: Int64 = if case .integer(let code)? = error["code"] { code } else { 0 }
            self = .error(id: number, code: code)
        } else {
            return nil
        }
    }

    // MARK: Writing

    static func request(id: Int64, _ method: String, _ parameters: JSONValue) -> Data {
        encode(["jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": parameters])
    }

    static func notification(_ method: String, _ parameters: JSONValue = [:]) -> Data {
        encode(["jsonrpc": "2.0", "method": .string(method), "params": parameters])
    }

    /// The answer to a request of the server: an empty result to `ping`, and that there is no such method to everything else.
    static func answer(id: JSONValue, method: String) -> Data {
        guard method != "ping" else { return encode(["jsonrpc": "2.0", "id": id, "result": [:]]) }
        return encode(
            ["jsonrpc": "2.0", "id": id, "error": ["code": -32_601, "message": "the client has no such method"]])
    }

    private static func encode(_ json: JSONValue) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Numbers that JSON cannot hold never come out of JSON either.
        return (try? encoder.encode(json)) ?? Data("{}".utf8)
    }
}
