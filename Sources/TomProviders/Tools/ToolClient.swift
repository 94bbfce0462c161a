import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TomEngines

/// Requests to the server of one tool, within what may leave this network.
struct ToolClient: Sendable {
    /// The tool's name, for errors.
    let name: String
    private let url: String
    let host: String
    private let egress: EgressPolicy
    private let http: HTTPClient

    /// The most that is read of an answer that is given to a model, in bytes: the rest would be cut anyway.
    static let maxAnswerBytes = 65_536

    /// - Parameter http: must not follow redirects, which would lead past the egress policy.
    /// - Throws: `tool.bad_url`.
    init(name: String, url: String, egress: EgressPolicy, http: HTTPClient) throws(EngineError) {
        self.name = name
        self.url = url
        host = try ProviderEndpoint(url: url, key: nil, stage: "tool", names: .tool(name)).host
        self.egress = egress
        self.http = http
    }

    /// Checks whether the tool's address is one that may be asked.
    /// - Throws: `tool.egress_forbidden`, `tool.host_unknown`.
    func checkEgress() async throws(EngineError) {
        do throws(EngineError) { try await egress.admit(host: host, stage: "tool") } catch {
            throw .tool(name, transport: error)
        }
    }

    /// Sends one request; the answer's head has come when it returns.
    /// - Throws: `EngineError` when there is no answer.
    func send(
        _ method: HTTPMethod, _ fields: [(String, String)], body: Data? = nil
    ) async throws(EngineError) -> HTTPClientResponse {
        // Again at every request: a name may have been given another address since the start.
        if !egress.allowsPublic { try await checkEgress() }
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "User-Agent", value: "tom")
        for (name, value) in fields { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        do {
            return try await http.execute(request, timeout: Self.longest)
        } catch is ForbiddenPeer {
            throw .tool(name, transport: egress.forbidden(host: host, stage: "tool"))
        } catch {
            throw .tool(name, transport: error)
        }
    }

    /// The longest that a head may take; every caller has a shorter limit of its own.
    private static let longest = TimeAmount.seconds(90)

    /// The body's beginning, and whether there is more of it.
    func read(
        _ response: HTTPClientResponse, upTo limit: Int
    ) async throws(EngineError) -> (bytes: Data, isCut: Bool) {
        var bytes = Data()
        do {
            for try await piece in response.body {
                bytes.append(contentsOf: piece.readableBytesView.prefix(limit - bytes.count))
                // Leaving the loop ends the request; the connection is closed with what was not read.
                if piece.readableBytes > 0, bytes.count >= limit { return (bytes, true) }
            }
        } catch {
            throw .tool(name, transport: error)
        }
        return (bytes, false)
    }

    /// Asks for the head of the address, which changes nothing there (RFC 9110 section 9.2.1); any status will do.
    func reach() async throws(EngineError) {
        _ = try await send(.HEAD, [])
    }
}

/// Runs `body`, and calls it off when it takes longer than `limit`; `nil` then.
func within<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            try? await Task.sleep(for: limit)
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
}
