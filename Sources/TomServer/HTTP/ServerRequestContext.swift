import HTTPTypes
import Hummingbird
import NIOCore

/// What routes know of a request besides its text.
struct ServerRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The request as the access policy sees it.
    func access(_ request: Request) -> AccessRequest {
        AccessRequest(
            peer: IPAddress(channel.remoteAddress), host: request.head.authority, fields: request.headers,
            queryTokens: request.uri.queryParameters[values: "t"].map(String.init))
    }

    /// Gives the request another deadline than plain ones have.
    /// - Parameter onGone: called once, on the event loop, when the client goes away or the deadline passes before the response
    ///   has ended.
    func follow(timeout: TimeAmount, onGone: @escaping @Sendable () -> Void) async throws {
        let channel = channel
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self)
                .follow(timeout: timeout, onGone: onGone)
        }.get()
    }

    /// Answers a handshake; the connection becomes a WebSocket behind the response.
    /// - Parameter subprotocol: named in the response where the client offered it.
    func upgrade(
        _ handshake: WebSocketHandshake, subprotocol: String?, limits: WebSocketLimits,
        _ endpoint: @escaping @Sendable () -> any WebSocketEndpoint
    ) async throws -> Response {
        let channel = channel
        try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: UpgradePoint.self)
                .accept(.init(limits: limits, endpoint: endpoint))
        }.get()
        return Response(
            status: .switchingProtocols, headers: handshake.responseFields(supporting: subprotocol.map { [$0] } ?? []))
    }
}

extension Request {
    /// The whole body.
    /// - Throws: `ServerError` with 413 when it has more than `limit` bytes.
    func bodyBytes(upTo limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        if let length = headers[.contentLength].flatMap({ Int($0) }) {
            guard length <= limit else { throw ServerError.bodyTooLarge(limit) }
            bytes.reserveCapacity(length)
        }
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw ServerError.bodyTooLarge(limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }
}
