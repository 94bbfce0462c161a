import TomConversation
import TomRealtime

/// One session of the Realtime API without socket, engines and clock: the shell around the core, as `RealtimeCall` and
/// `Session` are in the server.
struct RealtimePlay {
    private let traits: ServerTraits
    private(set) var conversation: Conversation
    private var dialogue: RealtimeDialogue
    private let decoder: RealtimeEventDecoder
    private(set) var client: RealtimeClientEnd
    private var audio: [UInt8] = []

    private(set) var now = Instant.start
    /// How much of the caller's audio has come.
    var inputMs = 0
    var isVoiced = false
    /// Whether the socket takes more.
    var isWritable = true
    private var playing: ResponseID?
    var work = EngineWorkload()
    /// Responses asked for that have not begun.
    private var wanted: Set<ResponseRequestID> = []
    /// The client's last frame, for engines that repeat it.
    private(set) var lastFrame: [UInt8] = []

    init(_ traits: ServerTraits) {
        self.traits = traits
        var session = RealtimeSession(id: "sess_f", expiresAt: 1_790_000_000, model: "receptionist", voice: "default")
        if traits.isTranscription {
            session.kind = .transcription
            session.transcription = RealtimeSession.Transcription()
        }
        conversation = Conversation(configuration: traits.configuration(session))
        dialogue = RealtimeDialogue(session: session, dialect: traits.dialect, seed: "f")
        decoder = RealtimeEventDecoder(dialect: traits.dialect)
        client = RealtimeClientEnd(traits.dialect)
        send(dialogue.opened())
        process(.callStarted)
    }

    var isOver: Bool { conversation.termination != nil }
    var isManual: Bool { conversation.configuration.turnDetection == .manual }

    // MARK: From the client

    mutating func receive(_ frame: [UInt8]) {
        client.expectNoRefusal()
        client.asks()
        lastFrame = frame
        let decoded: (event: RealtimeClientEvent, eventID: String?)
        do throws(RealtimeFault) {
            decoded = try decoder.decode(frame, audioInto: &audio)
        } catch {
            send([dialogue.fault(error)])
            client.expectRefusal(of: frame)
            return client.asks()
        }
        for request in dialogue.receive(decoded.event, eventID: decoded.eventID) where !isOver { carryOut(request) }
        dialogue.requestIsOver()
        if !isOver { client.expectAnswer(to: decoded.event, eventID: decoded.eventID) }
        client.asks()
    }

    private mutating func carryOut(_ request: RealtimeRequest) {
        switch request {
        case .hear:
            if isManual { process(.manualAudioStarted) }
            inputMs += milliseconds(audio.count)
        case .configure(let session):
            process(.configured(traits.configuration(session)))
            send(dialogue.configured())
            if isManual { isVoiced = false }
        case .input(let input): process(input)
        case .respond(let response):
            wanted.insert(response.id)
            process(.respond(response.id, speaks: response.parameters.modality.map { $0 == .audio }))
        case .respondOutOfBand(let response):
            work.asides.append(response.id)
            tell(.began, of: response.id)
        case .cancelOutOfBand(let id): tell(.ended(.cancelled(.client)), of: id)
        case .retrieve(let id):
            send([
                dialogue.retrieved(conversation.history.first { $0.id == id }, audio: inputMs % 2 == 0 ? "AAAA" : nil)
            ])
        case .hearItem(let audio):
            let heard = work.transcriptions.count
            process(.givenAudioStarted)
            guard work.transcriptions.count > heard else { return }
            process(.givenAudioEnded(ms: milliseconds(audio.utf8.count * 3 / 4)))
        case .tell(let event): send([event])
        }
    }

    private func milliseconds(_ bytes: Int) -> Int {
        dialogue.session.inputFormat == .pcm ? bytes / 48 : bytes / 8
    }

    // MARK: The conversation

    mutating func process(_ input: Conversation.Input) {
        apply(input)
        sendPlayout(upTo: isWritable ? Int.max : 0)
    }

    private mutating func apply(_ input: Conversation.Input) {
        for action in conversation.handle(input, at: now) {
            if case .emit(let event) = action { tell(event) }
            work.note(action)
        }
    }

    /// Hands over as much of the reply as is there, `limit` samples at most.
    mutating func sendPlayout(upTo limit: Int) {
        var left = limit
        while left > 0, let allowance = conversation.playoutAllowance(at: now) {
            let samples = min(allowance.samples, left)
            if playing != allowance.response {
                playing = allowance.response
                tell(.responseAudioStarted(response: allowance.response, turn: allowance.turn))
            }
            if dialogue.audioTarget(of: allowance.response) == nil { send(dialogue.openAudio(of: allowance.response)) }
            guard let target = dialogue.audioTarget(of: allowance.response) else {
                fatalError("there is audio of \(allowance.response), and nowhere to put it")
            }
            client.take(
                audio: [UInt8](repeating: UInt8(truncatingIfNeeded: samples), count: 1 + samples % 7), of: target)
            left -= samples
            apply(.audioSent(allowance.response, samples: samples))
        }
    }

