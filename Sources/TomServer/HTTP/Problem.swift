import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// A refusal as RFC 9457 problem details, with TOM's `code` and `hint` beside the standard members.
struct Problem: Encodable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    /// The request's path; never its query, which may hold a token.
    let instance: String
    let code: String
    let hint: String?

    init(_ error: ServerError, path: String) {
        type = "about:blank"
        title = Self.status(error.status).reasonPhrase
        status = error.status
        detail = error.message
        instance = String(path.prefix(256))
        code = error.code
        hint = error.hint
    }

    /// swift-http-types knows no phrase for a number that is not a literal; NIO does.
    private static func status(_ code: Int) -> HTTPResponse.Status {
        .init(code: code, reasonPhrase: HTTPResponseStatus(statusCode: code).reasonPhrase)
    }

    /// The whole response, with the header fields that the status asks for; its body is the API's for the API's clients.
    static func response(_ error: ServerError, path: String) -> Response {
        let isForAPI = APIErrorBody.isUsed(at: path)
        var headers: HTTPFields = [
            .contentType: isForAPI ? "application/json" : "application/problem+json", .cacheControl: "no-store",
        ]
        switch error.status {
        case 401:
            // RFC 6750 section 3: no error code when no token was sent
            let fault = nothingSent.contains(error.code) ? "" : ", error=\"invalid_token\""
            headers[.wwwAuthenticate] = "Bearer realm=\"tom\"" + fault
        case 403 where error.code == ServerError.missingScope(.operator).code:
            let scope = error.parameter ?? ""
            headers[.wwwAuthenticate] = "Bearer realm=\"tom\", error=\"insufficient_scope\", scope=\"\(scope)\""
        case 426:
            headers[.upgrade] = "websocket"
            headers[.secWebSocketVersion] = "13"
            // RFC 9110 section 7.8: Upgrade is hop by hop
            headers[.connection] = "Upgrade"
        default: break
        }
        if let seconds = error.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        return Response(
            status: status(error.status), headers: headers,
            body: isForAPI ? JSONBody.encode(APIErrorBody(error)) : JSONBody.encode(Problem(error, path: path)))
    }

    private static let nothingSent = Set(
        [ServerError.missingToken, .localCallsOnly, .missingKey, .localOnly].map(\.code))
}

/// JSON as the HTTP API writes it.
enum JSONBody {
    static func encode(_ value: some Encodable) -> ResponseBody {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        // every value encoded here is a struct of strings and finite numbers: it cannot fail
        let data = (try? encoder.encode(value)) ?? Data("{}".utf8)
        return ResponseBody(byteBuffer: ByteBuffer(bytes: data))
    }
}
