public import AsyncHTTPClient
import Foundation
import Synchronization
public import TomConversation
public import TomEngines
import TomErrors

/// A server of tools behind the Model Context Protocol (streamable HTTP), shared by all calls.
///
/// ``start()`` connects; from then on the connection is kept: a server that was down is tried again, a session that the server
/// forgot is begun anew, and tools that change are listed again.
public final class MCPServer: ToolSource {
    public let kind = ToolKind.mcp
    public var tools: [ToolDescription] { state.withLock { $0.tools.descriptions } }
    /// The server's name in the agent file.
    public var name: String { server.name }

    struct State {
        var session: MCPTransport.Session?
        var tools = MCPTools()
        var lastID: Int64 = 0
        var keeper: Task<Void, Never>?
        /// Who waits for the session that is being begun in place of a lost one.
        var waiting: [AsyncStream<Bool>.Continuation] = []
        var replacing: Task<Void, Never>?
        /// Nothing is begun any more.
        var isOver = false
    }

    enum Signal { case toolsChanged, sessionLost }

    let server: Agent.ToolServer
    let allowed: ToolFilter?
    let transport: MCPTransport
    let limit: Duration
    let version: String
    let state = Mutex(State())
    let signals: AsyncStream<Signal>
    let signal: AsyncStream<Signal>.Continuation
    let onChange: @Sendable (Result<MCPListing, EngineError>) -> Void

