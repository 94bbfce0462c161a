import NIOCore
import NIOHTTP1

/// Gives every stage of an HTTP connection a deadline, so that no peer holds one by being slow, and ends connections that
/// Hummingbird would leave open.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// Waiting for a request head; `first` until one was seen.
        case idle(first: Bool)
        case request
        case upgraded
    }

    private let limits: ServerConfiguration.HTTPLimits
    private let unfinished: UnfinishedConnections
    private let onTimeout: @Sendable () -> Void
    private var unfinishedID: UInt64?
    private var state = State.idle(first: true)
    private var deadline: Scheduled<Void>?
    private var closesAfterResponse = false
    private var context: ChannelHandlerContext?
    /// Told when the client of the request in progress goes away.
    private var onGone: (@Sendable () -> Void)?

    /// - Parameter onTimeout: told of connections that were closed for want of a request.
    init(
        limits: ServerConfiguration.HTTPLimits, unfinished: UnfinishedConnections,
        onTimeout: @escaping @Sendable () -> Void
    ) {
        self.limits = limits
        self.unfinished = unfinished
        self.onTimeout = onTimeout
    }

    /// Gives the request in progress another deadline, and tells when its client goes away, or the deadline passes, before
    /// the response has ended.
    func follow(timeout: TimeAmount, onGone: @escaping @Sendable () -> Void) {
        guard let context, case .request = state else { return onGone() }
        self.onGone = onGone
        arm(context, timeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let channel = context.channel
        unfinishedID = unfinished.began(IPAddress(channel.remoteAddress)) { channel.close(promise: nil) }
        arm(context, limits.headerTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        release()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        release()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = Self.unwrapInboundIn(data) {
            if let id = unfinishedID { unfinished.finished(id) }
            unfinishedID = nil
            state = .request
            // Hummingbird heeds neither HTTP/1.0 nor a Connection header with other tokens in it
            if !head.isKeepAlive { closesAfterResponse = true }
            arm(context, limits.requestTimeout)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch Self.unwrapOutboundIn(data) {
        case .head(let head) where head.status == .switchingProtocols:
            state = .upgraded
            deadline?.cancel()
            context.write(data, promise: promise)
        case .end: writeEnd(context, data, promise)
        default: context.write(data, promise: promise)
        }
    }

    private func writeEnd(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        if case .upgraded = state { return context.write(data, promise: promise) }
        state = .idle(first: false)
        onGone = nil
        guard closesAfterResponse else {
            arm(context, limits.idleTimeout)
            return context.write(data, promise: promise)
        }
        let bound = context.loopBound
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        written.futureResult.cascade(to: promise)
        context.writeAndFlush(data, promise: written)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        context.close(mode: mode, promise: promise)
        // Hummingbird closes its side after an error and waits for the peer without end
        if mode == .output, case .idle = state { arm(context, .seconds(2)) }
        if mode == .output, case .request = state { arm(context, .seconds(2)) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // no client of TOM's ends its side and still waits for an answer
        if event as? ChannelEvent == .inputClosed { gone() }
        guard event is ChannelShouldQuiesceEvent else { return context.fireUserInboundEventTriggered(event) }
        if case .request = state { closesAfterResponse = true } else { context.close(promise: nil) }
    }

    private func arm(_ context: ChannelHandlerContext, _ delay: TimeAmount) {
        deadline?.cancel()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: delay) {
            let (handler, context) = bound.value
            if case .idle(first: true) = handler.state { handler.onTimeout() }
            context.close(promise: nil)
        }
    }

    private func gone() {
        let onGone = onGone
        self.onGone = nil
        onGone?()
    }

    private func release() {
        gone()
        deadline?.cancel()
        deadline = nil
        if let id = unfinishedID { unfinished.finished(id) }
        unfinishedID = nil
    }
}
