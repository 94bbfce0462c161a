import NIOCore
import NIOHTTP1

/// Asks for the upgrade and, when the server refuses it, reads why.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Bytes of a refusal's body that are read; a problem document is far shorter.
    private static let mostBody = 64 * 1_024

    private let head: HTTPRequestHead
    private let refused: @Sendable (ProbeError) -> Void
    private let url: ServerURL
    private var refusal: Refusal?

    /// - Parameter refused: called at most once, on the event loop, when no WebSocket comes about.
    init(url: ServerURL, head: HTTPRequestHead, refused: @escaping @Sendable (ProbeError) -> Void) {
        self.url = url
        self.head = head
        self.refused = refused
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { ask(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        ask(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            refusal = Refusal(status: Int(head.status.code), retryAfter: head.headers["retry-after"].first)
        case .body(let body):
            guard let refusal, refusal.body.count + body.readableBytes <= Self.mostBody else { return }
            self.refusal?.body += Array(body.readableBytesView)
        case .end:
            if let refusal { refused(refusal.error) }
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        refused(refusal?.error ?? .unreachable(url, reason: "it was closed during the handshake"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        refused(.unreachable(url, reason: "the handshake failed: \(error)"))
        context.close(promise: nil)
    }

    private func ask(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
