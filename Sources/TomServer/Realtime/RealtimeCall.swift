import Logging
import NIOCore
import TomConversation
import TomErrors
import TomRealtime
import TomSession
import TomWire

/// One call of a client of OpenAI's Realtime API: speaks that protocol on one side and to a `ClientLedSession` on the other.
///
/// It lives on the socket's event loop. What events mean is `RealtimeDialogue`'s to say; here they are read, carried out and
/// written. The files `RealtimeCall+Incoming` and `RealtimeCall+Link` hold the two directions.
final class RealtimeCall: WebSocketEndpoint {
    typealias Surroundings = CallSurroundings<any ClientLedSessionFactory>

    let surroundings: Surroundings
    let live: LiveCall
    let admission: RealtimeAdmission
    var socket: WebSocketConnection?
    var session: (any ClientLedSession)?
    var dialogue: RealtimeDialogue
    var decoder: RealtimeEventDecoder
    var encoder: RealtimeServerEventEncoder
    var intake: CallIntake
    /// Reused from message to message.
    var audio: [UInt8] = []
    var encoded: [UInt8] = []
    /// Responses that are made beside the conversation.
    var sideResponses: [ResponseRequestID: SideResponse] = [:]
    private let begun: NIODeadline
    private var expiryTimer: Scheduled<Void>?

    /// A minute of audio in pieces of 20 ms: clients send recordings as fast as the line takes them.
    private static let burstMessages = 3_000

    init(_ surroundings: Surroundings, live: LiveCall, admission: RealtimeAdmission) {
        self.surroundings = surroundings
        self.live = live
        self.admission = admission
        begun = .now()
        let seed = String(live.id.filter { $0.isLetter || $0.isNumber })
        let expiresAt = Clocks.unixSeconds() + Double(surroundings.limits.maxRealtimeSeconds)
        dialogue = RealtimeDialogue(
            session: admission.initialSession(
                id: "sess_\(seed)", expiresAt: Int(min(expiresAt, admission.expires ?? expiresAt)),
                agent: surroundings.factory.agentIDs.first ?? "tom"),
            dialect: admission.dialect, isModelNamed: admission.model != nil, seed: seed)
        decoder = RealtimeEventDecoder(dialect: admission.dialect)
        encoder = RealtimeServerEventEncoder(dialect: admission.dialect, seed: seed)
        intake = CallIntake(
            surroundings.rates, surroundings.limits, burstMessages: Self.burstMessages,
            burstBytes: surroundings.maxMessageBytes, now: Clocks.monotonicSeconds())
    }

    // MARK: WebSocketEndpoint

    func opened(_ socket: WebSocketConnection) {
        self.socket = socket
        let loop = socket.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        live.onStop { termination in loop.execute { bound.value.finish(termination) } }
        let seconds = max(0, Double(dialogue.session.expiresAt) - Clocks.unixSeconds())
        expiryTimer = loop.scheduleTask(in: .milliseconds(Int64(seconds * 1_000))) { bound.value.expired() }
        surroundings.logger.info("call connected", metadata: ["call.id": "\(live.id)"])
        beginSession(socket)
    }

    func received(binary: UnsafeRawBufferPointer) {
        guard admit(binary.count) else { return }
        refuse(
            RealtimeFault(
                code: "invalid_event",
                message: "The Realtime API has text messages only. Send audio in input_audio_buffer.append, as base64.")
        )
    }

    func writabilityChanged() {}

    func ended(_ end: WebSocketEnd) { conclude(Termination(end), tellSession: true) }

    // MARK: Beginning

    private func beginSession(_ socket: WebSocketConnection) {
        do {
            let settings = ClientSettings(dialogue.session)
            let options = CallOptions(
                callID: live.id, agent: admission.agent, input: settings.input, output: settings.output,
                transport: live.transport)
            let session = try surroundings.factory.makeSession(
                options, settings: settings, link: self, eventLoop: socket.eventLoop)
            self.session = session
            write(dialogue.opened())
            live.began()
            session.begin()
            flush()
        } catch {
            let described = error as? any DescribedError
            surroundings.logger.error(
                "session cannot begin",
                metadata: ["call.id": "\(live.id)", "error.code": "\(described?.code ?? "server.internal")"])
            write([dialogue.fault(RealtimeFault(describing: error))])
            finish(Termination(result: .failed, reason: .internalError))
        }
    }

    private func expired() {
        let fault = RealtimeFault(
            code: "session_expired", message: "The session has reached its end. Open another one.")
        write([dialogue.fault(fault)])
        finish(Termination(result: .completed, reason: .authorizationEnded))
    }

    // MARK: Ending

    /// Ends the call from the server's side: the session is released and the socket closed.
    func finish(_ termination: Termination) {
        guard socket != nil else { return }
        // a session closes its link by itself
        session?.end(termination)
        close(termination)
    }

    func close(_ termination: Termination) {
        guard let socket else { return }
        let code = CloseCode(termination.reason)
        socket.close(code: code.rawValue, reason: code.reason)
        conclude(termination, tellSession: false)
    }

    /// Releases everything the call holds; what comes later finds it ended.
    private func conclude(_ termination: Termination, tellSession: Bool) {
        guard socket != nil else { return }
        let session = self.session
        (self.session, socket) = (nil, nil)
        expiryTimer?.cancel()
        for side in sideResponses.values { side.end() }
        sideResponses.removeAll()
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

extension RealtimeFault {
    /// What the client is told of an error of TOM's own: why, and what can be done, as far as it is the client's to know.
    init(describing error: any Error) {
        guard let error = error as? any DescribedError else {
            self.init(.server, code: "server_error", message: "The server failed to do this.")
            return
        }
        let kind: Kind = error.category == .invalidRequest ? .invalidRequest : .server
        self.init(
            kind, code: error.code, message: [error.message, error.hint].compactMap(\.self).joined(separator: " "))
    }
}
