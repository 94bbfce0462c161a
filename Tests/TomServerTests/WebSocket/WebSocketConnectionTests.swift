import Foundation
import NIOCore
import Testing
import TomConversation
import TomSession
import TomTestKit

@testable import TomServer

/// The WebSocket layer by itself, over a real port with the echo endpoint.
@Suite(.timeLimit(.minutes(1)))
struct WebSocketConnectionTests {
    private func withEcho(
        configure: (inout ServerConfiguration) -> Void = { _ in },
        headers: [String] = [], _ body: @escaping @Sendable (TestWebSocket) async throws -> Void
    ) async throws {
        try await withServer(configure: {
            $0.serveEcho(on: "/echo")
            configure(&$0)
        }) { port, _ in
            try await body(try await TestWebSocket.connect(port, "/echo", headers: headers))
        }
    }

    @Test func echoesTextBinaryAndFragments() async throws {
        try await withEcho { socket in
            try await socket.send("hello")
            #expect(try await socket.next() == TestFrame(opcode: 1, payload: Array("hello".utf8)))
            let long = (0..<65_536).map { UInt8(truncatingIfNeeded: $0) }
            try await socket.send(binary: long)
            #expect(try await socket.next() == TestFrame(opcode: 2, payload: long))
            try await socket.socket.send(
                TestFrame.bytes(1, Array("one ".utf8), final: false) + TestFrame.bytes(9, [7])
                    + TestFrame.bytes(0, Array("two".utf8)))
            #expect(try await socket.next() == TestFrame(opcode: 10, payload: [7]))
            #expect(try await socket.next().text == "one two")
        }
    }

    @Test func aCloseIsAnsweredWithItsCodeAndTheSocketClosed() async throws {
        try await withEcho { socket in
            try await socket.socket.send(TestFrame.bytes(8, [0x0F, 0xA1]))
            #expect(try await socket.closeCode() == 4001)
            try await socket.socket.waitForClose()
        }
    }

    @Test(arguments: [
        (TestFrame.bytes(1, [0x61], masked: false), 1002), (TestFrame.bytes(1, [0x61], reserved: 0x40), 1002),
        (TestFrame.bytes(3, []), 1002), (TestFrame.bytes(8, [1]), 1002), (TestFrame.bytes(1, [0xFF]), 1007),
        (TestFrame.bytes(2, Array(repeating: 0, count: 65_537)), 1009),
    ])
    func violationsAreToldAndTheSocketClosed(bytes: [UInt8], code: Int) async throws {
        try await withEcho { socket in
            // what still comes behind the violation must not reset the connection before the close frame is read
            try await socket.socket.send(bytes + Array(repeating: 0, count: 10_000))
            #expect(try await socket.closeCode() == code)
            try await socket.socket.waitForClose()
        }
    }

    @Test func aPeerThatClosesItsSendingSideIsClosed() async throws {
        try await withEcho { socket in
            try await socket.send("last")
            try await socket.socket.closeOutput()
            #expect(try await socket.next().text == "last")
            try await socket.socket.waitForClose()
        }
    }

    @Test func aPeerThatDoesNotReadIsDropped() async throws {
        let factory = ScriptedFactory { told, link in
            guard case .begin = told else { return }
            // more than kernel buffers take, in pieces as a session would send them
            let frame = [UInt8](repeating: 0, count: 16_000)
            for seq in 0..<2_000 {
                frame.withUnsafeBytes {
                    link.sendAudio($0, response: .init(1), turn: .init(1), seq: seq)
                }
                link.flush()
            }
        }
        try await withServer(factory, configure: { $0.webSocket.maxOutboundBytes = 1_048_576 }) { port, _ in
            _ = try await TestWebSocket.connect(port, reading: false)
            await factory.wait { $0.contains(.end(.init(result: .failed, reason: .unresponsive))) }
        }
    }

    @Test func aPeerThatReadsTooSlowlyIsDroppedInTime() async throws {
        let factory = ScriptedFactory { told, link in
            guard case .begin = told else { return }
            let frame = [UInt8](repeating: 0, count: 16_000)
            var seq = 0
            // stops where a playout would: when the transport says that it is not writable any more
            while link.isWritable {
                frame.withUnsafeBytes { link.sendAudio($0, response: .init(1), turn: .init(1), seq: seq) }
                link.flush()
                seq += 1
            }
        }
        try await withServer(factory, configure: { $0.webSocket.writeStallTimeout = .milliseconds(100) }) { port, _ in
            _ = try await TestWebSocket.connect(port, reading: false)
            await factory.wait { $0.contains(.end(.init(result: .failed, reason: .unresponsive))) }
        }
    }
}
