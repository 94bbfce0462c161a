import AsyncHTTPClient
import Foundation
import NIOCore
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Tool servers: the messages, and what a model is told whatever the server does. Tests/Conformance talks to a real one.
@Suite("Tool servers", .timeLimit(.minutes(1)))
struct MCPTests {
    typealias Step = ScriptedHTTP.Step

    // MARK: Messages

    @Test func messagesAreToldApart() throws {
        func read(_ text: String) throws -> [MCPMessage] { try MCPMessage.read(Data(text.utf8)) }
        #expect(try read(#"{"jsonrpc":"2.0","id":3,"result":{"a":1}}"#) == [.result(id: 3, ["a": 1])])
        #expect(
            try read(
                #"[{"id":4,"error":{"code":-32602,"message":"Erika"}},{"method":"m","id":"x"},{"method":"n"},7,{}]"#)
                == [.error(id: 4, code: -32_602), .request(id: "x", method: "m"), .notification(method: "n")])
        #expect(throws: (any Error).self) { try read("nonsense") }
        #expect(
            String(decoding: MCPMessage.request(id: 7, "tools/call", ["name": "x"]), as: UTF8.self)
                == #"{"id":7,"jsonrpc":"2.0","method":"tools/call","params":{"name":"x"}}"#)
        #expect(
            String(decoding: MCPMessage.answer(id: "p", method: "ping"), as: UTF8.self)
                == #"{"id":"p","jsonrpc":"2.0","result":{}}"#)
    }

    @Test func toolsHaveNamesOfTheirOwn() {
        let listed: [JSONValue] = [
            ["name": "find", "description": "Finds.", "inputSchema": ["type": "object"]], ["name": "find/it"],
            ["name": "find.it", "title": "T"], ["name": "hidden"], ["no": 1],
            ["name": "big", "inputSchema": ["x": .string(String(repeating: "a", count: 20_000))]],
        ]
        let tools = MCPTools(listed, prefix: "crm", allowed: ToolFilter(names: ["find", "find/it", "find.it", "big"]))
        #expect(tools.descriptions.map(\.name) == ["crm_find", "crm_find_it", "crm_find_it_2"])
        #expect(tools.serverNames["crm_find_it_2"] == "find.it" && tools.leftOut == 1)
        #expect(tools.descriptions.map(\.description) == ["Finds.", "find/it", "T"])
        let many = MCPTools((0..<100).map { ["name": .string("t\($0)")] }, prefix: "p", allowed: nil)
        #expect(many.descriptions.count == MCPTools.maxTools && many.leftOut == 36)
        let long = MCPTools([["name": .string(String(repeating: "é", count: 80))]], prefix: "p", allowed: nil)
        #expect(long.descriptions.allSatisfy { ToolDescription.isName($0.name) })
    }

