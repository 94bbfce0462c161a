import NIOCore
import NIOHTTP1

/// Asks for the upgrade and, when the server refuses it, reads why.
final class WebSocketHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Bytes of a refusal's body that are read; a problem document is far shorter.
    private static let mostBody = 64 * 1_024

    private let head: HTTPRequestHead
    private let opening: WebSocketOpening
    private var refusal: (status: Int, retryAfter: String?, body: [UInt8])?

    init(head: HTTPRequestHead, opening: WebSocketOpening) {
        self.head = head
        self.opening = opening
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
            refusal = (Int(head.status.code), head.headers.first(name: "Retry-After"), [])
        case .body(let body):
            guard let refusal, refusal.body.count + body.readableBytes <= Self.mostBody else { return }
            self.refusal?.body += body.readableBytesView
        case .end:
            end()
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opening.fail(.of(error))
        context.close(promise: nil)
    }

    private func end() {
        opening.fail(
            refusal.map { .refused(status: $0.status, retryAfter: $0.retryAfter, body: $0.body) } ?? .closed)
    }

    private func ask(_ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}
