import NIOCore

/// Lets the handlers behind it know of a connection only when its peer is one that may be asked.
final class PeerCheck: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let opening: WebSocketOpening
    private let admit: (SocketAddress?) throws -> Void

    init(opening: WebSocketOpening, admit: @escaping (SocketAddress?) throws -> Void) {
        self.opening = opening
        self.admit = admit
    }

    func channelActive(context: ChannelHandlerContext) {
        do {
            try admit(context.channel.remoteAddress)
            context.fireChannelActive()
        } catch {
            opening.fail(.of(error))
            context.close(promise: nil)
        }
    }
}
