import TomConversation

/// Plays whole turns of one conversation: the caller speaks 2 s, the engines answer at once with 1.5 s of audio.
struct TurnDriver {
    private var conversation = Conversation()
    private var now = Instant.start
    private(set) var inputs = 0
    private(set) var completed = 0

    init() { apply(.callStarted) }

    /// One turn; engines' parts are played by following the actions.
    mutating func playTurn() {
        apply(.speechStarted(audioMs: 0, agoNs: 0))
        now = now + .seconds(2)
        apply(.speechStopped(audioMs: 2_000, agoNs: 0))
        let before = completed
        while completed == before, let deadline = conversation.nextDeadline {
            now = max(now, deadline)
            apply(.deadlineReached)
        }
    }

    /// Applies an input and all that follows from it, in order: every action first, then the next input.
    private mutating func apply(_ input: Conversation.Input) {
        var queue = [(input: input, after: Duration.zero)]
        var next = 0
        while next < queue.count {
            now = now + queue[next].after
            for action in conversation.handle(queue[next].input, at: now) { follow(action, into: &queue) }
            next += 1
        }
        inputs += queue.count
    }

    private mutating func follow(
        _ action: Conversation.Action, into queue: inout [(input: Conversation.Input, after: Duration)]
    ) {
        func then(_ input: Conversation.Input, after delay: Duration = .zero) { queue.append((input, delay)) }
        switch action {
        case .finishTranscription(let turn):
            then(.transcriptFinal(turn, text: "Test erkannt", language: "de", confidence: 1))
        case .startGeneration(let generation, _):
            for text in ["Hallo,", " ich", " bin", " TOM."] { then(.responseText(generation, text)) }
            then(.responseFinished(generation))
        case .synthesize(let segment, _):
            then(.audioGenerated(segment, samples: 24_000))
            then(.synthesisFinished(segment))
            for _ in 0..<75 { then(.audioSent(segment.response, samples: 320), after: .milliseconds(20)) }
        case .emit(.turnEnded(_, _, .completed, _)):
            completed += 1
        default: break
        }
    }
}

/// What one turn costs the state machine, and one frame of playout.
func conversationBenchmarks() {
    do {
        var driver = TurnDriver()
        var turns = 0
        measure("conversation turn") {
            driver.playTurn()
            turns += 1
        }
        precondition(driver.completed == turns, "\(driver.completed) of \(turns) turns were completed")
    }
    do {
        var conversation = Conversation()
        let generation = GenerationID(response: ResponseID(1), round: 0)
        let segment = SegmentID(response: ResponseID(1), index: 0)
        var now = Instant.start
        for input: Conversation.Input in [
            .callStarted, .typed("Hello?"), .responseText(generation, "Hello."), .responseFinished(generation),
            .audioGenerated(segment, samples: 320_000_000), .synthesisFinished(segment),
        ] { _ = conversation.handle(input, at: now) }
        measure("conversation audio sent") {
            now = now + .milliseconds(20)
            blackHole(conversation.handle(.audioSent(ResponseID(1), samples: 320), at: now))
        }
        precondition(conversation.playoutAllowance(at: now) != nil, "the reply is still being played")
    }
}