    private static let results: [(JSONValue, String, Bool)] = [
        (["content": [["type": "text", "text": "a"], ["type": "text", "text": "b"]]], "a\nb", true),
        (["content": [], "structuredContent": ["n": 1]], #"{"n":1}"#, true), ([:], "Done.", true),
        (["isError": true, "content": [["type": "text", "text": "no such"]]], "no such", false),
        (["isError": true], "The tool failed.", false),
        (
            ["content": [["type": "image", "data": "AAAA"]]],
            "(an answer of the kind image, which cannot be read aloud)", true
        ),
    ]

    @Test(arguments: results)
    func resultsBecomeWords(result: JSONValue, text: String, isOK: Bool) {
        #expect(ToolResult(mcp: result) == ToolResult(text, isOK ? .ok : .failed))
    }

    // MARK: Faults

    private static func json(_ text: String, _ fields: [String] = []) -> [Step] {
        [ScriptedHTTP.head("200 OK", fields), .text(text), .close]
    }
    private static let accepted: [Step] = [ScriptedHTTP.head("202 Accepted"), .close]
    private static let greeting = json(
        #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}}}}"#,
        ["Mcp-Session-Id: s-1"])
    private static let list = json(#"{"id":2,"result":{"tools":[{"name":"find","inputSchema":{"type":"object"}}]}}"#)

    private func server(port: Int, http: HTTPClient, limit: Duration = .seconds(10)) throws -> MCPServer {
        try MCPServer(
            .init(name: "crm", url: "http://127.0.0.1:\(port)/mcp", token: "TOOL_SECRET_CRM"),
            secret: { $0 == "TOOL_SECRET_CRM" ? "t0ken" : nil }, limit: limit,
            egress: EgressPolicy(allowsPublic: false),
            http: http, version: "1")
    }

    /// Connects and calls `crm_find`.
    private func call(
        _ scripts: [[Step]], limit: Duration = .seconds(10)
    ) async throws -> (result: ToolResult, requests: [String]) {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(
                inTurn: [Self.greeting, Self.accepted, Self.list] + scripts, postsOnly: true
            ) { port in
                let server = try server(port: port.port, http: http, limit: limit)
                await server.start()
                let result = await server.run(
                    ToolCall(id: "c", name: "crm_find", arguments: ["q": ["deep": 1]]),
                    from: ToolOrigin(callID: "c", agentID: "a"))
                let requests = port.requests
                await server.shutdown()
                return (result, requests)
            }
        }
    }

    @Test func aCallCarriesTokenSessionAndVersion() async throws {
        let (result, requests) = try await call([
            Self.json(#"{"id":3,"result":{"content":[{"type":"text","text":"found"}]}}"#)
        ])
        #expect(result == ToolResult("found", .ok))
        #expect(requests.allSatisfy { $0.contains("Authorization: Bearer t0ken\r\n") })
        #expect(!requests[0].contains("Mcp-Session-Id") && requests[0].contains(#""protocolVersion":"2025-11-25""#))
        #expect(requests[1].contains(#""method":"notifications/initialized""#))
        for request in requests.dropFirst() {
            #expect(
                request.contains("Mcp-Session-Id: s-1\r\n") && request.contains("MCP-Protocol-Version: 2025-06-18\r\n"))
        }
        #expect(requests[3].contains(#""params":{"arguments":{"q":{"deep":1}},"name":"find"}"#))
    }

    @Test func anAnswerMayComeAmongOtherEvents() async throws {
        let stream =
            "id: 1\ndata:\n\ndata: {\"method\":\"notifications/progress\"}\n\ndata: {\"id\":\"q\",\"method\":\"ping\"}\n\n"
            + "data: {\"id\":3,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"found\"}]}}\n\n"
        let (result, _) = try await call([
            [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .text(stream), .hang], Self.accepted,
        ])
        #expect(result == ToolResult("found", .ok))
    }

    @Test func aForgottenSessionIsBegunAnew() async throws {
        let (result, requests) = try await call([
            [ScriptedHTTP.head("404 Not Found"), .close],
            Self.json(#"{"id":4,"result":{"protocolVersion":"2025-06-18"}}"#, ["Mcp-Session-Id: s-2"]), Self.accepted,
            Self.json(#"{"id":5,"result":{"tools":[{"name":"find"}]}}"#),
            Self.json(#"{"id":3,"result":{"content":[{"type":"text","text":"found"}]}}"#),
        ])
        #expect(result == ToolResult("found", .ok))
        #expect(requests.last?.contains("Mcp-Session-Id: s-2\r\n") == true)
    }

    static let faults: [([Step], String, ToolResult.Outcome)] = [
        (json("nonsense"), "tool.malformed", .failed), (json(#"{"id":9,"result":{}}"#), "tool.malformed", .failed),
        (json(#"{"id":3,"error":{"code":-32602,"message":"Erika"}}"#), "tool.refused", .invalid),
        (json(#"{"id":3,"error":{"code":-32603,"message":"Erika"}}"#), "tool.refused", .failed),
        ([ScriptedHTTP.head("401 Unauthorized"), .close], "tool.unauthorized", .failed),
        ([ScriptedHTTP.head("500 Failed"), .close], "tool.provider_failed", .failed),
        ([.reset], "tool.connection_lost", .failed),
        (
            [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .text("data: {\n\n"), .close], "tool.malformed",
            .failed
        ),
        ([ScriptedHTTP.head("200 OK", type: "text/event-stream"), .close], "tool.malformed", .failed),
        (
            [
                ScriptedHTTP.head("200 OK", type: "text/event-stream"),
                .text("data: " + String(repeating: "a", count: (1 << 20) + 1)), .hang,
            ], "tool.malformed", .failed
        ),
        (
            [ScriptedHTTP.head("200 OK"), .text(String(repeating: " ", count: (1 << 20) + 1)), .hang], "tool.malformed",
            .failed
        ),
    ]

    @Test func everyFaultIsAResult() async throws {
        for (steps, code, outcome) in Self.faults {
            let (result, _) = try await call([steps])
            #expect(result.error?.code == code && result.outcome == outcome, "\(result)")
            #expect(!"\(result)".contains("Erika") && !result.text.isEmpty)
        }
    }

    @Test func aCallThatTakesTooLongIsCancelledAtTheServer() async throws {
        try await withHTTP { http in
            let scripts = [Self.greeting, Self.accepted, Self.list, [.hang], Self.accepted]
            try await ScriptedHTTP.serving(inTurn: scripts, postsOnly: true) { port in
                let server = try server(port: port.port, http: http, limit: .seconds(3))
                await server.start()
                let result = await server.run(
                    ToolCall(id: "c", name: "crm_find", arguments: [:]), from: ToolOrigin(callID: "c", agentID: "a"))
                #expect(result.outcome == .timeout && result.text == "The tool did not answer in time.")
                while port.requests.count < 5 { await Task.yield() }
                #expect(port.requests[4].contains(#""method":"notifications/cancelled""#))
                #expect(port.requests[4].contains(#""requestId":3"#))
                await server.shutdown()
                #expect(port.otherRequests.last?.hasPrefix("DELETE /mcp") == true)
            }
        }
    }

    @Test func aServerThatIsDownHasNoTools() async throws {
        try await withHTTP { http in
            let server = try server(port: 1, http: http)
            await server.start()
            #expect(server.tools.isEmpty)
            let result = await server.run(
                ToolCall(id: "c", name: "crm_find", arguments: [:]), from: ToolOrigin(callID: "c", agentID: "a"))
            #expect(result.outcome == .failed)
            let error = await #expect(throws: EngineError.self) { try await server.probe() }
            #expect(error?.code == "tool.unreachable")
            await server.shutdown()
        }
    }

    @Test(arguments: [
        (#"{"id":1,"result":{"protocolVersion":"1999-01-01"}}"#, "tool.unsupported_version"),
        (#"{"id":1,"error":{"code":-32600,"message":"x"}}"#, "tool.refused"),
    ])
    func aServerThatSpeaksSomethingElseIsNamed(answer: String, code: String) async throws {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(Self.json(answer)) { port in
                let server = try server(port: port.port, http: http)
                let error = await #expect(throws: EngineError.self) { try await server.probe() }
                #expect(error?.code == code)
            }
        }
    }
}
