import Synchronization
import Testing
import TomEngines

@testable import TomProviders

/// Sessions with a tool server that calls lose at the same time.
@Suite("Sessions with tool servers", .timeLimit(.minutes(1)))
struct MCPSessionTests {
    private typealias Step = ScriptedHTTP.Step

    /// What a server says to a client that begins a session: to the greeting, its confirmation and the question for tools.
    private static func session(_ name: String, firstID: Int) -> [[Step]] {
        [
            [
                ScriptedHTTP.head("200 OK", ["Mcp-Session-Id: \(name)"]),
                .text(#"{"id":\#(firstID),"result":{"protocolVersion":"2025-06-18"}}"#), .close,
            ],
            [ScriptedHTTP.head("202 Accepted"), .close],
            [
                ScriptedHTTP.head("200 OK"), .text(#"{"id":\#(firstID + 1),"result":{"tools":[{"name":"find"}]}}"#),
                .close,
            ],
        ]
    }

    @Test func callsThatLoseASessionTogetherBeginOne() async throws {
        let scripts =
            Self.session("s-1", firstID: 1) + Self.session("s-2", firstID: 3)
            + [[ScriptedHTTP.head("500 Failed"), .close]]
        try await withHTTP { http in
            try await ScriptedHTTP.serving(inTurn: scripts, postsOnly: true) { port in
                let server = try MCPServer(
                    .init(name: "crm", url: "http://127.0.0.1:\(port.port)/mcp", token: nil), secret: { _ in nil },
                    limit: .seconds(20), egress: EgressPolicy(allowsPublic: false), http: http, version: "1")
                #expect(await server.replace(nil))
                let lost = try #require(server.state.withLock { $0.session })
                let results = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<8 { group.addTask { await server.replace(lost) } }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results == [Bool](repeating: true, count: 8))
                #expect(server.state.withLock { $0.session?.id } == "s-2")
                // One that learns of it late.
                #expect(await server.replace(lost))
                #expect(port.requests.count == 6)
                #expect(server.state.withLock { $0.waiting.isEmpty })
                await server.shutdown()
            }
        }
    }

    @Test func callsThatWaitForASessionThatCannotBeBegunAllFail() async throws {
        try await withHTTP { http in
            try await ScriptedHTTP.serving([ScriptedHTTP.head("500 Failed"), .close]) { port in
                let server = try MCPServer(
                    .init(name: "crm", url: "http://127.0.0.1:\(port.port)/mcp", token: nil), secret: { _ in nil },
                    limit: .seconds(20), egress: EgressPolicy(allowsPublic: false), http: http, version: "1")
                async let first = server.replace(nil)
                async let second = server.replace(nil)
                #expect(await [first, second] == [false, false])
                #expect(server.state.withLock { $0.waiting.isEmpty })
            }
        }
    }

    @Test func whoIsCalledOffDoesNotWaitForTheSession() async throws {
        try await withHTTP { http in
            try await ScriptedHTTP.serving([.hang]) { port in
                let server = try MCPServer(
                    .init(name: "crm", url: "http://127.0.0.1:\(port.port)/mcp", token: nil), secret: { _ in nil },
                    limit: .seconds(600), egress: EgressPolicy(allowsPublic: false), http: http, version: "1")
                let waiting = Task { await server.replace(nil) }
                while port.requests.isEmpty { await Task.yield() }
                waiting.cancel()
                #expect(await waiting.value == false)
                // The session is still being begun, for others.
                #expect(server.state.withLock { $0.waiting.count } == 1)
            }
        }
    }
}
