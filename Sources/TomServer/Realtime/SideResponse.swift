import NIOCore
import TomConversation
import TomRealtime
import TomSession

/// A response on no record (`conversation: "none"`), given beside the conversation by a session of its own, so that the
/// conversation keeps one voice and is not held up.
///
/// It lives on its call's event loop and ends with its one response.
final class SideResponse: CallLink {
    private let request: ResponseRequestID
    private unowned let call: RealtimeCall
    private var session: (any ClientLedSession)?

    /// - Parameter call: outlives it: a call ends its side responses before itself.
    init(_ request: ResponseRequestID, of call: RealtimeCall) {
        self.request = request
        self.call = call
    }

    /// - Parameter callID: the name of its session in records and metrics.
    func begin(
        _ wanted: RequestedResponse, settings: ClientSettings, callID: String, agent: String?, eventLoop: any EventLoop
    ) throws {
        var settings = settings
        settings.turnEnd = .client
        settings.idleTimeout = nil
        settings.onlyTranscribes = false
        settings.response.servers = nil
        let options = CallOptions(
            callID: callID, agent: agent, input: settings.input, output: settings.output, transport: call.live.transport
        )
        let session = try call.surroundings.factory.makeSession(
            options, settings: settings, link: self, eventLoop: eventLoop)
        self.session = session
        session.begin()
        try session.receive(.respond(request, wanted))
    }

    func cancel() { try? session?.receive(.input(.cancelResponse(nil))) }

    /// The call is over, or the response is.
    func end() {
        let session = self.session
        self.session = nil
        session?.end(Termination(result: .completed, reason: .callerHungUp))
    }

    // MARK: CallLink

    var isWritable: Bool { call.isWritable }

    func send(_ event: Event) {
        switch event {
        case .responseBegan: tell(.began)
        case .responseText(let text, _, _): tell(.text(text))
        case .itemAdded(let item, _, _):
            if case .toolCall(let toolCall) = item.content { tell(.toolCall(toolCall)) }
        case .responseEnded(let response, let end):
            call.write(
                call.dialogue.tell(
                    .ended(end), of: request, usage: session?.tokens(of: response).map(RealtimeUsage.init)))
            self.end()
            call.sideResponses[request] = nil
        default: break
        }
    }

    private func tell(_ news: OutOfBandNews) { call.write(call.dialogue.tell(news, of: request)) }

    func sendAudio(_ frame: UnsafeRawBufferPointer, response: ResponseID, turn: TurnID, seq: Int) {
        if call.dialogue.audioTarget(of: request) == nil { call.write(call.dialogue.openAudio(of: request)) }
        if let target = call.dialogue.audioTarget(of: request) { call.write(frame, to: target) }
    }

    func flush() { call.flush() }
    func close(_ termination: Termination) {}
}

extension RealtimeCall {
    /// Responses that may be given beside the conversation at once: each is a session of its own.
    private static let maxSideResponses = 8

    func respondBeside(_ response: RealtimeResponseRequest) {
        guard let socket, let session else { return }
        guard sideResponses.count < Self.maxSideResponses else {
            return refuse(
                RealtimeFault(
                    .rateLimit, code: "too_many_responses",
                    message: "\(Self.maxSideResponses) responses are being given beside the conversation."
                        + " Wait for one of them to be done."))
        }
        var wanted = RequestedResponse(response, in: session, over: dialogue.session)
        if wanted.history == nil { wanted.history = session.items }
        let settings = ClientSettings(dialogue.session)
        wanted = settings.response.overlaid(by: wanted)
        // The conversation's tool servers are its own session's.
        (wanted.servers, wanted.remoteChoice) = (nil, nil)
        let side = SideResponse(response.id, of: self)
        sideResponses[response.id] = side
        do {
            try side.begin(
                wanted, settings: settings, callID: "\(live.id)-\(response.id.number)", agent: admission.agent,
                eventLoop: socket.eventLoop)
        } catch {
            sideResponses[response.id] = nil
            refuse(RealtimeFault(describing: error))
        }
    }
}
