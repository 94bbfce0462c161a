import Logging
import NIOCore
import TomConversation
import TomErrors
import TomSession
import TomWire

/// One call over a WebSocket: speaks the TOM protocol, version 1, on one side and to a `CallSession` on the other.
///
/// It lives on the socket's event loop. The files `WebSocketCall+Incoming` and `WebSocketCall+Link` hold the two directions.
final class WebSocketCall: WebSocketEndpoint {
    typealias Surroundings = CallSurroundings<any CallSessionFactory>

    enum Phase {
        /// Nothing was said yet: a `start` may be on its way.
        case fresh
        /// `connected` is out; a `start` may still come.
        case connected
        /// The session runs.
        case running(any CallSession)
        /// Nothing is read or written any more.
        case ended
    }

    let surroundings: Surroundings
    let live: LiveCall
    var phase = Phase.fresh
    var socket: WebSocketConnection?
    var settings = ClientEvent.Start()
    var decoder = ClientMessageDecoder()
    /// Reused from message to message.
    var audio: [UInt8] = []
    var encoded: [UInt8] = []
    var intake: CallIntake
    var saidStopped = false
    /// Whether no event was taken yet: `start` may be the first only.
    var isFirstMessage = true
    /// How the socket is to be closed, where the reason of the call's end alone does not decide it.
    private var closeCode: CloseCode?
    private let expires: Double?
    private let begun: NIODeadline
    private var graceTimer: Scheduled<Void>?
    private var expiryTimer: Scheduled<Void>?
    private var heartbeat: RepeatedTask?

    /// - Parameter expires: when the caller's authorisation ends, in seconds since the Unix epoch; `nil`: not during the call.
    init(_ surroundings: Surroundings, live: LiveCall, expires: Double?) {
        self.surroundings = surroundings
        self.live = live
        self.expires = expires
        begun = .now()
        intake = CallIntake(surroundings.rates, surroundings.limits, now: Clocks.monotonicSeconds())
    }

    // MARK: WebSocketEndpoint

