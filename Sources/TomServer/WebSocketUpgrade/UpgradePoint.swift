import NIOCore
import NIOHTTP1

/// Turns an HTTP connection into a WebSocket when a route's 101 passes it.
///
/// It sits between NIO's HTTP codec and the one Hummingbird speaks to. After the 101's end it takes the codec out, puts a
/// `WebSocketConnection` before itself, replays what the client had already sent, and keeps the parked HTTP machinery behind
/// it away from the socket.
final class UpgradePoint: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    struct Plan {
        var limits: WebSocketLimits
        var endpoint: () -> any WebSocketEndpoint
    }

    private enum State {
        case http
        /// The 101's head is out, or the codec is being removed.
        case switching(Plan)
        case upgraded
    }

    private let encoder: HTTPResponseEncoder
    private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    private let isTLS: Bool
    private var state = State.http
    private var plan: Plan?
    private var early: [ByteBuffer] = []
    /// Whether the request in progress asked for any upgrade: llhttp then stops parsing behind it.
    private var asksUpgrade = false
    private var inputClosed = false

    init(encoder: HTTPResponseEncoder, decoder: ByteToMessageHandler<HTTPRequestDecoder>, isTLS: Bool) {
        (self.encoder, self.decoder, self.isTLS) = (encoder, decoder, isTLS)
    }

    /// Arms the upgrade that the next 101 performs.
    func accept(_ plan: Plan) { self.plan = plan }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .http:
            if case .head(let head) = Self.unwrapInboundIn(data) {
                asksUpgrade = head.headers.contains(name: "upgrade")
            }
            context.fireChannelRead(data)
        case .switching: early.append(Bytes.unwrapInboundIn(data))
        case .upgraded: break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch (Self.unwrapOutboundIn(data), state) {
        case (_, .upgraded): promise?.fail(ChannelError.outputClosed)
        case (.head(let head), _): writeHead(context, head, promise)
        case (.end, .switching(let plan)):
            context.writeAndFlush(data, promise: promise)
            replaceCodec(context, plan)
        case (.end, .http) where asksUpgrade:
            let bound = context.loopBound
            let written = context.eventLoop.makePromise(of: Void.self)
            written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
            written.futureResult.cascade(to: promise)
            context.writeAndFlush(data, promise: written)
        default: context.write(data, promise: promise)
        }
    }

    private func writeHead(
        _ context: ChannelHandlerContext, _ head: HTTPResponseHead, _ promise: EventLoopPromise<Void>?
    ) {
        var head = head
        if head.status == .switchingProtocols, let plan {
            state = .switching(plan)
            self.plan = nil
        } else if asksUpgrade {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        context.write(Self.wrapOutboundOut(.head(head)), promise: promise)
    }

    private func replaceCodec(_ context: ChannelHandlerContext, _ plan: Plan) {
        let bound = NIOLoopBound((self, context, plan), eventLoop: context.eventLoop)
        let encoder = NIOLoopBound(self.encoder, eventLoop: context.eventLoop)
        // taking the decoder out makes it forward what came behind the request: an eager client's first frames
        context.pipeline.syncOperations.removeHandler(decoder).flatMap {
            bound.value.1.pipeline.syncOperations.removeHandler(encoder.value)
        }.whenComplete { result in
            let (point, context, plan) = bound.value
            guard case .success = result, !point.inputClosed else { return context.close(promise: nil) }
            point.becomeWebSocket(context, plan)
        }
    }

    private func becomeWebSocket(_ context: ChannelHandlerContext, _ plan: Plan) {
        let socket = WebSocketConnection(endpoint: plan.endpoint(), limits: plan.limits)
        do {
            try context.pipeline.syncOperations.addHandler(socket, position: .before(self))
        } catch { return context.close(promise: nil) }
        state = .upgraded
        // spares a TLS socket NIOSSL's wait of 5 s for close_notify
        if isTLS { try? context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false) }
        socket.open()
        let early = early
        self.early = []
        guard !early.isEmpty, let head = try? context.pipeline.syncOperations.context(handler: socket) else { return }
        for bytes in early { socket.channelRead(context: head, data: NIOAny(bytes)) }
        socket.channelReadComplete(context: head)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (state, mode) {
        case (.upgraded, .output): promise?.succeed()
        // Hummingbird closes a connection's input only when its task is cancelled: the server stops at once
        case (.upgraded, .input): context.close(mode: .all, promise: promise)
        default: context.close(mode: mode, promise: promise)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .http = state { return context.fireUserInboundEventTriggered(event) }
        // Hummingbird lets connections half-close, so a client that vanishes by FIN while its codec is being replaced is
        // seen here and nowhere else
        if let event = event as? ChannelEvent, event == .inputClosed { inputClosed = true }
    }

    /// Reads the bytes that the removed decoder forwards, which are of another type than this handler's own input.
    private final class Bytes: ChannelInboundHandler { typealias InboundIn = ByteBuffer }
}
