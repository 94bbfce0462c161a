import AsyncHTTPClient
import Foundation
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// Tool servers that clients bring: which may be asked, with what, and what their tools are called.
@Suite("Tool servers of clients", .timeLimit(.minutes(1)))
struct ClientToolServersTests {
    private typealias Step = ScriptedHTTP.Step

    private static func json(_ text: String, _ fields: [String] = []) -> [Step] {
        [ScriptedHTTP.head("200 OK", fields), .text(text), .close]
    }
    private static let accepted: [Step] = [ScriptedHTTP.head("202 Accepted"), .close]
    private static let greeting = json(
        #"{"id":1,"result":{"protocolVersion":"2025-06-18"}}"#, ["Mcp-Session-Id: s-1"])
    private static let list = json(
        #"{"id":2,"result":{"tools":["#
            + #"{"name":"find","description":"Finds.","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},"#
            + #"{"name":"delete","inputSchema":{"type":"object"}},{"name":"ping"}]}}"#)

    private static func servers(
        _ http: HTTPClient, hosts: [String] = ["127.0.0.1"], allowsPublic: Bool = false, limit: Duration = .seconds(10)
    ) -> ClientToolServers {
        ClientToolServers(
            hosts: ToolHosts(hosts), limit: limit, egress: EgressPolicy(allowsPublic: allowsPublic), http: http,
            version: "1")
    }

    /// Opens a server that has three tools and hands it to `body`.
    private func opened<Result: Sendable>(
        _ change: (inout ClientToolServer) -> Void = { _ in },
        _ body: (any OpenToolServer, ScriptedHTTP) async throws -> Result
    ) async throws -> Result {
        try await withHTTP { http in
            let scripts = [Self.greeting, Self.accepted, Self.list]
            return try await ScriptedHTTP.serving(inTurn: scripts, postsOnly: true) { port in
                var server = ClientToolServer(label: "My CRM", url: "http://127.0.0.1:\(port.port)/mcp")
                change(&server)
                let open = try await Self.servers(http).open(server)
                let result = try await body(open, port)
                await open.close()
                return result
            }
        }
    }

    /// How opening `server` fails.
    private func failure(
        _ server: ClientToolServer, hosts: [String] = ["*"], allowsPublic: Bool = false
    ) async throws -> EngineError? {
        try await withHTTP { http in
            do throws(EngineError) {
                _ = try await Self.servers(http, hosts: hosts, allowsPublic: allowsPublic).open(server)
                return nil
            } catch {
                return error
            }
        }
    }

    // MARK: A call's server

    @Test func toolsAreListedUnderTheirOwnNamesAndThoseOfModels() async throws {
        let remote = try await opened({ _ in }) { server, _ in
            #expect(server.tools == server.listed.map(\.tool) && server.kind == .mcp)
            return server.listed
        }
        #expect(remote.map(\.name) == ["find", "delete", "ping"])
        #expect(remote.map(\.tool.name) == ["My_CRM_find", "My_CRM_delete", "My_CRM_ping"])
        #expect(remote.map(\.isReadOnly) == [true, false, false])
        #expect(remote[0].annotations == ["readOnlyHint": true] && remote[1].annotations == .null)
        #expect(remote[0].tool.description == "Finds." && remote[0].tool.parameters == ["type": "object"])
    }

    @Test(arguments: [
        (ToolFilter(names: ["ping", "none"]), ["ping"]), (ToolFilter(isReadOnly: true), ["find"]),
        (ToolFilter(names: []), []),
    ])
    func onlyWhatTheClientAllowsIsOffered(filter: ToolFilter, names: [String]) async throws {
        let offered = try await opened({ $0.allowed = filter }) { server, _ in server.listed.map(\.name) }
        #expect(offered == names)
    }

    @Test func aToolRunsAndTheSessionEndsWithTheCall() async throws {
        let answer = Self.json(#"{"id":3,"result":{"content":[{"type":"text","text":"found"}]}}"#)
        try await withHTTP { http in
            try await ScriptedHTTP.serving(
                inTurn: [Self.greeting, Self.accepted, Self.list, answer], postsOnly: true
            ) { port in
                let server = try await Self.servers(http).open(
                    ClientToolServer(label: "crm", url: "http://127.0.0.1:\(port.port)/mcp"))
                let origin = ToolOrigin(callID: "c", agentID: "a")
                let call = ToolCall(id: "c", name: "crm_find", arguments: ["q": "x"])
                #expect(await server.run(call, from: origin) == ToolResult("found", .ok))
                #expect(port.requests[3].contains(#""params":{"arguments":{"q":"x"},"name":"find"}"#))
                await server.close()
                #expect(port.otherRequests.last?.hasPrefix("DELETE /mcp") == true)
                #expect(await server.run(call, from: origin).outcome == .failed, "nothing runs behind the end")
                #expect(port.requests.count == 4)
            }
        }
    }

    @Test func everyRequestCarriesWhatTheClientSaid() async throws {
        let requests = try await opened(
            {
                $0.authorization = "t0ken"
                $0.headers = ["X-Tenant": "seven", "x-trace": "a b"]
            }
        ) { _, port in port.requests }
        #expect(requests.count == 3)
        for request in requests {
            #expect(request.contains("Authorization: Bearer t0ken\r\n"))
            #expect(request.contains("X-Tenant: seven\r\n") && request.contains("x-trace: a b\r\n"))
        }
    }

    @Test func aClientMayAuthorizeInItsOwnWay() async throws {
        let requests = try await opened({ $0.headers = ["Authorization": "Basic YTpi"] }) { _, port in
            port.requests
        }
        #expect(requests.allSatisfy { $0.contains("Authorization: Basic YTpi\r\n") && !$0.contains("Bearer") })
    }

    // MARK: What is refused

    @Test(arguments: [
        ("Host", "x"), ("content-length", "3"), ("Transfer-Encoding", "chunked"), ("Mcp-Session-Id", "s"), ("", "x"),
        ("X-A\r\nX-B", "x"), ("X-A", "x\r\nX-B: y"), ("X A", "x"), ("X-A", "ü"), ("Authorization", "Basic x"),
    ])
    func fieldsThatAreNotTheClientsAreRefused(name: String, value: String) async throws {
        var server = ClientToolServer(label: "crm", url: "http://127.0.0.1:9/mcp")
        server.authorization = "t0ken"
        server.headers = [name: value]
        let error = try #require(try await failure(server))
        #expect(error.code == "tool.bad_header" && error.category == .invalidRequest)
        #expect(!"\(error)".contains("t0ken"))
    }

    @Test(arguments: ["", "Bearer t0ken", "t0k\r\nen"]) func aTokenIsOneWord(token: String) async throws {
        var server = ClientToolServer(label: "crm", url: "http://127.0.0.1:9/mcp")
        server.authorization = token
        let error = try #require(try await failure(server))
        #expect(error.code == "tool.bad_header" && !"\(error)".contains("t0k"))
    }

    @Test(arguments: [
        "", "mcp.example.org", "ftp://127.0.0.1/mcp", "http://", "http://user:pass@127.0.0.1/mcp",
        "http://127.0.0.1:9@192.0.2.1/mcp", "http://127.0.0.1\\@192.0.2.1/mcp", "http://[::1", "http://a b/mcp",
    ])
    func whatIsNoAddressIsRefused(url: String) async throws {
        let server = ClientToolServer(label: "crm", url: url)
        let error = try #require(try await failure(server, hosts: ["*", "127.0.0.1"]))
        #expect(error.code == "tool.bad_url" && error.category == .invalidRequest)
    }

    @Test(arguments: [
        ([], "http://127.0.0.1:9/mcp"), (["localhost"], "http://127.0.0.1:9/mcp"),
        (["127.0.0.1:10"], "http://127.0.0.1:9/mcp"), (["example.org"], "http://example.org.evil.test/mcp"),
        (["example.org:443"], "http://example.org/mcp"), (["[::1]:9"], "http://[::1]:10/mcp"),
    ])
    func hostsThatTheOperatorDidNotNameAreNotAsked(hosts: [String], url: String) async throws {
        let server = ClientToolServer(label: "crm", url: url)
        let error = try #require(try await failure(server, hosts: hosts, allowsPublic: true))
        #expect(error.code == "tool.host_forbidden" && error.category == .authorization)
        #expect(error.hint?.contains("TOOL_CLIENT_HOSTS") == true)
    }

    @Test(arguments: [
        (["*"], "http://127.0.0.1:9/mcp"), (["127.0.0.1"], "http://127.0.0.1:9/mcp"),
        (["127.0.0.1:9"], "http://127.0.0.1:9/mcp"), (["MCP.example.org:443"], "https://mcp.Example.org/mcp"),
        (["mcp.example.org:80"], "http://mcp.example.org/mcp"), (["::1"], "http://[::1]:9/mcp"),
        (["[::1]:9"], "http://[::1]:9/mcp"),
    ])
    func hostsThatTheOperatorNamedAre(hosts: [String], address: String) throws {
        let url = try #require(URL(string: address))
        let host = try ToolClient(
            name: "crm", url: address, egress: EgressPolicy(allowsPublic: true), http: HTTPClient.shared
        ).host
        #expect(ToolHosts(hosts).allows(host: host, at: url))
    }

    @Test func addressesOutsideThisNetworkAreNotAsked() async throws {
        let server = ClientToolServer(label: "crm", url: "http://192.0.2.1/mcp")
        #expect(try await failure(server)?.code == "tool.egress_forbidden")
    }

    @Test func aServerThatIsNotThereIsSaidToBeSo() async throws {
        let error = try #require(
            try await failure(ClientToolServer(label: "crm", url: "http://127.0.0.1:1/mcp")))
        #expect(error.code == "tool.unreachable" && error.hint?.contains("server_url") == true)
        #expect(error.message.contains("crm"))
    }
}
