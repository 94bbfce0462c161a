import NIOCore
import NIOPosix
import Synchronization
import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// One call's side of a Realtime API: the shell around ``RealtimeDialogue``.
///
/// Commands come on the call's event loop, events on the socket's. What is to be sent goes to the socket with the lock
/// held, so that it keeps its order; what is to be reported leaves on the socket's event loop with no lock held. Messages
/// are read ahead of the lock: one may be megabytes of JSON, and the call's event loop waits for nobody.
final class RealtimeCall: SpeechModelCall {
    private struct State: ~Copyable {
        var dialogue: RealtimeDialogue
        var socket: ProviderSocket?
        /// Which of the call's sockets is the current one: what an earlier one still says is late.
        var sockets = 0
        var transcriptions: [TurnID: @Sendable (TranscriptionEvent) -> Void] = [:]
        var responses: [Int: @Sendable (ResponseEvent) -> Void] = [:]
        var meters: [Int: UsageMeter] = [:]
        var lastKey = 0
        var resampler: Resampler?
        /// 24 kHz, not sent yet.
        var piece: [Int16] = []
        var isClosed = false
    }

    /// 100 ms of 24 kHz: one message and one hop to the socket's event loop for five frames.
    private static let pieceSamples = 2_400

    private let address: ProviderAddress
    private let parameters: [(name: String, value: String)]
    private let limits: ProviderSocket.Limits
    private let read: @Sendable (ByteBuffer) -> RealtimeServerEvent?
    /// Of all the call's sockets.
    private let loop: any EventLoop
    private let state: Mutex<State>

    /// - Parameter read: makes an event of a message, on the socket's event loop.
    init(
        _ dialogue: RealtimeDialogue, address: ProviderAddress, parameters: [(name: String, value: String)],
        limits: ProviderSocket.Limits,
        read: @escaping @Sendable (ByteBuffer) -> RealtimeServerEvent? = { RealtimeServerEvent($0) }
    ) {
        self.address = address
        self.parameters = parameters
        self.limits = limits
        self.read = read
        loop = MultiThreadedEventLoopGroup.singleton.next()
        state = Mutex(State(dialogue: dialogue))
        // At once, so that the handshake is over before the caller's first words.
        command { $0.dialogue.connect() }
    }

    deinit { state.withLock { $0.socket?.close() } }

    var transcriber: any Transcriber { RealtimeTranscriber(call: self) }
    var languageModel: any LanguageModel { RealtimeLanguageModel(call: self) }

    // MARK: Commands

    private func command(_ body: (inout State) -> [RealtimeDialogue.Output]) {
        let reports = state.withLock { state -> [RealtimeReport] in
            guard !state.isClosed else { return [] }
            let outputs = body(&state)
            return perform(outputs, &state)
        }
        // Reports of one task never overtake each other: all of them come on one thread.
        if !reports.isEmpty { loop.execute { for report in reports { report.make() } } }
    }

    /// - Returns: what is to be reported once the lock is free.
    private func perform(_ outputs: [RealtimeDialogue.Output], _ state: inout State) -> [RealtimeReport] {
        var reports: [RealtimeReport] = []
        for output in outputs {
            switch output {
            case .connect: connect(&state)
            case .disconnect:
                state.socket?.close()
                state.socket = nil
            case .send(let text): state.socket?.send(text: text)
            case .transcription(let turn, let event):
                guard let deliver = state.transcriptions[turn] else { continue }
                if event.isTerminal { state.transcriptions[turn] = nil }
                reports.append(.words(deliver, event))
            case .response(let key, let event):
                guard let deliver = state.responses[key] else { continue }
                if event.isTerminal {
                    state.responses[key] = nil
                    state.meters[key] = nil
                }
                reports.append(.speech(deliver, event))
            case .used(let key, let tokens):
                state.meters[key]?.report(tokens, engine: RealtimeModel.engineName)
            }
        }
        return reports
    }

    private func connect(_ state: inout State) {
        state.sockets += 1
        let number = state.sockets
        let socket = ProviderSocket(address, parameters, limits: limits, on: loop) { [weak self] in
            self?.take($0, number)
        }
        state.socket = socket
        socket.open()
    }

    // MARK: Events, on the socket's event loop

    private func take(_ event: ProviderSocket.Event, _ number: Int) {
        switch event {
        case .opened: break
        case .message(let data):
            let event = read(data)
            change(number) { state in
                if let event { return state.dialogue.take(event) }
                state.socket?.close()
                state.socket = nil
                return state.dialogue.disconnected(
                    .malformed("a message is no event", stage: "llm", names: .realtime))
            }
        case .ended(let ending):
            change(number) { state in
                state.socket = nil
                return state.dialogue.disconnected(Self.error(ending))
            }
        }
    }

    /// - Parameter number: of the socket whose event it is.
    private func change(_ number: Int, _ body: (inout State) -> [RealtimeDialogue.Output]) {
        let reports = state.withLock { state -> [RealtimeReport] in
            guard !state.isClosed, state.sockets == number else { return [] }
            let outputs = body(&state)
            return perform(outputs, &state)
        }
        for report in reports { report.make() }
    }

    private static func error(_ ending: ProviderSocket.Ending) -> EngineError {
        switch ending {
        case .failed(let error): error
        case .closed(1_000), .closed(1_001): .transport(ChannelError.eof, stage: "llm")
        case .closed(let code):
            EngineError(
                code: "llm.provider_failed", message: "the provider closed the session with \(code).",
                hint: "Look into the provider's log.", category: .server)
        }
    }

    // MARK: The caller's turns

    func begin(_ turn: TurnID, history: [Item], deliver: @escaping @Sendable (TranscriptionEvent) -> Void) {
        command { state in
            state.transcriptions[turn] = deliver
            state.piece.removeAll(keepingCapacity: true)
            // Both rates are among those that are converted.
            state.resampler = try? Resampler(from: .hz16000, to: .hz24000)
            return state.dialogue.begin(turn, history: history)
        }
    }

    func hear(_ samples: Span<Int16>, of turn: TurnID) {
        command { state in
            state.resampler?.process(samples, into: &state.piece)
            guard state.piece.count >= Self.pieceSamples else { return [] }
            return sendPiece(turn, &state)
        }
    }

    private func sendPiece(_ turn: TurnID, _ state: inout State) -> [RealtimeDialogue.Output] {
        let pcm = PCM16.encode(state.piece)
        state.piece.removeAll(keepingCapacity: true)
        return state.dialogue.hear(pcm, of: turn)
    }

    func end(_ turn: TurnID) {
        command { state in
            state.resampler?.flush(into: &state.piece)
            return sendPiece(turn, &state) + state.dialogue.end(turn)
        }
    }

    func cancel(_ turn: TurnID) {
        command { state in
            state.transcriptions[turn] = nil
            return state.dialogue.cancel(turn)
        }
    }

    // MARK: Responses

    /// - Returns: names the response for its cancellation.
    func respond(to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void) -> Int {
        var key = 0
        command { state in
            state.lastKey += 1
            key = state.lastKey
            state.responses[key] = deliver
            state.meters[key] = request.meter
            return state.dialogue.respond(to: request, key: key)
        }
        return key
    }

    func cancelResponse(_ key: Int) {
        command { state in
            state.responses[key] = nil
            state.meters[key] = nil
            return state.dialogue.cancelResponse(key)
        }
    }

    func truncate(_ response: ResponseID, heardMs: Int) {
        command { $0.dialogue.truncate(response, heardMs: heardMs) }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.transcriptions = [:]
            state.responses = [:]
            state.socket?.close()
            state.socket = nil
        }
    }
}
