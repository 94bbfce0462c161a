import NIOCore
import NIOWebSocket
import TomWire

/// Carries one scripted call over its WebSocket: feeds the ``Caller`` and does what it says.
final class CallHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private static let frame = TimeAmount.milliseconds(20)
    /// Frames that are made up for after a stall of the probe; what is more is left out.
    private static let mostFramesBehind = 50

    private var caller: Caller
    private let payloads: FramePayloads
    private let connectedFrom: NIODeadline
    private let promise: EventLoopPromise<CallRecord>
    private let board: ProgressBoard
    private let decoder = ServerEventDecoder()
    private var audio: [UInt8] = []
    private var nextTick = NIODeadline.now()
    private var timer: Scheduled<Void>?
    private var isOver = false

    /// - Parameters:
    ///   - connectedFrom: when the connection was begun.
    ///   - promise: gets the call's record, once.
    init(
        caller: Caller, payloads: FramePayloads, connectedFrom: NIODeadline, promise: EventLoopPromise<CallRecord>,
        board: ProgressBoard
    ) {
        self.caller = caller
        self.payloads = payloads
        self.connectedFrom = connectedFrom
        self.promise = promise
        self.board = board
    }

    func handlerAdded(context: ChannelHandlerContext) {
        handle(.opened, context)
        nextTick = .now() + Self.frame
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        handle(.closed(code: nil), context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handle(.closed(code: nil), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        perform(caller.fail(.ended("the connection failed: \(error)")), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text: takeText(frame.unmaskedData, context)
        case .binary: handle(.binary(bytes: frame.unmaskedData.readableBytes), context)
        case .ping: write(.pong, frame.unmaskedData, context, flush: true)
        case .connectionClose:
            var body = frame.unmaskedData
            let code = body.readInteger(as: UInt16.self)
            write(.connectionClose, frame.unmaskedData, context, flush: true)
            handle(.closed(code: code), context)
        default: break
        }
    }

    private func takeText(_ text: ByteBuffer, _ context: ChannelHandlerContext) {
        do throws(WireError) {
            let message = try text.readableBytesView.withUnsafeBytes { bytes throws(WireError) in
                try decoder.decode(bytes, audioInto: &audio)
            }
            handle(.event(message.event), context)
        } catch {
            // A later server may say more than this client knows.
            guard error.kind != .unknownType else { return }
            perform(caller.fail(.unreadable(error)), context)
        }
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = context.loopBound
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: nextTick) { self.tick(bound.value) }
    }

    private func tick(_ context: ChannelHandlerContext) {
        var count = 0
        while !isOver, NIODeadline.now() >= nextTick {
            let late = NIODeadline.now() - nextTick
            handle(.tick(late: .nanoseconds(late.nanoseconds)), context, flush: false)
            nextTick = nextTick + Self.frame
            count += 1
            if count == Self.mostFramesBehind { nextTick = .now() + Self.frame }
        }
        guard !isOver else { return }
        context.flush()
        schedule(context)
    }

    private func handle(_ input: Caller.Input, _ context: ChannelHandlerContext, flush: Bool = true) {
        guard !isOver else { return }
        let now = Duration.nanoseconds((NIODeadline.now() - connectedFrom).nanoseconds)
        let before = caller.record.turns
        let actions = caller.handle(input, at: now)
        if caller.record.turns != before { board.note(from: before, to: caller.record) }
        perform(actions, context)
        if flush, !actions.isEmpty, !isOver { context.flush() }
    }

    private func perform(_ actions: [Caller.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .send(let event):
                var message: [UInt8] = []
                ClientEventEncoder.encode(event, into: &message)
                write(.text, ByteBuffer(bytes: message), context)
            case .speak(let utterance, let frame): writeAudio(payloads[utterance, frame], context)
            case .sendSilence: writeAudio(payloads.silence, context)
            case .finish: finish(context)
            }
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        promise.succeed(caller.record)
        var code = ByteBuffer()
        code.writeInteger(UInt16(1000))
        write(.connectionClose, code, context, flush: true)
        context.close(promise: nil)
    }

    private func writeAudio(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
        write(payloads.isBinary ? .binary : .text, payload, context)
    }

    /// Clients mask every frame (RFC 6455 section 5.3).
    private func write(
        _ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext, flush: Bool = false
    ) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.write(wrapOutboundOut(frame), promise: nil)
        if flush { context.flush() }
    }
}
