import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TomErrors
import TomSession
import TomWire

/// The paths the server answers, each put together from parts that are tested on their own.
struct Routes: Sendable {
    let configuration: ServerConfiguration
    let access: AccessPolicy
    let registry: CallRegistry
    let surroundings: WebSocketCall.Surroundings
    let prometheus: PrometheusRegistry
    let assets: AssetRoute
    let messages: (any MessageListing)?
    let calls: (any CallRecords)?
    let api: APIRoutes

    func router() -> Router<ServerRequestContext> {
        let router = Router(context: ServerRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: ProblemResponses(metrics: surroundings.metrics))
        router.get("healthz") { _, _ in Self.json(["status": "ok"]) }
        router.get("readyz") { _, _ in
            if registry.isDraining { throw ServerError.draining(retryAfterSeconds: 5) }
            return Self.json(["status": "ready"])
        }
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusRegistry.contentType, .cacheControl: "no-store"],
                body: .init(byteBuffer: ByteBuffer(string: prometheus.render())))
        }
        router.get("v1/calls") { request, context in
            try await access.admitOperator(context.access(request), now: Clocks.unixSeconds())
            return Self.json(["calls": registry.summaries])
        }
        router.get("v1/calls/:call_id") { try await showCall($0, $1) }
        router.get("v1/messages") { try await listMessages($0, $1) }
        router.get("ws/stream/:call_id") { try await openCall($0, $1) }
        api.add(to: router)
        for (path, endpoint) in configuration.testEndpoints {
            router.get(RouterPath(path)) { request, context in
                try await context.upgrade(
                    try WebSocketHandshake(request.head), subprotocol: nil, limits: configuration.webSocket, endpoint)
            }
        }
        for path in ["/", "**"] as [RouterPath] { router.get(path) { request, _ in try assets.respond(to: request) } }
        return router
    }

    private static func json(_ value: some Encodable) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: JSONBody.encode(value))
    }

    private func listMessages(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        try await access.admitOperator(context.access(request), now: Clocks.unixSeconds())
        var limit = 100
        if let text = request.uri.queryParameters["limit"] {
            guard let number = Int(text), (1...1_000).contains(number) else {
                throw ServerError(
                    "http.bad_parameter", status: 400, .invalidRequest, "limit is not a number from 1 to 1000",
                    hint: "Leave it out, or correct it.")
            }
            limit = number
        }
        return Self.json(["messages": try await messages?.latestMessages(limit: limit) ?? []])
    }

    private func showCall(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        try await access.admitOperator(context.access(request), now: Clocks.unixSeconds())
        let id = Self.callID(context)
        guard CallID.isValid(id) else { throw ServerError.badCallID }
        guard var record = try await calls?.record(of: id) else { throw ServerError.unknownCall }
        // The register knows that a call is live, the registry what it does.
        if record.ended == nil, let live = registry.summaries.first(where: { $0.id == id }) {
            record.state = live.state
        }
        return Self.json(record)
    }

    private static func callID(_ context: ServerRequestContext) -> String {
        let raw = context.parameters.get("call_id") ?? ""
        return raw.contains("%") ? raw.removingPercentEncoding ?? raw : raw
    }

    // MARK: Calls

    private func openCall(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        do {
            return try await acceptCall(request, context)
        } catch let error as ServerError {
            surroundings.metrics.refused(error)
            throw error
        }
    }

    /// Everything that can refuse a call comes before the 101, cheap and public checks first; the slot is taken last, so
    /// that there is nothing to undo but the slot itself.
    private func acceptCall(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        let seen = context.access(request)
        try access.admitAddress(seen.peer)
        let id = Self.callID(context)
        guard CallID.isValid(id) else { throw ServerError.badCallID }
        try access.countConnection(seen.peer, now: Clocks.monotonicSeconds())
        if registry.isDraining { throw ServerError.draining(retryAfterSeconds: 5) }
        let admission = try await access.admitCall(seen, callID: id, now: Clocks.unixSeconds())
        let live = try registry.claim(id, transport: "websocket", at: Date())
        // whatever becomes of the connection from here on, its end gives the slot back
        context.channel.closeFuture.whenComplete { _ in live.release() }
        let handshake: WebSocketHandshake
        do {
            try access.redeem(admission, now: Clocks.unixSeconds())
            // judged last: a browser hides the status of a refused handshake from its page, which learns it with a plain
            // GET of the same address; that is answered 426 only when a call would have been taken
            handshake = try WebSocketHandshake(request.head)
        } catch {
            live.release()
            throw error
        }
        let expires = configuration.authentication.endCallsAtExpiry ? admission.ticket?.expires : nil
        let surroundings = surroundings
        return try await context.upgrade(
            handshake, subprotocol: TomProtocol.name, limits: configuration.webSocket
        ) { WebSocketCall(surroundings, live: live, expires: expires) }
    }
}
