public import NIOCore

/// One WebSocket: reads frames, answers pings, watches over the peer, and writes what its endpoint sends.
///
/// It lives on its channel's event loop and may be used there only. Frames are gathered and written at `flush()`, at the
/// latest when the current batch of reads is done.
public final class WebSocketConnection: ChannelInboundHandler {
    public typealias InboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    private enum State { case opening, open, closing, closed }

    private let limits: WebSocketLimits
    private let endpoint: any WebSocketEndpoint
    private var state = State.opening
    private var parser: WebSocketFrameParser
    private var outgoing = ByteBuffer()
    private var context: ChannelHandlerContext?
    private var heard = true
    private var pingTimer: RepeatedTask?
    private var stallTimer: Scheduled<Void>?

    /// - Parameter endpoint: kept until the socket has ended.
    init(endpoint: any WebSocketEndpoint, limits: WebSocketLimits) {
        self.endpoint = endpoint
        self.limits = limits
        self.parser = WebSocketFrameParser(maxMessageBytes: limits.maxMessageBytes, maxFragments: limits.maxFragments)
    }

    // MARK: For the endpoint

    /// Whether the peer takes data as fast as it is written. What was not flushed yet does not count.
    public var isWritable: Bool { state == .open && (context?.channel.isWritable ?? false) }
    /// Whether frames may still be sent.
    public var isOpen: Bool { state == .open }
    /// The connection's event loop, on which the endpoint is called.
    public var eventLoop: any EventLoop { channel.eventLoop }
    var channel: any Channel {
        guard let context else {
            preconditionFailure("a WebSocket is used outside its channel's life, in state \(state)")
        }
        return context.channel
    }

    /// Queues a text message; dropped when the socket is closing.
    public func send(text: UnsafeRawBufferPointer) { send(.text, text) }
    /// Queues a binary message; dropped when the socket is closing.
    public func send(binary: UnsafeRawBufferPointer) { send(.binary, binary) }

    /// Hands what is queued to the network.
    public func flush() {
        guard let context, outgoing.readableBytes > 0 else { return }
        context.writeAndFlush(Self.wrapOutboundOut(outgoing), promise: nil)
        // the storage is reused when the socket took everything at once, and left to the channel when it did not
        outgoing.clear(minimumCapacity: outgoing.capacity <= 8_192 ? outgoing.capacity : 0)
        guard state == .open, !context.channel.isWritable else { return }
        let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if unsent > limits.maxOutboundBytes { drop(.unresponsive) }
    }

    /// Sends a close frame behind what is queued and gives the peer `WebSocketLimits.closeTimeout` to go.
    /// - Parameter reason: for people; cut to 123 bytes.
    public func close(code: UInt16, reason: String) {
        guard state == .open else { return }
        beginClosing(code: code, reason: reason)
        armCloseTimer()
    }

    private func send(_ opcode: WebSocketFrameWriter.Opcode, _ payload: UnsafeRawBufferPointer) {
        guard state == .open else { return }
        WebSocketFrameWriter.append(opcode, payload, to: &outgoing)
        // an endpoint that forgets to flush must not gather without bound either
        if outgoing.readableBytes > limits.outboundHighWaterMark { flush() }
    }

    // MARK: Life

    public func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    public func handlerRemoved(context: ChannelHandlerContext) {
        finish(.lost)
        self.context = nil
    }

    /// Starts the endpoint; called once the handler is in its place.
    func open() {
        guard state == .opening, let context else { return }
        state = .open
        let marks = ChannelOptions.Types.WriteBufferWaterMark(
            low: limits.outboundLowWaterMark, high: limits.outboundHighWaterMark)
        try? context.channel.syncOptions?.setOption(.writeBufferWaterMark, value: marks)
        if limits.pingInterval > .zero {
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            pingTimer = context.eventLoop.scheduleRepeatedTask(
                initialDelay: limits.pingInterval, delay: limits.pingInterval
            ) { _ in bound.value.pingOrDrop() }
        }
        endpoint.opened(self)
    }