    func opened(_ socket: WebSocketConnection) {
        self.socket = socket
        let loop = socket.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        live.onStop { termination in loop.execute { bound.value.finish(termination) } }
        graceTimer = loop.scheduleTask(in: surroundings.limits.connectedGrace) { bound.value.graceIsOver() }
        let interval = surroundings.limits.heartbeatInterval
        heartbeat = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in bound.value.beat() }
        if let expires {
            let seconds = max(0, expires - Clocks.unixSeconds())
            expiryTimer = loop.scheduleTask(in: .milliseconds(Int64(seconds * 1_000))) {
                bound.value.finish(Termination(result: .failed, reason: .authorizationEnded))
            }
        }
        surroundings.logger.info("call connected", metadata: ["call.id": "\(live.id)"])
    }

    func received(text: UnsafeRawBufferPointer) {
        guard admit(text.count) else { return }
        do throws(WireError) {
            handle(try decoder.decode(text, audioInto: &audio))
        } catch { refuse(error) }
    }

    func received(binary: UnsafeRawBufferPointer) {
        guard admit(binary.count) else { return }
        guard settings.framing == .binary else {
            return finish(Termination(result: .failed, reason: .protocolError), closeCode: .binaryNotNegotiated)
        }
        do throws(WireError) {
            try checkBinary(binary)
            runningSession()?.receiveAudio(binary)
        } catch { refuse(error) }
    }

    /// The session asks `isWritable` before it sends audio; there is nothing to tell it.
    func writabilityChanged() {}

    func ended(_ end: WebSocketEnd) { conclude(Termination(end), tellSession: true) }

    // MARK: Beginning

    /// The session, made with the settings at hand when there is none yet; `nil` when the call is over.
    func runningSession() -> (any CallSession)? {
        switch phase {
        case .fresh, .connected: return beginSession()
        case .running(let session): return session
        case .ended: return nil
        }
    }

    func sendConnected() {
        let names = surroundings.factory.engineNames(for: CallOptions(callID: live.id, settings))
        write(
            .connected(
                .init(
                    callID: live.id, input: settings.input, output: settings.output, framing: settings.framing,
                    engines: .init(stt: names.stt, llm: names.llm, tts: names.tts),
                    limits: .init(
                        messagesPerSecond: surroundings.rates.messagesPerSecond,
                        maxMessageBytes: surroundings.maxMessageBytes))))
        phase = .connected
    }

    func beginSession() -> (any CallSession)? {
        graceTimer?.cancel()
        graceTimer = nil
        guard let socket else { return nil }
        do {
            let session = try surroundings.factory.makeSession(
                CallOptions(callID: live.id, settings), link: self, eventLoop: socket.eventLoop)
            if case .fresh = phase { sendConnected() }
            phase = .running(session)
            live.began()
            session.begin()
            // the greeting may have ended the call already
            if case .ended = phase { return nil }
            flush()
            return session
        } catch {
            cannotBegin(error)
            return nil
        }
    }

    private func cannotBegin(_ error: any Error) {
        let described = error as? any DescribedError
        let ours = described?.category != .invalidRequest
        surroundings.logger.error(
            "session cannot begin",
            metadata: ["call.id": "\(live.id)", "error.code": "\(described?.code ?? "server.internal")"])
        write(
            .error(
                .init(
                    code: described?.code ?? "server.internal",
                    message: described?.message ?? "The call could not be set up.", hint: described?.hint, fatal: true,
                    ref: ours ? nil : "start")))
        finish(Termination(result: ours ? .failed : .rejected, reason: ours ? .internalError : .protocolError))
    }

    /// Nothing came: first `connected` goes out, for clients that wait for it; then the session begins by itself.
    private func graceIsOver() {
        switch phase {
        case .fresh:
            sendConnected()
            flush()
            awaitStart()
        case .connected: _ = beginSession()
        case .running, .ended: break
        }
    }

    /// Gives a client that answers `connected` with `start` its time.
    func awaitStart() {
        guard let socket else { return }
        graceTimer?.cancel()
        let bound = NIOLoopBound(self, eventLoop: socket.eventLoop)
        graceTimer = socket.eventLoop.scheduleTask(in: surroundings.limits.startGrace) { bound.value.graceIsOver() }
    }

    private func beat() {
        guard case .running = phase else { return }
        write(.heartbeat)
        flush()
    }

    // MARK: Ending

    /// Ends the call from the server's side: the session is released, the caller told why, the socket closed.
    /// - Parameter closeCode: where the reason alone does not decide it.
    func finish(_ termination: Termination, closeCode: CloseCode? = nil) {
        guard socket != nil else { return }
        self.closeCode = closeCode
        // a session says goodbye and closes its link by itself
        if case .running(let session) = phase { session.end(termination) }
        guard socket != nil else { return }
        if case .fresh = phase { sendConnected() }
        close(termination)
    }

    /// Tells the caller why the call is over and closes the socket.
    func close(_ termination: Termination) {
        guard let socket else { return }
        if !saidStopped { write(.stopped(reason: termination.reason.rawValue)) }
        let code = closeCode ?? CloseCode(termination.reason)
        socket.close(code: code.rawValue, reason: code.reason)
        conclude(termination, tellSession: false)
    }

    /// Releases everything the call holds; what comes later finds it ended.
    func conclude(_ termination: Termination, tellSession: Bool) {
        guard socket != nil else { return }
        let session: (any CallSession)? = if case .running(let session) = phase { session } else { nil }
        phase = .ended
        socket = nil
        graceTimer?.cancel()
        expiryTimer?.cancel()
        heartbeat?.cancel()
        if tellSession { session?.end(termination) }
        live.release()
        let seconds = Double((NIODeadline.now() - begun).nanoseconds) / 1e9
        surroundings.metrics.callEnded(transport: live.transport, termination, seconds: seconds)
        surroundings.logger.info(
            "call ended",
            metadata: [
                "call.id": "\(live.id)", "call.result": "\(termination.result.rawValue)",
                "call.reason": "\(termination.reason.rawValue)", "duration_ms": "\(Int(seconds * 1_000))",
            ])
    }
}
