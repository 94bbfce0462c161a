import Foundation
import NIOCore
import Testing
import TomConversation
import TomServer
import TomSession

@Suite(.timeLimit(.minutes(1)))
struct HTTPTests {
    private struct Listing: MessageListing {
        func latestMessages(limit: Int) async throws -> [ListedMessage] {
            Array(
                repeating: ListedMessage(
                    id: "m1", callID: "c1", taken: Date(timeIntervalSince1970: 0), fields: ["number": "12"],
                    audio: ["name"]), count: min(limit, 3))
        }
    }

    @Test func healthAndReadiness() async throws {
        try await withServer { port, _ in
            #expect(try await TestHTTP.get(port, "/healthz").json["status"] as? String == "ok")
            #expect(try await TestHTTP.get(port, "/readyz").status == 200)
            let head = try await TestHTTP.get(port, "/healthz", method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func unknownPathsAreProblems() async throws {
        try await withServer { port, _ in
            for path in ["/nothing", "/v1/nothing", "/..%2f..%2fetc/passwd"] {
                let response = try await TestHTTP.get(port, path)
                #expect(response.status == 404)
                #expect(response.code == "http.not_found")
            }
        }
    }

    @Test func assetsHaveValidatorsAndTheHeadersOfAStrictPage() async throws {
        let page = Asset(bytes: Array("<!doctype html>".utf8), contentType: "text/html; charset=utf-8")
        try await withServer(assets: { $0.isEmpty ? page : nil }) { port, _ in
            let first = try await TestHTTP.get(port, "/")
            #expect(first.status == 200)
            #expect(first.headers["content-type"] == page.contentType)
            #expect(first.body == page.bytes)
            let policy = try #require(first.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"))
            #expect(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
            #expect(policy.contains("connect-src 'self' ws://127.0.0.1:\(port) wss://127.0.0.1:\(port);"))
            #expect(first.headers["x-content-type-options"] == "nosniff")
            #expect(first.headers["referrer-policy"] == "no-referrer")
            #expect(first.headers["permissions-policy"]?.contains("microphone=(self)") == true)
            let tag = try #require(first.headers["etag"])
            let second = try await TestHTTP.get(port, "/", headers: ["If-None-Match: \"other\", W/\(tag)"])
            #expect(second.status == 304 && second.body.isEmpty)
            #expect(try await TestHTTP.get(port, "/", method: "HEAD").headers["content-length"] == "15")
            // a host that would end the directive is left out
            let strange = try await TestHTTP.get(port, "/", host: "a;script-src")
            #expect(strange.headers["content-security-policy"]?.contains("connect-src 'self';") != false)
        }
    }

    @Test func liveCallsAreListed() async throws {
        var latency = TurnLatency()
        latency.e2eMs = 321
        let told = latency
        let factory = ScriptedFactory { event, link in
            guard case .input(.text(_)) = event else { return }
            link.send(.turnEnded(turn: TurnID(1), response: ResponseID(1), status: .completed, latency: told))
            link.flush()
        }
        try await withServer(factory) { port, _ in
            let socket = try await TestWebSocket.connect(port, "/ws/stream/listed")
            try await socket.send(#"{"type":"text","text":"hello"}"#)
            _ = try await socket.next("turn_end")
            let calls = try await TestHTTP.get(port, "/v1/calls").json["calls"] as? [[String: Any]]
            let call = try #require(calls?.first)
            #expect(calls?.count == 1)
            #expect(call["id"] as? String == "listed" && call["transport"] as? String == "websocket")
            #expect(call["state"] as? String == "listening" && call["turns"] as? Int == 1)
            #expect(call["last_latency_ms"] as? Double == 321)
            #expect(try Date(call["started"] as? String ?? "", strategy: .iso8601).timeIntervalSinceNow > -60)
        }
    }

    @Test func messagesAreListed() async throws {
        try await withServer(messages: Listing()) { port, _ in
            let response = try await TestHTTP.get(port, "/v1/messages?limit=2")
            let messages = try #require(response.json["messages"] as? [[String: Any]])
            #expect(messages.count == 2)
            #expect(messages[0]["call_id"] as? String == "c1")
            #expect(messages[0]["taken"] as? String == "1970-01-01T00:00:00Z")
            #expect(try await TestHTTP.get(port, "/v1/messages?limit=0").status == 400)
        }
    }

    @Test func metricsCountCallsAndRefusals() async throws {
        try await withServer { port, _ in
            let socket = try await TestWebSocket.connect(port)
            _ = try await TestHTTP.get(port, "/ws/stream/call-1", headers: TestHTTP.upgradeHeaders)
            let during = try await TestHTTP.get(port, "/metrics")
            #expect(during.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            #expect(during.text.contains("tom_calls_active 1\n"))
            #expect(during.text.contains("tom_calls_refused_total{code=\"call.already_live\"} 1\n"))
            try await socket.send(#"{"type":"stop"}"#)
            _ = try await socket.closeCode()
            let after = try await TestHTTP.get(port, "/metrics")
            #expect(after.text.contains("tom_calls_active 0\n"))
            let labels = "{reason=\"caller_hung_up\",result=\"completed\",transport=\"websocket\"}"
            #expect(after.text.contains("tom_calls_total\(labels) 1\n"))
            #expect(try promtool(after.text) == "")
        }
    }

    @Test func malformedRequestsAreAnsweredAndClosed() async throws {
        try await withServer { port, _ in
            for bytes in [
                "NONSENSE\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
            ] {
                let socket = try await TestSocket.connect(port)
                socket.post(Array(bytes.utf8))
                #expect(try await socket.read { TestResponse.take(&$0) }.status == 400)
                try await socket.waitForClose()
            }
        }
    }

    @Test func aConnectionThatAsksToBeClosedIs() async throws {
        try await withServer { port, _ in
            for request in [
                "GET /healthz HTTP/1.0\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n",
            ] {
                let socket = try await TestSocket.connect(port)
                try await socket.send(request)
                #expect(try await socket.read { TestResponse.take(&$0) }.status == 200)
                try await socket.waitForClose()
            }
        }
    }

    // MARK: Slow and silent peers

    @Test func aPeerThatSendsOneByteNowAndThenIsClosed() async throws {
        try await withServer(configure: { $0.http.headerTimeout = .milliseconds(300) }) { port, _ in
            let socket = try await TestSocket.connect(port)
            // each byte is activity, and none of them helps
            let drip = Task {
                for byte in Array("GET /healthz HTTP/1.1\r\nX: ".utf8) + Array(repeating: 0x61, count: 10_000) {
                    socket.post([byte])
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            try await socket.waitForClose()
            drip.cancel()
        }
    }

    @Test func aThousandConnectionsThatNeverFinishHarmNobody() async throws {
        let registry = PrometheusRegistry()
        try await withServer(metrics: registry, configure: { $0.http.maxUnfinishedPerAddress = 64 }) { port, _ in
            var idle: [TestSocket] = []
            for number in 0..<1_000 {
                let socket = try await TestSocket.connect(port)
                if number.isMultiple(of: 2) { socket.post(Array("GET /ws/stream/x HTTP/1.1\r\nHost: ".utf8)) }
                idle.append(socket)
            }
            let call = try await TestWebSocket.connect(port)
            #expect(try await call.next().type == "connected")
            // the oldest went to make room
            try await idle[0].waitForClose()
            #expect(registry.render().contains("tom_connections_shed_total{reason=\"per_address\"} 9"))
            for socket in idle { await socket.close() }
        }
    }

    // MARK: Draining

    @Test func drainingLetsLiveCallsFinish() async throws {
        let factory = ScriptedFactory(ScriptedSession.echoing)
        try await withServer(factory) { port, server in
            let call = try await TestWebSocket.connect(port, "/ws/stream/live")
            #expect(try await call.next().type == "connected")
            server.drain()
            while try await TestHTTP.get(port, "/readyz").status != 503 {}
            let refused = try await TestHTTP.get(port, "/ws/stream/b", headers: TestHTTP.upgradeHeaders)
            #expect(refused.status == 503 && refused.code == "server.draining")
            #expect(refused.headers["retry-after"] != nil)
            #expect(try await TestHTTP.get(port, "/healthz").status == 200)
            try await call.send(#"{"type":"text","text":"still served"}"#)
            _ = try await call.next("llm_token")
            try await call.send(#"{"type":"stop"}"#)
            #expect(try await call.closeCode() == 1000)
            // nothing is live any more: the server ends by itself, which `withServer` waits for
        }
    }

    @Test func atTheDeadlineLiveCallsAreToldAndClosed() async throws {
        let factory = ScriptedFactory()
        try await withServer(factory, configure: { $0.drainDeadline = .milliseconds(50) }) { port, server in
            let call = try await TestWebSocket.connect(port)
            #expect(try await call.next().type == "connected")
            server.drain()
            #expect(try await call.next("stopped").json["reason"] as? String == "draining")
            #expect(try await call.closeCode() == 1001)
        }
    }

    @Test func aSecondSignalStopsAtOnce() async throws {
        try await withServer { port, server in
            let call = try await TestWebSocket.connect(port)
            _ = try await call.next()
            server.drain()
            server.stop()
            #expect(try await call.next("stopped").json["reason"] as? String == "draining")
            #expect(try await call.closeCode() == 1001)
        }
    }

    @Test func aTakenPortIsAnError() async throws {
        try await withServer { port, _ in
            await #expect(throws: IOError.self) {
                try await withServer(configure: { $0.port = port }) { _, _ in }
            }
        }
    }
}

/// Runs Prometheus' own check over an exposition; empty when it has nothing to say.
func promtool(_ text: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["promtool", "check", "metrics"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    input.fileHandleForWriting.write(Data(text.utf8))
    try input.fileHandleForWriting.close()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? "" : String(decoding: said, as: UTF8.self)
}
