import Foundation
import HTTPTypes

/// The token a request carries, wherever it carries it.
enum PresentedToken: Sendable, Equatable {
    case none
    case token(String)
    /// Different tokens in different places: accepting either would hide a mistake or an attack.
    case conflicting

    /// The longest token looked at.
    static let maxLength = 8_192

    /// - Parameters:
    ///   - query: the values of the query's `t`.
    init(_ fields: HTTPFields, query: [String]) {
        self.init(Self.sent(fields, subprotocol: "bearer.").union(query))
    }

    /// The key of a request to OpenAI's API: in the header, or as the subprotocol that a browser can send.
    init(apiKeyOf fields: HTTPFields) {
        self.init(Self.sent(fields, subprotocol: "openai-insecure-api-key."))
    }

    private init(_ found: Set<String>) {
        switch found.count {
        case 0: self = .none
        case 1: self = .token(found.first ?? "")
        default: self = .conflicting
        }
    }

    private static func sent(_ fields: HTTPFields, subprotocol prefix: String) -> Set<String> {
        var found = Set<String>()
        for value in fields[values: .authorization] {
            let parts = value.split(separator: " ", maxSplits: 1)
            // another scheme, such as a proxy's Basic, is not a token for TOM
            guard parts.first?.lowercased() == "bearer" else { continue }
            found.insert(parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        for offered in WebSocketHandshake.tokens(fields, .secWebSocketProtocol) where offered.hasPrefix(prefix) {
            found.insert(String(offered.dropFirst(prefix.count)))
        }
        return found
    }
}
