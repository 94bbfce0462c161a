public import AsyncHTTPClient
import Foundation
import Synchronization
import TomConversation
public import TomEngines
import TomErrors

/// Tool servers that clients bring to their calls, each connected for one call alone.
///
/// Failures: `tool.host_forbidden` for a host that the operator did not name, `tool.bad_header`, and those of agents' tool
/// servers: `tool.bad_url`, `egress_forbidden`, `host_unknown`, `unreachable`, `tls`, `timeout`, `connection_lost`,
/// `unauthorized`, `forbidden`, `not_found`, `refused`, `rate_limited`, `provider_failed`, `malformed`, `unsupported_version`.
public struct ClientToolServers: ToolServers {
    private let hosts: ToolHosts
    private let limit: Duration
    private let egress: EgressPolicy
    private let http: HTTPClient
    private let version: String

    /// - Parameters:
    ///   - limit: the longest that connecting, and any tool, may take.
    ///   - http: must not follow redirects.
    ///   - version: TOM's.
    public init(hosts: ToolHosts, limit: Duration, egress: EgressPolicy, http: HTTPClient, version: String) {
        self.hosts = hosts
        self.limit = limit
        self.egress = egress
        self.http = http
        self.version = version
    }

    public func open(_ server: ClientToolServer) async throws(EngineError) -> any OpenToolServer {
        let client = try ToolClient(name: server.label, url: server.url, egress: egress, http: http)
        // The host that is judged is the one that will be asked, whoever reads the address.
        guard let url = URL(string: server.url), let host = url.host(), Self.bare(host) == Self.bare(client.host) else {
            throw .clientTool(
                server.label, "has an address that is none", code: "tool.bad_url", hint: "Check 'server_url'.")
        }
        guard hosts.allows(host: client.host, at: url) else {
            throw .clientTool(
                server.label, "is on a host that clients may not name", code: "tool.host_forbidden",
                hint: "The operator of this server allows hosts by TOOL_CLIENT_HOSTS.", category: .authorization)
        }
        let transport = MCPTransport(client: client, token: try token(server), fields: try fields(server))
        let connection = MCPServer(
            Agent.ToolServer(name: server.label, url: server.url), allowed: server.allowed, transport: transport,
            limit: limit, version: version)
        do throws(EngineError) {
            try await connection.check()
            _ = try await connection.connect()
        } catch {
            throw error.ofClient
        }
        return ConnectedToolServer(connection)
    }

    private static func bare(_ host: String) -> String { host.lowercased().trimmingCharacters(in: ["[", "]"]) }

    private func token(_ server: ClientToolServer) throws(EngineError) -> String? {
        guard let token = server.authorization else { return nil }
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .clientTool(
                server.label, "cannot be sent what 'authorization' holds", code: "tool.bad_header",
                hint: "Write the token alone, without 'Bearer'.")
        }
        return token
    }

    /// Fields of a client's own choice, but none that decides where a message ends or whose it is.
    private func fields(_ server: ClientToolServer) throws(EngineError) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for (name, value) in server.headers.sorted(by: { $0.key < $1.key }) {
            let isReserved =
                Self.reserved.contains(name.lowercased())
                || name.lowercased() == "authorization" && server.authorization != nil
            guard !isReserved, !name.isEmpty, name.utf8.allSatisfy(Self.isToken),
                value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 })
            else {
                // The name may be anything; it is the client's own and quoted to nobody else.
                throw .clientTool(
                    server.label, "cannot be sent the field '\(name.prefix(64))'", code: "tool.bad_header",
                    hint: "Use a field of your own in 'headers', with printable ASCII.")
            }
            fields.append((name, value))
        }
        return fields
    }

    private static let reserved: Set<String> = [
        "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect",
        "host", "keep-alive", "mcp-protocol-version", "mcp-session-id", "proxy-authorization", "proxy-connection", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent",
    ]

    /// See: RFC 9110 section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// A client's tool server that is connected.
private final class ConnectedToolServer: OpenToolServer {
    private let server: MCPServer

    init(_ server: MCPServer) { self.server = server }

    var kind: ToolKind { server.kind }
    var tools: [ToolDescription] { server.tools }
    var listed: [ServerTool] { server.state.withLock { $0.tools.tools } }
    func run(_ call: ToolCall, from origin: ToolOrigin) async -> ToolResult { await server.run(call, from: origin) }
    func close() async { await server.shutdown() }
}

extension EngineError {
    fileprivate static func clientTool(
        _ label: String, _ problem: String, code: String, hint: String, category: ErrorCategory = .invalidRequest
    ) -> EngineError {
        EngineError(
            code: code, message: "the tool server \(label) \(problem).", hint: hint, category: category,
            blamesRequest: true)
    }

    /// With hints for who named the server in a message and not in an agent file.
    fileprivate var ofClient: EngineError {
        let hint =
            switch code {
            case "tool.unreachable", "tool.host_unknown", "tool.not_found", "tool.timeout":
                "Check 'server_url', and that the server runs."
            case "tool.unauthorized", "tool.forbidden": "Check 'authorization' and 'headers'."
            default: self.hint
            }
        return EngineError(code: code, message: message, hint: hint, category: category, blamesRequest: true)
    }
}
