import Foundation
import Testing
import TomServer

@Suite(.timeLimit(.minutes(1)))
struct HandshakeTests {
    @Test func aCallBeginsWithConnected() async throws {
        try await withServer { port, _ in
            let socket = try await TestWebSocket.connect(port, headers: ["Sec-WebSocket-Protocol: foo, tom.v1"])
            // RFC 6455 section 1.3 gives this key and answer
            #expect(socket.response.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
            #expect(socket.response.headers["sec-websocket-protocol"] == "tom.v1")
            let connected = try await socket.next()
            #expect(connected.type == "connected")
            #expect(connected.json["call_id"] as? String == "call-1")
        }
    }

    @Test func aSubprotocolThatWasNotOfferedIsNotNamed() async throws {
        try await withServer { port, _ in
            let socket = try await TestWebSocket.connect(port)
            #expect(socket.response.headers["sec-websocket-protocol"] == nil)
            let other = try await TestWebSocket.connect(
                port, "/ws/stream/b", headers: ["Sec-WebSocket-Protocol: other"])
            #expect(other.response.headers["sec-websocket-protocol"] == nil)
        }
    }

    @Test func anEagerClientsFramesAreNotLost() async throws {
        let factory = ScriptedFactory(ScriptedSession.echoing)
        try await withServer(factory) { port, _ in
            let early = TestFrame.bytes(1, Array(#"{"type":"text","text":"early"}"#.utf8))
            let socket = try await TestWebSocket.connect(port, early: early)
            #expect(try await socket.next().type == "connected")
            #expect(try await socket.next("llm_token").json["text"] as? String == "early")
        }
    }

    @Test func aKeptConnectionMayUpgradeLater() async throws {
        try await withServer { port, _ in
            let socket = try await TestSocket.connect(port)
            for _ in 0..<2 {
                try await socket.send(TestHTTP.request(port, "/healthz"))
                #expect(try await socket.read { TestResponse.take(&$0) }.status == 200)
            }
            try await socket.send(TestHTTP.request(port, "/ws/stream/later", headers: TestHTTP.upgradeHeaders))
            #expect(try await socket.read { TestResponse.take(&$0) }.status == 101)
            #expect(try await socket.read { TestFrame.take(&$0) }.type == "connected")
        }
    }

    @Test(arguments: [
        (
            ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"],
            "/healthz", 200
        ),
        (["Upgrade: h2c", "Connection: Upgrade"], "/ws/stream/a", 426),
        ([], "/ws/stream/a", 426),
        (["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"], "/ws/stream/a", 400),
        (
            ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: c2hvcnQ="],
            "/ws/stream/a", 400
        ),
        (
            [
                "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 8",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ], "/ws/stream/a", 426
        ),
        (TestHTTP.upgradeHeaders, "/ws/stream/with%20space", 400),
        (TestHTTP.upgradeHeaders, "/ws/stream/" + String(repeating: "x", count: 101), 400),
        (TestHTTP.upgradeHeaders, "/ws/elsewhere/a", 404),
        (TestHTTP.upgradeHeaders, "/ws/stream/a/b", 404),
    ])
    func refusalsAreAnswered(headers: [String], path: String, status: Int) async throws {
        try await withServer { port, _ in
            let response = try await TestHTTP.get(port, path, headers: headers)
            #expect(response.status == status)
            guard status >= 400 else { return }
            #expect(response.headers["content-type"] == "application/problem+json")
            for member in ["type", "title", "status", "detail", "instance", "code", "hint"] {
                #expect(response.json[member] != nil, "\(member)")
            }
            #expect((response.json["title"] as? String)?.isEmpty == false)
            if status == 426 { #expect(response.headers["upgrade"] == "websocket") }
        }
    }

    @Test func anEncodedCallIDIsTheSameCallID() async throws {
        try await withServer { port, _ in
            let socket = try await TestWebSocket.connect(port, "/ws/stream/a%3Ab")
            #expect(try await socket.next().json["call_id"] as? String == "a:b")
        }
    }

    @Test func aLiveCallIDIsRefusedAndFreedAtItsEnd() async throws {
        let factory = ScriptedFactory()
        try await withServer(factory) { port, _ in
            let first = try await TestWebSocket.connect(port, "/ws/stream/same")
            let second = try await TestHTTP.get(port, "/ws/stream/same", headers: TestHTTP.upgradeHeaders)
            #expect(second.status == 409)
            try await first.send(#"{"type":"stop"}"#)
            #expect(try await first.closeCode() == 1000)
            _ = try await TestWebSocket.connect(port, "/ws/stream/same")
        }
    }

    /// Browsers hide the status of a refused handshake from their pages, which ask again with a plain GET.
    @Test func aPlainGETLearnsWhyACallWouldBeRefused() async throws {
        try await withServer(ScriptedFactory(), configure: { $0.maxCalls = 1 }) { port, _ in
            #expect(try await TestHTTP.get(port, "/ws/stream/a", headers: []).status == 426)
            let first = try await TestWebSocket.connect(port, "/ws/stream/a")
            #expect(try await TestHTTP.get(port, "/ws/stream/a", headers: []).code == "call.already_live")
            #expect(try await TestHTTP.get(port, "/ws/stream/b", headers: []).code == "limit.capacity")
            try await first.send(#"{"type":"stop"}"#)
            _ = try await first.closeCode()
            _ = try await TestWebSocket.connect(port, "/ws/stream/b")
        }
    }

    @Test func slotsAreBounded() async throws {
        try await withServer(configure: { $0.maxCalls = 1 }) { port, _ in
            let first = try await TestWebSocket.connect(port, "/ws/stream/a")
            let second = try await TestHTTP.get(port, "/ws/stream/b", headers: TestHTTP.upgradeHeaders)
            #expect(second.status == 503)
            #expect(second.headers["retry-after"] != nil)
            #expect(second.code == "limit.capacity")
            try await first.send(#"{"type":"stop"}"#)
            _ = try await first.closeCode()
            _ = try await TestWebSocket.connect(port, "/ws/stream/b")
        }
    }

    @Test func connectionsOfOneAddressAreRateLimited() async throws {
        try await withServer(configure: { $0.rates.connectionsPerMinute = 2 }) { port, _ in
            for id in ["a", "b"] { _ = try await TestWebSocket.connect(port, "/ws/stream/\(id)") }
            let third = try await TestHTTP.get(port, "/ws/stream/c", headers: TestHTTP.upgradeHeaders)
            #expect(third.status == 429)
            #expect(Int(third.headers["retry-after"] ?? "") ?? 0 > 0)
            #expect(try await TestHTTP.get(port, "/healthz").status == 200)
        }
    }
}