    public func channelInactive(context: ChannelHandlerContext) {
        finish(.lost)
        context.fireChannelInactive()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            guard state == .open else { return }
            close(code: 1001, reason: "server is stopping")
            tellEnd(.quiesced)
        case let event as ChannelEvent where event == .inputClosed:
            // a WebSocket has no half-closed state (RFC 6455 section 7.1.1): a peer that sends nothing more is gone
            flush()
            finish(.lost)
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // a reset connection, or TLS gone wrong: neither leaves anybody to talk to
        finish(.lost)
        context.close(promise: nil)
    }

    // MARK: Reading

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard = true
        let buffer = Self.unwrapInboundIn(data)
        buffer.withUnsafeReadableBytes { bytes in
            var offset = 0
            do throws(WebSocketViolation) {
                // `closing` goes on reading, to see the peer's close frame behind data that was under way
                while state == .open || state == .closing, let item = try parser.next(bytes, &offset) { handle(item) }
            } catch { fail(error) }
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        context.fireChannelReadComplete()
    }

    private func handle(_ item: WebSocketFrameParser.Item) {
        switch item {
        case .text where state == .open:
            parser.message.withUnsafeBytes { endpoint.received(text: $0) }
        case .binary where state == .open:
            parser.message.withUnsafeBytes { endpoint.received(binary: $0) }
        case .ping, .pong, .piece:
            let bytes = item == .piece ? 0 : parser.control.count
            if state == .open { endpoint.received(frame: bytes) }
            if item == .ping { parser.control.withUnsafeBytes { send(.pong, $0) } }
        case .close(let code): peerClosed(code)
        case .text, .binary: break
        }
    }

    private func peerClosed(_ code: UInt16?) {
        if state == .open {
            beginClosing(code: code, reason: "")
            tellEnd(.peerClosed(code: code))
        }
        // both close frames are through: the server closes first (RFC 6455 section 7.1.1)
        state = .closed
        context?.close(promise: nil)
    }

    private func fail(_ violation: WebSocketViolation) {
        guard state == .open, let context else {
            context?.close(promise: nil)
            return
        }
        beginClosing(code: violation.closeCode, reason: violation.reason.description)
        state = .closed
        // Closing outright with unread input would make the kernel reset the connection and the close frame be lost; so
        // only the sending side is closed, and what still comes is thrown away until the peer goes.
        context.close(mode: .output, promise: nil)
        armCloseTimer()
        tellEnd(.violation(closeCode: violation.closeCode))
    }

    // MARK: Writability and life signs

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = nil
        if state == .open {
            if !context.channel.isWritable {
                let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
                stallTimer = context.eventLoop.scheduleTask(in: limits.writeStallTimeout) {
                    bound.value.drop(.unresponsive)
                }
            }
            endpoint.writabilityChanged()
        }
        context.fireChannelWritabilityChanged()
    }

    private func pingOrDrop() {
        guard state == .open else { return }
        guard heard else { return drop(.unresponsive) }
        heard = false
        send(.ping, UnsafeRawBufferPointer(start: nil, count: 0))
        flush()
    }

    // MARK: Ending

    private func beginClosing(code: UInt16?, reason: String) {
        WebSocketFrameWriter.appendClose(code, reason, to: &outgoing)
        state = .closing
        cancelTimers()
        flush()
    }

    private func armCloseTimer() {
        guard let context else { return }
        let channel = context.channel
        let timer = context.eventLoop.scheduleTask(in: limits.closeTimeout) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }

    /// Ends the connection without a word: the peer would not read it.
    private func drop(_ end: WebSocketEnd) {
        finish(end)
        context?.close(promise: nil)
    }

    private func finish(_ end: WebSocketEnd) {
        cancelTimers()
        let wasOpen = state == .open
        state = .closed
        if wasOpen { tellEnd(end) }
    }

    private func tellEnd(_ end: WebSocketEnd) { endpoint.ended(end) }

    private func cancelTimers() {
        pingTimer?.cancel()
        stallTimer?.cancel()
        (pingTimer, stallTimer) = (nil, nil)
    }
}

@available(*, unavailable)
extension WebSocketConnection: Sendable {}