    /// - Parameters:
    ///   - secret: gives the value of a setting the agent file names; `nil` when it is not set.
    ///   - limit: the longest any tool may take; the server's own timeout may be shorter.
    ///   - http: must not follow redirects.
    ///   - version: TOM's.
    ///   - onChange: told, from any thread, of every listing and of every failure to connect.
    /// - Throws: `tool.bad_url`, `tool.bad_secret`.
    public convenience init(
        _ server: Agent.ToolServer, secret: (String) -> String?, limit: Duration, egress: EgressPolicy,
        http: HTTPClient, version: String,
        onChange: @escaping @Sendable (Result<MCPListing, EngineError>) -> Void = { _ in }
    ) throws(EngineError) {
        let token = try server.token.map { (setting) throws(EngineError) in
            guard let value = secret(setting), !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw .tool(
                    server.name, secret: setting, "is not set, or is no bearer token",
                    hint: "Set \(setting) in the environment, or \(setting)_FILE to a file that holds it.")
            }
            return value
        }
        self.init(
            server, allowed: server.allowed.map { ToolFilter(names: $0) },
            transport: MCPTransport(
                client: try ToolClient(name: server.name, url: server.url, egress: egress, http: http), token: token),
            limit: limit, version: version, onChange: onChange)
    }

    init(
        _ server: Agent.ToolServer, allowed: ToolFilter?, transport: MCPTransport, limit: Duration, version: String,
        onChange: @escaping @Sendable (Result<MCPListing, EngineError>) -> Void = { _ in }
    ) {
        self.server = server
        self.allowed = allowed
        self.transport = transport
        self.limit = min(server.timeout ?? limit, limit)
        self.version = version
        self.onChange = onChange
        (signals, signal) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(4))
    }

    /// Checks, for the start, whether the address is one that may be asked.
    /// - Throws: `tool.egress_forbidden`, `tool.host_unknown`.
    public func check() async throws(EngineError) { try await transport.client.checkEgress() }

    /// Connects and lists the tools once, and keeps doing so in the background when that fails.
    public func start() async {
        let isConnected = await replace(nil)
        let keeper = Task { await keep(isConnected) }
        state.withLock { $0.keeper = keeper }
    }

    /// Ends the session.
    public func shutdown() async {
        let (tasks, session) = state.withLock { state in
            defer { (state.keeper, state.replacing, state.session, state.isOver) = (nil, nil, nil, true) }
            return ([state.keeper, state.replacing], state.session)
        }
        for task in tasks { task?.cancel() }
        signal.finish()
        guard let session, session.id != nil else { return }
        _ = await within(Self.goodbyeLimit) { [transport] in await transport.end(session) }
    }

    /// Connects, lists and ends the session: for `tom doctor`.
    /// - Returns: how many tools there are.
    /// - Throws: `EngineError`.
    public func probe() async throws(EngineError) -> Int {
        let listing = try await connect()
        await shutdown()
        return listing.tools
    }

    private static let goodbyeLimit = Duration.seconds(1)

    // MARK: Running

    public func run(_ call: ToolCall, from origin: ToolOrigin) async -> ToolResult {
        guard let own = state.withLock({ $0.tools.serverNames[call.name] }) else {
            return ToolResult("The tool is not available.", .failed)
        }
        let id = nextID()
        let parameters: JSONValue = ["name": .string(own), "arguments": .object(call.arguments)]
        let outcome = await within(limit) { [self] in await self.call(id, parameters) }
        if let outcome { return outcome }
        cancel(id)
        return ToolResult(
            "The tool did not answer in time.", .timeout,
            error: .tool(server.name, transport: HTTPClientError.deadlineExceeded))
    }

    private func call(_ id: Int64, _ parameters: JSONValue, isSecond: Bool = false) async -> ToolResult {
        let session = state.withLock { $0.session }
        do throws(MCPTransport.Fault) {
            guard let session else { throw .sessionLost }
            return ToolResult(mcp: try await request(id, "tools/call", parameters, in: session).result)
        } catch {
            switch error {
            case .sessionLost:
                // The server has run nothing: it did not know who asked.
                guard !isSecond, await replace(session) else {
                    return ToolResult("The tool is not available.", .failed)
                }
                return await call(id, parameters, isSecond: true)
            case .refused(let code):
                // Invalid parameters are the model's to put right; the message may quote them, so it is not passed on.
                let words = code == -32_602 ? "The tool refused the arguments." : "The tool failed."
                return ToolResult(words, code == -32_602 ? .invalid : .failed, error: refusal(code))
            case .failed(let error):
                let isLate = error.code == "tool.timeout"
                return ToolResult(
                    isLate ? "The tool did not answer in time." : "The tool is not available.",
                    isLate ? .timeout : .failed, error: error)
            }
        }
    }

    /// Tells the server that nobody waits any more (see: "Cancellation").
    private func cancel(_ id: Int64) {
        guard let session = state.withLock({ $0.session }) else { return }
        let message = MCPMessage.notification(
            "notifications/cancelled", ["requestId": .integer(id), "reason": "it took too long"])
        Task { [transport] in
            _ = await within(Self.goodbyeLimit) { try? await transport.post(message, in: session) }
        }
    }

    func nextID() -> Int64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    func request(
        _ id: Int64, _ method: String, _ parameters: JSONValue, in session: MCPTransport.Session?
    ) async throws(MCPTransport.Fault) -> (result: JSONValue, sessionID: String?) {
        try await transport.request(id, method, parameters, in: session) { [self] in heard($0, in: session) }
    }

    /// What the server says besides its answers.
    func heard(_ message: MCPMessage, in session: MCPTransport.Session?) {
        switch message {
        case .notification("notifications/tools/list_changed"): signal.yield(.toolsChanged)
        case .request(let id, let method):
            let answer = MCPMessage.answer(id: id, method: method)
            Task { [transport] in
                _ = await within(Self.goodbyeLimit) { try? await transport.post(answer, in: session) }
            }
        case .notification, .result, .error: break
        }
    }

    func refusal(_ code: Int64) -> EngineError {
        EngineError(
            code: "tool.refused", message: "the tool server \(server.name) answered with the error \(code).",
            hint: "Look into its log.", category: .server)
    }
}

/// What a tool server offers.
public struct MCPListing: Sendable, Equatable {
    /// How many tools models are offered.
    public let tools: Int
    /// How many are left out, because there are too many or they are too large.
    public let leftOut: Int
}
