import AsyncHTTPClient
import Foundation
import NIOHTTP1
import Synchronization
import TomConversation
import TomEngines
import TomErrors

/// The connection to a tool server: begun, kept, and begun anew.
extension MCPServer {
    private static let firstDelay = Duration.seconds(1)
    private static let longestDelay = Duration.seconds(60)
    /// Pages of tools at most.
    private static let maxPages = 16

    /// Begins a session in place of a lost one: once, however many calls have lost it, and not where that has been done already.
    /// - Returns: whether there is another session.
    func replace(_ lost: MCPTransport.Session?) async -> Bool {
        // A stream ends when its reader is called off, and then holds up nobody.
        let (outcome, feed) = AsyncStream.makeStream(of: Bool.self)
        state.withLock { state in
            guard !state.isOver else { return feed.finish() }
            if let session = state.session, session != lost {
                feed.yield(true)
                return
            }
            state.waiting.append(feed)
            if state.waiting.count == 1 { state.replacing = Task { await self.replaceForAll() } }
        }
        for await isConnected in outcome { return isConnected }
        return false
    }

    private func replaceForAll() async {
        let isConnected = await reconnect()
        let waiting = state.withLock { state in
            defer { (state.waiting, state.replacing) = ([], nil) }
            return state.waiting
        }
        for other in waiting { other.yield(isConnected) }
    }

    /// Connects; whatever comes of it is told to `onChange`, unless the server is being stopped.
    /// - Returns: whether it worked.
    private func reconnect() async -> Bool {
        do throws(EngineError) {
            onChange(.success(try await connect()))
            return true
        } catch {
            if !Task.isCancelled { onChange(.failure(error)) }
            return false
        }
    }

    /// Begins a session and lists the tools.
    func connect() async throws(EngineError) -> MCPListing {
        let outcome = await within(limit) { [self] () -> Result<MCPListing, MCPTransport.Fault> in
            do throws(MCPTransport.Fault) {
                let session = try await initialize()
                let tools = try await list(in: session)
                state.withLock { if !$0.isOver { ($0.session, $0.tools) = (session, tools) } }
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
        return MCPTools(listed, prefix: server.name, allowed: allowed)
    }

    /// Keeps the connection until the task is cancelled.
    func keep(_ isConnected: Bool) async {
        var isConnected = isConnected
        var lost: MCPTransport.Session?
        while !Task.isCancelled {
            var delay = Self.firstDelay
            while !isConnected, !Task.isCancelled {
                try? await Task.sleep(for: delay)
                delay = min(delay * 2, Self.longestDelay)
                if !Task.isCancelled { isConnected = await replace(lost) }
            }
            guard let session = state.withLock({ $0.session }), !Task.isCancelled else { return }
            // Servers tell of changes that they did not announce; one without sessions has nobody to tell.
            let listener = Task { if session.id != nil { await listen(in: session) } }
            isConnected = await refreshing(in: session)
            lost = session
            listener.cancel()
        }
    }

    /// Lists the tools again whenever they change; returns when the session is lost, or another one has taken its place.
    /// - Returns: whether there is a session.
    private func refreshing(in session: MCPTransport.Session) async -> Bool {
        for await signal in signals {
            guard state.withLock({ $0.session }) == session else { return true }
            guard signal == .toolsChanged else { return await replace(session) }
            let tools = await within(limit) { [self] in try? await list(in: session) }
            guard let tools = tools ?? nil else { return await replace(session) }
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