    // MARK: To the client

    private mutating func send(_ events: [RealtimeServerEvent]) { for event in events { client.take(event) } }

    private mutating func tell(_ event: Event) {
        switch event {
        case .responseBegan(_, _, let request?): wanted.remove(request)
        case .refused(.responseIsActive):
            if let latest = wanted.max(by: { $0.number < $1.number }) { wanted.remove(latest) }
        default: break
        }
        let usage = RealtimeUsage(input: .init(text: 7), output: .init(text: inputMs))
        send(dialogue.tell(event, inputMs: inputMs, usage: inputMs % 3 == 0 ? nil : usage))
    }

    mutating func tell(_ news: OutOfBandNews, of request: ResponseRequestID) {
        guard work.asides.contains(request) else { return }
        if case .ended = news { work.asides.removeAll { $0 == request } }
        send(dialogue.tell(news, of: request))
    }

    mutating func tell(_ news: RealtimeToolNews) { send(dialogue.tell(news)) }

    /// Audio of a response beside the conversation.
    mutating func speak(aside request: ResponseRequestID) {
        guard work.asides.contains(request) else { return }
        if dialogue.audioTarget(of: request) == nil { send(dialogue.openAudio(of: request)) }
        if let target = dialogue.audioTarget(of: request) { client.take(audio: [1, 2, 3, 4], of: target) }
    }

    // MARK: Time

    /// Lets time pass; every deadline in it is met.
    mutating func pass(ms: Int) {
        let end = now + .milliseconds(ms)
        var atOnce = 0
        while let deadline = conversation.nextDeadline, deadline <= end {
            atOnce = deadline > now ? 0 : atOnce + 1
            now = max(now, deadline)
            process(.deadlineReached)
            require(atOnce < 100, "a deadline is met and stays: \(deadline)")
        }
        now = end
        inputMs += ms
    }

    // MARK: The end

    /// The client goes on listening, and nothing else happens: what is open comes to its end. Then it hangs up.
    mutating func conclude() {
        if !isOver {
            client.expectNoRefusal()
            isWritable = true
            var configuration = conversation.configuration
            configuration.idle.promptAfter = nil
            process(.configured(configuration))
            pass(ms: 3_600_000)
            for aside in work.asides { tell(.ended(.cancelled(.hangUp)), of: aside) }
        }
        if !isOver {
            require(conversation.nextDeadline == nil, "something is awaited for ever")
            require(client.hasNoOpenResponse, "a response stays open")
            require(wanted.isEmpty, "responses were promised and not given: \(wanted)")
            expectSameRecord()
            process(.hangUp(Termination(result: .completed, reason: .callerHungUp)))
        } else {
            for aside in work.asides { tell(.ended(.cancelled(.hangUp)), of: aside) }
        }
        client.conclude()
    }

    /// The client's items are those on record, in their order; what the record dropped the client may still have.
    private func expectSameRecord() {
        let record = conversation.history.filter(\.isShown).map { dialogue.ledger[$0.id]?.name ?? "unknown: \($0)" }
        guard conversation.droppedItems > 0 else {
            return require(record == client.items, "on record: \(record), told of: \(client.items)")
        }
        var told = client.items[...]
        for item in record {
            guard let index = told.firstIndex(of: item) else {
                fatalError("\(item) is on record in another order: \(record), told of: \(client.items)")
            }
            told = told[(index + 1)...]
        }
    }
}

/// What the engines were asked to do, the latest last.
struct EngineWorkload {
    private(set) var transcriptions: [TurnID] = []
    private(set) var pauses: [(turn: TurnID, audioMs: Int)] = []
    private(set) var generations: [GenerationID] = []
    private(set) var tools: [(id: GenerationID, call: ToolCall)] = []
    private(set) var segments: [SegmentID] = []
    /// Responses beside the conversation that are being given.
    var asides: [ResponseRequestID] = []

    mutating func note(_ action: Conversation.Action) {
        switch action {
        case .startTranscription(let turn, _): transcriptions.append(turn)
        case .judgePause(let turn, let audioMs): pauses.append((turn, audioMs))
        case .startGeneration(let id, _), .startSpeculation(let id, _): generations.append(id)
        case .runTool(let id, let call): tools.append((id, call))
        case .synthesize(let segment, _): segments.append(segment)
        default: break
        }
    }
}
