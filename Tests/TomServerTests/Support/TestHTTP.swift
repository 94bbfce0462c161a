import Foundation

/// A response as it came off the wire.
struct TestResponse: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }
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
        let length = head || status == 304 || status == 101 ? 0 : Int(headers["content-length"] ?? "0") ?? 0
        guard bytes.count - end.upperBound >= length else { return nil }
        let body = Array(bytes[end.upperBound..<end.upperBound + length])
        bytes.removeFirst(end.upperBound + length)
        return TestResponse(status: status, headers: headers, body: body)
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
