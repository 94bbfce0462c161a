import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing
import TomEngines

@testable import TomProviders

/// Names that led to an address of this network when they were checked, and lead elsewhere when they are asked.
@Suite("Forbidden peers", .timeLimit(.minutes(1)))
struct ForbiddenPeerTests {
    private static let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: ["Host": "a"])

    private static func address(
        _ url: String = "http://stt.example", allowsPublic: Bool = false
    ) throws -> ProviderAddress {
        try ProviderAddress(
            ProviderEndpoint(url: url, key: nil, stage: "stt"), path: "/", authorization: nil,
            stage: "stt", egress: EgressPolicy(allowsPublic: allowsPublic), connectTimeout: .seconds(20))
    }

    /// An HTTP client that is shut down behind `body`.
    private static func withHTTP(
        _ adjust: (inout HTTPClient.Configuration) -> Void, _ body: (HTTPClient) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        adjust(&configuration)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Void, any Error>
        do { result = .success(try await body(http)) } catch { result = .failure(error) }
        try await http.shutdown()
        try result.get()
    }

    @Test(arguments: [("127.0.0.1", true), ("fd00::1", true), ("8.8.8.8", false), ("2001:db8::1", false)])
    func aWebSocketsPeerIsChecked(peer: String, isAdmitted: Bool) throws {
        let address = try Self.address()
        func code(_ peer: SocketAddress?) -> String? {
            do throws(EngineError) {
                try address.admit(peer)
                return nil
            } catch { return error.code }
        }
        #expect(code(try SocketAddress(ipAddress: peer, port: 443)) == (isAdmitted ? nil : "stt.egress_forbidden"))
        #expect(code(nil) == "stt.connection_lost")
        try Self.address(allowsPublic: true).admit(try SocketAddress(ipAddress: peer, port: 443))
    }

    /// In the clear, and with TLS, whose hello names the host.
    @Test(arguments: ["http", "https"])
    func aForbiddenPeerOfAWebSocketIsSentNothing(scheme: String) async throws {
        try await ScriptedTCP.serving([]) { server in
            let address = try Self.address("\(scheme)://127.0.0.1:\(server.port)")
            let peers = Mutex<[Int?]>([])
            let opening = address.connector.open(
                Self.head, on: MultiThreadedEventLoopGroup.singleton.next(),
                admit: { peer in
                    peers.withLock { $0.append(peer?.port) }
                    try address.admit(try SocketAddress(ipAddress: "8.8.8.8", port: 443))
                }, upgraded: { _ in })
            let failure = await #expect(throws: WebSocketFailure.self) { _ = try await opening.get() }
            #expect(failure.map(address.error)?.code == "stt.egress_forbidden")
            #expect(peers.withLock { $0 } == [server.port])
            while server.connections.closed == 0 { await Task.yield() }
            #expect(server.receivedBytes == 0)
        }
    }

    @Test func aForbiddenPeerOverHTTPIsSentNothing() async throws {
        let peers = Mutex<[Int?]>([])
        let adjust: (inout HTTPClient.Configuration) -> Void = { configuration in
            configuration.checkPeers { peer in
                peers.withLock { $0.append(peer.port) }
                return false
            }
        }
        try await Self.withHTTP(adjust) { http in
            try await ScriptedTCP.serving([]) { server in
                let error = await Provider.llm.ask(try Provider.llm.client(port: server.port, http: http)).error
                #expect(error?.code == "llm.egress_forbidden")
                let tool = try ToolClient(
                    name: "crm", url: "http://127.0.0.1:\(server.port)/", egress: EgressPolicy(allowsPublic: false),
                    http: http)
                let refused = await #expect(throws: EngineError.self) { try await tool.reach() }
                #expect(refused?.code == "tool.egress_forbidden")
                #expect(peers.withLock { $0 } == [server.port, server.port])
                while server.connections.closed < 2 { await Task.yield() }
                #expect(server.receivedBytes == 0)
            }
        }
    }

    @Test func peersOfThisNetworkAreAskedOverHTTP() async throws {
        let answer = #"{"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}"#
        try await Self.withHTTP({ $0.checkPeers(EgressPolicy(allowsPublic: false)) }) { http in
            try await ScriptedHTTP.serving([ScriptedHTTP.head("200 OK"), .text(answer), .close]) { server in
                let outcome = await Provider.llm.ask(try Provider.llm.client(port: server.port, http: http))
                #expect(outcome.said == ["Hello."])
            }
        }
    }
}
