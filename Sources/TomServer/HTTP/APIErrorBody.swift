import HTTPTypes
import Hummingbird
import TomErrors

/// A refusal as OpenAI's API writes it: `{"error": {"message", "type", "code", "param"}}`.
struct APIErrorBody: Encodable {
    let error: Fields

    struct Fields: Encodable {
        let message: String
        let type: String
        let code: String
        let param: String?

        enum CodingKeys: String, CodingKey { case message, type, code, param }

        /// Writes `null` where there is no member at fault: clients read all four.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(message, forKey: .message)
            try container.encode(type, forKey: .type)
            try container.encode(code, forKey: .code)
            try container.encode(param, forKey: .param)
        }
    }

    init(_ refusal: ServerError) {
        let sentence = refusal.message.prefix(1).uppercased() + refusal.message.dropFirst()
        error = Fields(
            message: [sentence.hasSuffix(".") ? sentence : sentence + ".", refusal.hint].compactMap(\.self)
                .joined(separator: " "),
            type: Self.type(refusal), code: Self.code(refusal),  // that of a refused scope is the scope
            param: refusal.status == 403 ? nil : refusal.parameter)
    }

    /// Whether the API's clients ask for this path.
    static func isUsed(at path: String) -> Bool {
        ["/v1/realtime", "/v1/models", "/v1/audio"].contains { path == $0 || path.hasPrefix($0 + "/") }
    }

    /// The hosted API calls a wrong key an invalid request too.
    private static func type(_ refusal: ServerError) -> String {
        switch refusal.category {
        case .authentication, .invalidRequest: "invalid_request_error"
        case .authorization: "permission_error"
        case .rateLimit: "rate_limit_error"
        default: "server_error"
        }
    }

    /// The API's code where it has one, which clients look for; else TOM's.
    private static func code(_ refusal: ServerError) -> String {
        switch refusal.status {
        case 401: "invalid_api_key"
        case 403 where refusal.code == ServerError.missingScope(.operator).code: "insufficient_permissions"
        case 429: "rate_limit_exceeded"
        default: refusal.code
        }
    }
}
