import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TomConversation
import TomEngines
import TomErrors

/// One server's endpoint: a message goes there by `POST`, its answer comes as JSON or as a stream of events.
///
/// See: Model Context Protocol 2025-11-25, "Streamable HTTP".
struct MCPTransport: Sendable {
    /// What a server gave at `initialize`; every later request carries it.
    struct Session: Sendable, Equatable {
        /// `nil` for a server that keeps no sessions.
        var id: String?
        var version: String
    }

    /// What ends an exchange with a server other than an answer.
    enum Fault: Error {
        case failed(EngineError)
        /// The server does not know the session any more.
        case sessionLost
        /// JSON-RPC's code.
        case refused(Int64)
    }

    let client: ToolClient
    let token: String?
    /// Further fields of every request, none of those that the protocol or HTTP itself needs.
    var fields: [(name: String, value: String)] = []

    /// Sends a request and waits for its answer.
    /// - Parameter onOther: told of everything else the server says meanwhile.
    func request(
        _ id: Int64, _ method: String, _ parameters: JSONValue, in session: Session?,
        onOther: @Sendable (MCPMessage) -> Void
    ) async throws(Fault) -> (result: JSONValue, sessionID: String?) {
        let response = try await send(.POST, MCPMessage.request(id: id, method, parameters), in: session)
        let sessionID = response.headers.first(name: Self.sessionField).flatMap(Self.sessionID)
        var answer: Result<JSONValue, Fault>?
        try await read(response) { message in
            switch message {
            case .result(id, let result): answer = .success(result)
            case .error(let other, let code) where other == nil || other == id: answer = .failure(.refused(code))
            default: onOther(message)
            }
            return answer == nil
        }
        guard let answer else { throw .failed(malformed("it holds no answer to the request")) }
        return (try answer.get(), sessionID)
    }

    /// Sends a message that has no answer.
    func post(_ message: Data, in session: Session?) async throws(Fault) {
        _ = try await send(.POST, message, in: session)
    }

    /// Listens to what the server says of its own accord until it stops, or `onMessage` returns `false`.
    /// - Returns: whether the server offers such a stream at all.
    func listen(in session: Session, onMessage: (MCPMessage) -> Bool) async throws(Fault) -> Bool {
        do throws(Fault) {
            try await read(try await send(.GET, nil, in: session), onMessage)
            return true
        } catch {
            if case .failed(let reason) = error, reason.code == "tool.refused" { return false }
            throw error
        }
    }

    /// Ends the session; a server need not allow it.
    func end(_ session: Session) async { _ = try? await send(.DELETE, nil, in: session) }

    // MARK: HTTP

    private static let sessionField = "Mcp-Session-Id"

    /// Visible ASCII only, and not longer than any server needs.
    private static func sessionID(_ text: String) -> String? {
        (1...512).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }

    private func send(
        _ method: HTTPMethod, _ body: Data?, in session: Session?
    ) async throws(Fault) -> HTTPClientResponse {
        var fields = [("Accept", body == nil ? "text/event-stream" : "application/json, text/event-stream")]
        fields += self.fields
        if body != nil { fields.append(("Content-Type", "application/json")) }
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        if let session {
            fields.append(("MCP-Protocol-Version", session.version))
            if let id = session.id { fields.append((Self.sessionField, id)) }
        }
        let response: HTTPClientResponse
        do throws(EngineError) { response = try await client.send(method, fields, body: body) } catch {
            throw .failed(error)
        }
        guard (200..<300).contains(response.status.code) else {
            if response.status == .notFound, session?.id != nil { throw .sessionLost }
            throw .failed(.tool(client.name, status: response.status))
        }
        return response
    }

    /// Reads messages until `onMessage` returns `false` or the answer ends.
    private func read(_ response: HTTPClientResponse, _ onMessage: (MCPMessage) -> Bool) async throws(Fault) {
        let type = response.headers.first(name: "Content-Type")?.lowercased() ?? ""
        guard type.hasPrefix("text/event-stream") else {
            return try await readWhole(response, onMessage)
        }
        var events = ServerSentEvents()
        do {
            var wantsMore = true
            for try await bytes in response.body where wantsMore {
                try events.append(bytes.readableBytesView) { data in
                    // Some servers send an event without data first, so that its id can be resumed from.
                    guard wantsMore, !data.isEmpty else { return }
                    for message in try messages(Data(data)) where wantsMore { wantsMore = onMessage(message) }
                }
                if !wantsMore { return }
            }
        } catch is ServerSentEvents.TooLong {
            throw .failed(malformed("a line is longer than \(ServerSentEvents.maxBytes) bytes"))
        } catch let fault as Fault {
            throw fault
        } catch {
            throw .failed(.tool(client.name, transport: error))
        }
    }

    private func readWhole(_ response: HTTPClientResponse, _ onMessage: (MCPMessage) -> Bool) async throws(Fault) {
        let (bytes, isCut): (Data, Bool)
        do throws(EngineError) {
            (bytes, isCut) = try await client.read(response, upTo: ServerSentEvents.maxBytes)
        } catch {
            throw .failed(error)
        }
        guard !isCut else { throw .failed(malformed("it is longer than \(ServerSentEvents.maxBytes) bytes")) }
        for message in try messages(bytes) { if !onMessage(message) { return } }
    }

    private func messages(_ data: Data) throws(Fault) -> [MCPMessage] {
        do { return try MCPMessage.read(data) } catch { throw .failed(malformed("it is not JSON")) }
    }

    private func malformed(_ what: String) -> EngineError { .tool(client.name, malformed: what) }
}
