import TomConversation
import TomRealtime

/// A conversation that a client leads, whose engines answer at once as the script says.
struct ScriptedCall {
    enum Answer {
        case text(String)
        /// Its sentences are never made whole.
        case slowText(String)
        case call(String, [String: JSONValue])
    }

    private(set) var scene: DialogueScene
    private var conversation: Conversation
    private var answers: [Answer]
    private var isSlow = false
    private var nowMs = 0

    init(_ scene: DialogueScene, answers: [Answer]) {
        var configuration = Conversation.Configuration()
        configuration.lead = .client
        configuration.speculation.isOn = false
        configuration.idle.promptAfter = nil
        self.scene = scene
        self.answers = answers
        conversation = Conversation(configuration: configuration)
        handle(.callStarted)
    }

    /// What a client finds wrong with what it was sent.
    var faults: [String] {
        var reading = ClientReading(.ga)
        for event in scene.sent { reading.read(event) }
        return reading.faults
    }

    // MARK: The client

    mutating func ask(_ event: RealtimeClientEvent, eventID: String? = nil) {
        // A copy, so that what the core does meanwhile is told to the scene that is at it.
        var call = self
        scene.ask(event, eventID: eventID) { scene in
            call.scene = scene
            for request in scene.requests {
                switch request {
                case .input(let input): call.handle(input)
                case .respond(let wanted): call.handle(.respond(wanted.id, speaks: nil))
                default: break
                }
            }
            scene = call.scene
        }
        call.scene = scene
        self = call
    }

    mutating func setIdle(ms: Int) {
        var configuration = conversation.configuration
        configuration.idle.promptAfter = .milliseconds(ms)
        handle(.configured(configuration))
    }

    // MARK: Time

    /// The caller speaks, `startMs` and `endMs` after the call began.
    mutating func speak(from startMs: Int, to endMs: Int) {
        run(ms: startMs - nowMs)
        handle(.speechStarted(audioMs: startMs, agoNs: 0))
        run(ms: endMs - nowMs)
        handle(.speechStopped(audioMs: endMs, agoNs: 0))
    }

    mutating func run(ms: Int) {
        let end = nowMs + ms
        while nowMs < end {
            nowMs += 10
            if let due = conversation.nextDeadline, due <= Instant(milliseconds: nowMs) { handle(.deadlineReached) }
            if let allowance = conversation.playoutAllowance(at: Instant(milliseconds: nowMs)) {
                handle(.audioSent(allowance.response, samples: allowance.samples))
            }
        }
    }

    // MARK: The engines

    /// What engines make of an input follows once it is done with.
    private mutating func handle(_ input: Conversation.Input) {
        var waiting = [input]
        while !waiting.isEmpty {
            for action in conversation.handle(waiting.removeFirst(), at: Instant(milliseconds: nowMs)) {
                if case .emit(let event) = action { scene.tell(event, inputMs: nowMs) }
                waiting += results(of: action)
            }
        }
    }

    private mutating func results(of action: Conversation.Action) -> [Conversation.Input] {
        switch action {
        case .finishTranscription(let turn):
            [.transcriptFinal(turn, text: "good morning", language: nil, confidence: nil)]
        case .startGeneration(let id, _): answer(id)
        case .synthesize(let segment, _):
            [.audioGenerated(segment, samples: 16_000)] + (isSlow ? [] : [.synthesisFinished(segment)])
        default: []
        }
    }

    private mutating func answer(_ id: GenerationID) -> [Conversation.Input] {
        guard !answers.isEmpty else { return [] }
        let next = answers.removeFirst()
        isSlow = if case .slowText = next { true } else { false }
        let answer: Conversation.Input =
            switch next {
            case .text(let text), .slowText(let text): .responseText(id, text)
            case .call(let name, let arguments):
                .responseTool(id, ToolCall(id: "call_0", name: name, arguments: arguments, isForClient: true))
            }
        return [answer, .responseFinished(id)]
    }
}
