import AsyncHTTPClient
import Foundation
import NIOCore
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Webhooks: what is sent, when it is sent again, and what a model is told whatever the other side does.
@Suite("Webhooks", .timeLimit(.minutes(1)))
struct WebhookTests {
    typealias Step = ScriptedHTTP.Step

    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let schema: JSONValue = [
        "type": "object", "required": ["order"], "properties": ["order": ["type": "string"], "n": ["type": "array"]],
    ]

    private func tool(
        port: Int, http: HTTPClient, host: String = "127.0.0.1", retries: Int = 2, limit: Duration = .seconds(10),
        secrets: [String: String] = ["TOOL_SECRET_A": secret, "TOOL_SECRET_B": "Bearer b"]
    ) throws -> WebhookTool {
        try WebhookTool(
            .init(
                name: "look_up", description: "Finds.", parameters: try JSONSchema(parameters: Self.schema),
                url: "http://\(host):\(port)/hook?x=1", secret: "TOOL_SECRET_A",
                headers: ["Authorization": "TOOL_SECRET_B"], retries: retries),
            secret: { secrets[$0] }, limit: limit, egress: EgressPolicy(allowsPublic: false), http: http,
            now: { Date(timeIntervalSince1970: 1_614_265_330) })
    }

    private func run(
        _ scripts: [[Step]], arguments: [String: JSONValue] = ["order": "Erika 7"], retries: Int = 2,
        limit: Duration = .seconds(10)
    ) async throws -> (result: ToolResult, requests: [String]) {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(inTurn: scripts) { server in
                let tool = try tool(port: server.port, http: http, retries: retries, limit: limit)
                let result = await tool.run(
                    ToolCall(id: "c1", name: "look_up", arguments: arguments),
                    from: ToolOrigin(callID: "call-7", agentID: "shop"))
                return (result, server.requests)
            }
        }
    }

    private static func answer(_ status: String, _ body: String, _ fields: [String] = []) -> [Step] {
        [ScriptedHTTP.head(status, fields), .text(body), .close]
    }

    private func field(_ name: String, _ request: String) -> String? {
        request.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name.lowercased()): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }

    // MARK: Requests

    /// The example of Standard Webhooks.
    @Test func theSignatureIsTheStandards() throws {
        let signature = try #require(WebhookSignature(secret: Self.secret))
        #expect(
            signature.sign(
                id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Data(#"{"test": 2432232314}"#.utf8))
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(WebhookSignature(secret: "short") == nil && WebhookSignature(secret: "whsec_aGFsbG8=") == nil)
    }

    @Test func argumentsStayJSONAndAreSigned() async throws {
        let (result, requests) = try await run(
            [Self.answer("200 OK", #"{"state":"sent"}"#)], arguments: ["order": "Grün/7", "n": [1, 2.5, ["x": .null]]])
        #expect(result == ToolResult(#"{"state":"sent"}"#, .ok))
        let request = try #require(requests.first)
        #expect(request.hasPrefix("POST /hook?x=1 HTTP/1.1\r\n") && field("Authorization", request) == "Bearer b")
        let end = try #require(request.range(of: "\r\n\r\n")).upperBound
        let body = Data(request[end...].unicodeScalars.map { UInt8($0.value) })
        let json = try JSONDecoder().decode(JSONValue.self, from: body)
        #expect(json["type"] == "tool.call" && json["timestamp"] == "2021-02-25T15:02:10.000Z")
        #expect(
            json["data"] == [
                "tool": "look_up", "call_id": "call-7", "agent": "shop",
                "arguments": ["order": "Grün/7", "n": [1, 2.5, ["x": .null]]],
            ])
        let id = try #require(field("webhook-id", request))
        #expect(field("Idempotency-Key", request) == id && field("webhook-timestamp", request) == "1614265330")
        #expect(
            field("webhook-signature", request)
                == WebhookSignature(secret: Self.secret)?.sign(id: id, timestamp: 1_614_265_330, body: body))
    }

    @Test func argumentsThatDoNotFitAreNotSent() async throws {
        let (result, requests) = try await run([Self.answer("200 OK", "{}")], arguments: ["n": 1])
        #expect(result == ToolResult("The arguments do not fit: 'order' is missing.", .invalid) && requests.isEmpty)
    }

    @Test func secretsThatAreMissingOrBadStopTheStart() async throws {
        try await withHTTP { http in
            for secrets in [["TOOL_SECRET_B": "b"], ["TOOL_SECRET_A": "sk-1"], ["TOOL_SECRET_A": Self.secret]] {
                let error = #expect(throws: EngineError.self) { try tool(port: 1, http: http, secrets: secrets) }
                #expect(error?.code == "tool.bad_secret" && "\(error!)".contains("sk-1") == false)
            }
        }
    }

    @Test func anAddressOutsideIsNotAsked() async throws {
        let result = try await withHTTP { http in
            let tool = try tool(port: 9, http: http, host: "192.0.2.1")
            let error = await #expect(throws: EngineError.self) { try await tool.check() }
            #expect(error?.code == "tool.egress_forbidden" && error?.hint?.contains("ALLOW_EGRESS") == true)
            return await tool.run(
                ToolCall(id: "c", name: "look_up", arguments: ["order": "7"]),
                from: ToolOrigin(callID: "c", agentID: "a"))
        }
        #expect(result.error?.code == "tool.egress_forbidden" && result.outcome == .failed)
    }

    // MARK: Retries

    @Test(arguments: ["500 Failed", "503 Busy", "504 Gateway", "429 Too Many"])
    func whatWasNotTakenIsSentAgainUnderTheSameKey(status: String) async throws {
        let (result, requests) = try await run([
            Self.answer(status, "{}", ["Retry-After: 0"]), Self.answer(status, "{}"), Self.answer("200 OK", "[7]"),
        ])
        #expect(result == ToolResult("[7]", .ok) && requests.count == 3)
        #expect(Set(requests.map { field("webhook-id", $0) }).count == 1)
    }

    @Test func attemptsAreBounded() async throws {
        let (result, requests) = try await run([Self.answer("500 Failed", "Erika was here")], retries: 1)
        #expect(requests.count == 2 && result.text == "The tool is not available.")
        #expect(result.error?.code == "tool.provider_failed" && !"\(result)".contains("Erika"))
    }

    @Test func aRetryThatComesTooLateIsNotWaitedFor() async throws {
        let (result, requests) = try await run([Self.answer("429 Too Many", "{}", ["Retry-After: 3000"])])
        #expect(requests.count == 1 && result.error?.code == "tool.rate_limited")
    }

    @Test(arguments: ["400 Bad", "422 Unprocessable", "401 No", "302 Found", "404 Gone"])
    func refusalsAreFinal(status: String) async throws {
        let (result, requests) = try await run([
            Self.answer(status, #"{"why":"no such order"}"#, ["Location: http://192.0.2.1/"])
        ])
        #expect(requests.count == 1 && result.outcome == .failed)
        let says = ["400", "422", "404"].contains { status.hasPrefix($0) }
        #expect(result.text.contains("no such order") == says)
        #expect(!"\(result.error!)".contains("no such order"))
    }

    @Test func theDelayGrowsAndKeepsToTheLimit() {
        let retry = WebhookRetry(retries: 3)
        func delay(_ attempt: Int, after: Duration? = nil, left: Duration = .seconds(9)) -> Duration? {
            retry.delay(after: attempt, retryAfter: after, remaining: left, jitter: 0)
        }
        #expect((0..<4).map { delay($0) } == [.milliseconds(200), .milliseconds(400), .milliseconds(800), nil])
        #expect(delay(0, after: .seconds(2)) == .seconds(2) && delay(0, after: .seconds(20)) == nil)
        #expect(delay(0, left: .milliseconds(100)) == nil)
        #expect(retry.delay(after: 0, retryAfter: nil, remaining: .seconds(1), jitter: 0.5) == .milliseconds(250))
    }

    // MARK: Faults

    @Test(arguments: [
        [Step.hang], [ScriptedHTTP.head("200 OK"), .hang], [ScriptedHTTP.head("200 OK"), .text("{"), .hang],
    ])
    func silenceTimesOutIntoWords(steps: [Step]) async throws {
        let (result, _) = try await run([steps], limit: .milliseconds(200))
        #expect(result.text == "The tool did not answer in time." && result.outcome == .timeout)
        #expect(result.error?.code == "tool.timeout")
    }

    @Test(arguments: [
        [Step.reset], [Step.close], [Step.text("nonsense\r\n\r\n"), .close],
        [ScriptedHTTP.head("200 OK", ["Content-Length: 99"]), .text("{"), .close],
    ])
    func aConnectionThatBreaksIsNotTriedAgain(steps: [Step]) async throws {
        let (result, requests) = try await run([steps])
        #expect(result.outcome == .failed && result.error?.code == "tool.connection_lost" && requests.count == 1)
    }

    @Test func nobodyThereIsTriedAgain() async throws {
        let result = try await withHTTP { http in
            let tool = try tool(port: 1, http: http, retries: 1)
            return await tool.run(
                ToolCall(id: "c", name: "look_up", arguments: ["order": "7"]),
                from: ToolOrigin(callID: "c", agentID: "a"))
        }
        #expect(result.error?.code == "tool.unreachable" && result.text == "The tool is not available.")
    }

    @Test func longAnswersAreCutAndMarked() async throws {
        let long = String(repeating: "a", count: 9_000)
        let (cut, _) = try await run([[ScriptedHTTP.head("200 OK", type: "text/plain"), .text(long), .close]])
        #expect(cut.outcome == .ok && cut.text.hasSuffix("(the answer is longer and was cut here)"))
        #expect(cut.text.count < 8_100)
        let endless = [ScriptedHTTP.head("200 OK")] + (0..<20).map { _ in Step.text(long) } + [.hang]
        let (stopped, _) = try await run([endless])
        #expect(stopped.outcome == .ok && stopped.text.count < 8_100)
    }

    @Test func answersThatAreNoTextAreNotPassedOn() async throws {
        let (picture, _) = try await run([
            [ScriptedHTTP.head("200 OK", type: "image/png"), .send([0x89, 0x50]), .close]
        ])
        #expect(picture.error?.code == "tool.malformed")
        let (broken, _) = try await run([Self.answer("200 OK", "{\"a\":")])
        #expect(broken.error?.code == "tool.malformed" && broken.outcome == .failed)
        let (empty, _) = try await run([[ScriptedHTTP.head("204 No Content"), .close]])
        #expect(empty == ToolResult("Done.", .ok))
    }

    @Test func beingCalledOffLeavesNothingBehind() async throws {
        try await withHTTP { http in
            try await ScriptedHTTP.serving([.hang]) { server in
                let tool = try tool(port: server.port, http: http)
                let task = Task {
                    await tool.run(
                        ToolCall(id: "c", name: "look_up", arguments: ["order": "7"]),
                        from: ToolOrigin(callID: "c", agentID: "a"))
                }
                while server.requests.isEmpty { await Task.yield() }
                task.cancel()
                #expect(await task.value.outcome != .ok)
                while server.connections.closed == 0 { await Task.yield() }
            }
        }
    }
}
