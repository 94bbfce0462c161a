import Crypto
import Foundation
import HTTPTypes

/// The server's side of the opening handshake (RFC 6455 section 4.2), without any I/O.
struct WebSocketHandshake: Sendable, Equatable {
    /// The value of `Sec-WebSocket-Accept`.
    let accept: String
    /// The subprotocols the client offered, in its order of preference.
    let offered: [String]

    /// Reads a request's handshake.
    /// - Throws: `ServerError` with status 426 when the request does not ask for a WebSocket of version 13, with 400 when it
    ///   does and is malformed.
    init(_ request: HTTPRequest) throws(ServerError) {
        let fields = request.headerFields
        guard request.method == .get, Self.tokens(fields, .upgrade).contains(where: { $0.lowercased() == "websocket" })
        else { throw .upgradeRequired }
        guard Self.tokens(fields, .connection).contains(where: { $0.lowercased() == "upgrade" }) else {
            throw .badHandshake("the Connection header does not name Upgrade")
        }
        guard fields[.secWebSocketVersion] == "13" else { throw .webSocketVersion }
        guard let key = fields[.secWebSocketKey], Data(base64Encoded: key)?.count == 16 else {
            throw .badHandshake("Sec-WebSocket-Key is not 16 bytes in base64")
        }
        let digest = Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))
        accept = Data(digest).base64EncodedString()
        offered = Self.tokens(fields, .secWebSocketProtocol)
    }

    /// The 101's header fields. A subprotocol is named only when the client offered it: clients fail the handshake otherwise.
    func responseFields(supporting subprotocols: [String]) -> HTTPFields {
        var fields: HTTPFields = [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: accept]
        if let chosen = offered.first(where: subprotocols.contains) { fields[.secWebSocketProtocol] = chosen }
        return fields
    }

    /// The elements of a comma-separated header field, over all its lines.
    static func tokens(_ fields: HTTPFields, _ name: HTTPField.Name) -> [String] {
        fields[values: name].flatMap { $0.split(separator: ",") }
            .map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }
}
