import Foundation

/// A frame as the server sent it.
struct TestFrame: Sendable, Equatable {
    var opcode: UInt8
    var payload: [UInt8]
    var text: String { String(decoding: payload, as: UTF8.self) }
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(payload))) as? [String: Any] ?? [:] }
    var type: String? { json["type"] as? String }
    var closeCode: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }

    /// Takes one server frame off the front; `nil` while it is not whole.
    static func take(_ bytes: inout [UInt8]) -> TestFrame? {
        guard bytes.count >= 2 else { return nil }
        var length = Int(bytes[1] & 0x7F)
        var header = 2
        if length >= 126 {
            header = length == 126 ? 4 : 10
            guard bytes.count >= header else { return nil }
            length = bytes[2..<header].reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes.count >= header + length else { return nil }
        let frame = TestFrame(opcode: bytes[0] & 0x0F, payload: Array(bytes[header..<header + length]))
        bytes.removeFirst(header + length)
        return frame
    }

    /// A client frame.
    static func bytes(
        _ opcode: UInt8, _ payload: some Collection<UInt8>, final: Bool = true, masked: Bool = true, reserved: UInt8 = 0
    ) -> [UInt8] {
        var bytes = [(final ? 0x80 : 0) | reserved | opcode]
        let flag: UInt8 = masked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(flag | UInt8(payload.count))
        case ..<65_536: bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
        default: bytes += [flag | 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: payload.count >> ($0 * 8)) }
        }
        guard masked else { return bytes + payload }
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }
}

/// A WebSocket client that can also misbehave.
struct TestWebSocket: Sendable {
    let socket: TestSocket
    let response: TestResponse

    struct Refused: Error { var response: TestResponse }

    /// - Parameter early: sent in the same segment as the request.
    static func connect(
        _ port: Int, _ path: String = "/ws/stream/call-1", headers: [String] = [], early: [UInt8] = [],
        reading: Bool = true
    ) async throws -> TestWebSocket {
        let socket = try await TestSocket.connect(port, reading: reading)
        let request = TestHTTP.request(port, path, headers: TestHTTP.upgradeHeaders + headers)
        try await socket.send(Array(request.utf8) + early)
        guard reading else { return TestWebSocket(socket: socket, response: .init(status: 0, headers: [:], body: [])) }
        let response = try await socket.read { TestResponse.take(&$0) }
        guard response.status == 101 else { throw Refused(response: response) }
        return TestWebSocket(socket: socket, response: response)
    }

    func send(_ text: String) async throws { try await socket.send(TestFrame.bytes(1, Array(text.utf8))) }
    func send(binary: [UInt8]) async throws { try await socket.send(TestFrame.bytes(2, binary)) }
    func next() async throws -> TestFrame { try await socket.read { TestFrame.take(&$0) } }

    /// The next frame that is an event of this type; others are passed over.
    func next(_ type: String) async throws -> TestFrame {
        while true {
            let frame = try await next()
            if frame.type == type { return frame }
            if frame.opcode == 8 { throw TestSocket.Closed() }
        }
    }

    /// The code of the close frame, whatever comes before it; `nil` when it has none.
    func closeCode() async throws -> Int? {
        while true {
            let frame = try await next()
            if frame.opcode == 8 { return frame.closeCode }
        }
    }
}
