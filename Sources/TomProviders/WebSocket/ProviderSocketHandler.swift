import NIOCore
import NIOSSL
import NIOWebSocket
import TomEngines

/// Takes a socket's frames: hands on messages, answers pings, and asks for a sign of life when there is none.
final class ProviderSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let limits: ProviderSocket.Limits
    private let stage: String
    private let names: ProviderSettingNames
    private let report: (ProviderSocket.Event) -> Void
    private var heardAt = NIODeadline.now()
    private var lastSent = NIODeadline.now()
    private var isPinged = false
    private var timer: Scheduled<Void>?

    init(
        limits: ProviderSocket.Limits, stage: String, names: ProviderSettingNames,
        report: @escaping (ProviderSocket.Event) -> Void
    ) {
        self.limits = limits
        self.stage = stage
        self.names = names
        self.report = report
    }

    func handlerAdded(context: ChannelHandlerContext) {
        heardAt = .now()
        lastSent = heardAt
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        heardAt = .now()
        isPinged = false
        switch frame.opcode {
        case .text, .binary: report(.message(frame.unmaskedData))
        case .ping: send(.pong, frame.unmaskedData, context)
        case .connectionClose:
            var body = frame.unmaskedData
            let code = body.readInteger(as: UInt16.self) ?? 1_005
            send(.connectionClose, frame.unmaskedData, context)
            report(.ended(.closed(code: code)))
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        report(.ended(.failed(.transport(ChannelError.eof, stage: stage))))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        timer?.cancel()
        report(.ended(.failed(meaning(of: error))))
        context.close(promise: nil)
    }

    private func meaning(of error: any Error) -> EngineError {
        switch error {
        case is NIOWebSocketError, is NIOWebSocketFrameAggregator.Error:
            .malformed("a frame breaks the protocol or is too long", stage: stage, names: names)
        // The peer closed the connection without TLS's own goodbye.
        case NIOSSLError.uncleanShutdown: .transport(ChannelError.eof, stage: stage)
        default: .transport(error, stage: stage, names: names)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastSent = .now()
        context.write(data, promise: promise)
    }

    private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: Time

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = context.loopBound
        var due = heardAt + (isPinged ? limits.pingAfter + limits.pongWithin : limits.pingAfter)
        if let keepAlive = limits.keepAlive { due = min(due, lastSent + keepAlive.after) }
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { self.tick(bound.value) }
    }

    private func tick(_ context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if isPinged, now >= heardAt + limits.pingAfter + limits.pongWithin {
            report(.ended(.failed(.halfOpen(stage))))
            return context.close(promise: nil)
        }
        if !isPinged, now >= heardAt + limits.pingAfter {
            isPinged = true
            send(.ping, ByteBuffer(), context)
        }
        if let keepAlive = limits.keepAlive, now >= lastSent + keepAlive.after {
            lastSent = now
            send(.text, ByteBuffer(string: keepAlive.text), context)
        }
        schedule(context)
    }
}
