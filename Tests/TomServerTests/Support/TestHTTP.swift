import Foundation

/// A response as it came off the wire.
struct TestResponse: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }
    /// `error` of a refusal of OpenAI's API.
    var apiError: [String: Any] { json["error"] as? [String: Any] ?? [:] }
    /// `code` of a problem.
    var code: String? { json["code"] as? String }

    /// Takes one response off the front of `bytes`; `nil` while it is not whole.
    static func take(_ bytes: inout [UInt8], head: Bool = false) -> TestResponse? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        }
        if headers["transfer-encoding"] == "chunked", !head {
            guard let (body, rest) = chunks(bytes[end.upperBound...]) else { return nil }
            bytes = Array(rest)
            return TestResponse(status: status, headers: headers, body: body)
        }
        let length = head || status == 304 || status == 101 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        guard bytes.count - end.upperBound >= length else { return nil }
        let body = Array(bytes[end.upperBound..<end.upperBound + length])
        bytes.removeFirst(end.upperBound + length)
        return TestResponse(status: status, headers: headers, body: body)
    }

    /// The body of a chunked response (RFC 9112 section 7.1) and what follows it; `nil` while it is not whole.
    private static func chunks(_ bytes: ArraySlice<UInt8>) -> (body: [UInt8], rest: ArraySlice<UInt8>)? {
        var body: [UInt8] = []
        var rest = bytes
        while let end = rest.firstRange(of: [13, 10]) {
            let line = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
            guard let size = Int(line, radix: 16) else { return nil }
            guard rest.endIndex - end.upperBound >= size + 2 else { return nil }
            body += rest[end.upperBound..<end.upperBound + size]
            rest = rest[(end.upperBound + size + 2)...]
            if size == 0 { return (body, rest) }
        }
        return nil
    }
}

enum TestHTTP {
    /// One request on a connection of its own.
    static func get(
        _ port: Int, _ path: String, method: String = "GET", host: String? = nil, headers: [String] = []
    ) async throws -> TestResponse {
        let socket = try await TestSocket.connect(port)
        try await socket.send(request(port, path, method: method, host: host, headers: headers))
        let response = try await socket.read { TestResponse.take(&$0, head: method == "HEAD") }
        await socket.close()
        return response
    }

    /// One request with a body on a connection of its own.
    static func post(
        _ port: Int, _ path: String, _ body: [UInt8], host: String? = nil, headers: [String] = []
    ) async throws -> TestResponse {
        let socket = try await TestSocket.connect(port)
        let head = request(
            port, path, method: "POST", host: host, headers: headers + ["Content-Length: \(body.count)"])
        try await socket.send(Array(head.utf8) + body)
        let response = try await socket.read { TestResponse.take(&$0) }
        await socket.close()
        return response
    }

    static func post(
        _ port: Int, _ path: String, json: String, host: String? = nil, headers: [String] = []
    ) async throws -> TestResponse {
        try await post(
            port, path, Array(json.utf8), host: host, headers: headers + ["Content-Type: application/json"])
    }

    static func request(
        _ port: Int, _ path: String, method: String = "GET", host: String? = nil, headers: [String] = []
    ) -> String {
        (["\(method) \(path) HTTP/1.1", "Host: \(host ?? "127.0.0.1:\(port)")"] + headers + ["", ""])
            .joined(separator: "\r\n")
    }

    static let upgradeHeaders = [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
}
