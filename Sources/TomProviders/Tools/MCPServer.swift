public import AsyncHTTPClient
import Foundation
import NIOHTTP1
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

    private struct State {
        var session: MCPTransport.Session?
        var tools = MCPTools()
        var lastID: Int64 = 0
        var keeper: Task<Void, Never>?
    }

    private enum Signal { case toolsChanged, sessionLost }

    private let server: Agent.ToolServer
    private let transport: MCPTransport
    private let limit: Duration
    private let version: String
    private let state = Mutex(State())
    private let signals: AsyncStream<Signal>
    private let signal: AsyncStream<Signal>.Continuation
    private let onChange: @Sendable (Result<MCPListing, EngineError>) -> Void

    /// - Parameters:
    ///   - secret: gives the value of a setting the agent file names; `nil` when it is not set.
    ///   - limit: the longest any tool may take; the server's own timeout may be shorter.
    ///   - http: must not follow redirects.
    ///   - version: TOM's.
    ///   - onChange: told, from any thread, of every listing and of every failure to connect.
    /// - Throws: `tool.bad_url`, `tool.bad_secret`.
    public init(
        _ server: Agent.ToolServer, secret: (String) -> String?, limit: Duration, egress: EgressPolicy,
        http: HTTPClient, version: String,
        onChange: @escaping @Sendable (Result<MCPListing, EngineError>) -> Void = { _ in }
    ) throws(EngineError) {
        self.server = server
        self.limit = min(server.timeout ?? limit, limit)
        self.version = version
        self.onChange = onChange
        let token = try server.token.map { (setting) throws(EngineError) in
            guard let value = secret(setting), !value.isEmpty, value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw .tool(
                    server.name, secret: setting, "is not set, or is no bearer token",
                    hint: "Set \(setting) in the environment, or \(setting)_FILE to a file that holds it.")
            }
            return value
        }
        transport = MCPTransport(
            client: try ToolClient(name: server.name, url: server.url, egress: egress, http: http), token: token)
        (signals, signal) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(4))
    }

    /// Checks, for the start, whether the address is one that may be asked.
    /// - Throws: `tool.egress_forbidden`, `tool.host_unknown`.
    public func check() async throws(EngineError) { try await transport.client.checkEgress() }

    /// Connects and lists the tools once, and keeps doing so in the background when that fails.
    public func start() async {
        let isConnected = await reconnect()
        let keeper = Task { await keep(isConnected) }
        state.withLock { $0.keeper = keeper }
    }

    /// Ends the session.
    public func shutdown() async {
        let (keeper, session) = state.withLock { state in
            defer { (state.keeper, state.session) = (nil, nil) }
            return (state.keeper, state.session)
        }
        keeper?.cancel()
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
        do throws(MCPTransport.Fault) {
            guard let session = state.withLock({ $0.session }) else { throw .sessionLost }
            return ToolResult(mcp: try await request(id, "tools/call", parameters, in: session).result)
        } catch {
            switch error {
            case .sessionLost:
                // The server has run nothing: it did not know who asked.
                guard !isSecond, await reconnect() else { return ToolResult("The tool is not available.", .failed) }
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

    private func nextID() -> Int64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    private func request(
        _ id: Int64, _ method: String, _ parameters: JSONValue, in session: MCPTransport.Session?
    ) async throws(MCPTransport.Fault) -> (result: JSONValue, sessionID: String?) {
        try await transport.request(id, method, parameters, in: session) { [self] in heard($0, in: session) }
    }

    /// What the server says besides its answers.
    private func heard(_ message: MCPMessage, in session: MCPTransport.Session?) {
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

    private func refusal(_ code: Int64) -> EngineError {
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

// MARK: Connection

extension MCPServer {
    private static let firstDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(60)
    /// Pages of tools at most.
    private static let maxPages = 16

    /// Connects; whatever comes of it is told to `onChange`.
    /// - Returns: whether it worked.
    private func reconnect() async -> Bool {
        do throws(EngineError) {
            onChange(.success(try await connect()))
            return true
        } catch {
            onChange(.failure(error))
            return false
        }
    }

    /// Begins a session and lists the tools.
    fileprivate func connect() async throws(EngineError) -> MCPListing {
        let outcome = await within(limit) { [self] () -> Result<MCPListing, MCPTransport.Fault> in
            do throws(MCPTransport.Fault) {
                let session = try await initialize()
                let tools = try await list(in: session)
                state.withLock { ($0.session, $0.tools) = (session, tools) }
                return .success(MCPListing(tools: tools.descriptions.count, leftOut: tools.leftOut))
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let listing): return listing
        case .failure(.failed(let error)): throw error
        case .failure(.refused(let code)): throw refusal(code)
        case .failure(.sessionLost): throw .tool(server.name, status: .notFound)
        case nil: throw .tool(server.name, transport: HTTPClientError.deadlineExceeded)
        }
    }

    private func initialize() async throws(MCPTransport.Fault) -> MCPTransport.Session {
        let (result, id) = try await request(
            nextID(), "initialize",
            [
                "protocolVersion": .string(MCPMessage.version), "capabilities": [:],
                "clientInfo": ["name": "tom", "version": .string(version)],
            ], in: nil)
        guard let spoken = result["protocolVersion"]?.text, MCPMessage.versions.contains(spoken) else {
            throw .failed(
                EngineError(
                    code: "tool.unsupported_version",
                    message: "the tool server \(server.name) speaks none of the known revisions of its protocol.",
                    hint: "Known are \(MCPMessage.versions.joined(separator: ", ")).", category: .invalidRequest))
        }
        let session = MCPTransport.Session(id: id, version: spoken)
        try await transport.post(MCPMessage.notification("notifications/initialized"), in: session)
        return session
    }

    private func list(in session: MCPTransport.Session) async throws(MCPTransport.Fault) -> MCPTools {
        var listed: [JSONValue] = []
        var cursor: String?
        for _ in 0..<Self.maxPages {
            let parameters: JSONValue = cursor.map { ["cursor": .string($0)] } ?? [:]
            let page = try await request(nextID(), "tools/list", parameters, in: session).result
            listed += page["tools"]?.elements ?? []
            cursor = page["nextCursor"]?.text
            if cursor == nil { break }
        }
        return MCPTools(listed, prefix: server.name, allowed: server.allowed)
    }

    /// Keeps the connection until the task is cancelled.
    private func keep(_ isConnected: Bool) async {
        var isConnected = isConnected
        while !Task.isCancelled {
            var delay = Self.firstDelay
            while !isConnected, !Task.isCancelled {
                try? await Task.sleep(for: delay)
                delay = min(delay * 2, Self.longestDelay)
                if !Task.isCancelled { isConnected = await reconnect() }
            }
            guard let session = state.withLock({ $0.session }), !Task.isCancelled else { return }
            // Servers tell of changes that they did not announce; one without sessions has nobody to tell.
            let listener = Task { if session.id != nil { await listen(in: session) } }
            isConnected = await refreshing(in: session)
            listener.cancel()
        }
    }

    /// Lists the tools again whenever they change; returns when the session is lost, or another one has taken its place.
    /// - Returns: whether there is a session.
    private func refreshing(in session: MCPTransport.Session) async -> Bool {
        for await signal in signals {
            guard state.withLock({ $0.session }) == session else { return true }
            guard signal == .toolsChanged else { return await reconnect() }
            let tools = await within(limit) { [self] in try? await list(in: session) }
            guard let tools = tools ?? nil else { return await reconnect() }
            state.withLock { $0.tools = tools }
            onChange(.success(MCPListing(tools: tools.descriptions.count, leftOut: tools.leftOut)))
        }
        return false
    }

    private func listen(in session: MCPTransport.Session) async {
        var delay = Self.firstDelay
        while !Task.isCancelled {
            do throws(MCPTransport.Fault) {
                let isOffered = try await transport.listen(in: session) { message in
                    delay = Self.firstDelay
                    heard(message, in: session)
                    return !Task.isCancelled
                }
                guard isOffered else { return }
            } catch {
                if case .sessionLost = error { signal.yield(.sessionLost) }
            }
            try? await Task.sleep(for: delay)
            delay = min(delay * 2, Self.longestDelay)
            // What changed while nobody listened.
            if !Task.isCancelled { signal.yield(.toolsChanged) }
        }
    }
}
