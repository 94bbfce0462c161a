/// The response TOM is giving: its generation, its sentences and how much of it was heard.
struct ActiveResponse: Sendable {
    /// Changes when a reply is resumed after a false interruption, because the client dropped the audio of the old id.
    var id: ResponseID
    let turn: TurnID
    var latency: TurnLatency
    /// The running generation; its id stays when the reply is resumed.
    var generation: Generation
    var splitter: SentenceSplitter
    let language: String?
    var segments: [Segment] = []
    /// Sentences that were ever given an id under the current `id`; an id is never used twice, not even when its sentence
    /// was dropped, so that late audio of it cannot pass for another's.
    private var segmentCount = 0
    /// Sentences heard under an earlier id of this reply.
    var heardBefore: [String] = []
    var clock: PlayoutClock
    var generatedSamples = 0
    /// The audio that the model makes itself, where it does; see `OwnSpeech`.
    var own: OwnSpeech?
    var held: Hold?
    /// Tools the current round asked for and whose outputs are missing.
    var pendingTools: [ToolCall] = []
    /// The current round's tool calls, by the model's own name for each: one that comes twice is run once. Another round
    /// may use the same names again.
    var toolCallIDs: Set<String> = []
    /// Tool calls of all rounds.
    var toolCalls = 0
    /// How many outputs the current round has.
    var toolOutputs = 0
    var toolDeadline: Instant?
    /// Of the text that the model has said so far.
    var textCharacters = 0
    var expectation: Expectation = .open
    /// What was expected before this response was first heard.
    var expectationBefore: Expectation?
    /// Whether the next words are the first behind a tool's output, and others went before it.
    var resumesText = false
    /// Whether a tool did something for this response.
    var ranTools = false
    var memory: String?
    var termination: Termination?
    /// Set once an engine gave up; the turn then ends as failed.
    var failed = false
    /// The last reason for it.
    var failure: EngineFailure?
    /// Whether it has a voice, or is text alone.
    var speaks = true
    /// What it was asked for with, and its item on the record, where a client leads.
    var request: ResponseRequestID?
    var item: ItemID?
    /// Tools that the client runs.
    var clientCalls: [ToolCall] = []
    var shortfall: Shortfall?
    var apologized = false
    var audioEndedEmitted = false
    /// How often another engine took over, of the model and of the voice.
    var restarts = 0
    var marks: Marks

    /// One sentence on its way to the listener.
    struct Segment: Sendable, Equatable {
        let index: Int
        /// Said to pass the time until the answer comes; no part of it.
        let isFiller: Bool
        var text: String
        var state: State
        /// Samples made of it so far.
        var samples = 0
        /// Its audio as it came from the model; `nil` for a sentence that is synthesised.
        var own: OwnSpeech.Part?
        /// `waiting` -> `synthesizing` -> `done`; what the model speaks itself is `speaking` in between.
        enum State: Sendable, Equatable { case waiting, synthesizing(due: Instant), speaking, done }
    }

    struct Generation: Sendable, Equatable {
        var id: GenerationID
        var state: State
        /// `running` -> `waitingForTools` -> `running` ... -> `finished`; canned text is `finished` from the start.
        enum State: Sendable, Equatable { case running(due: Instant), waitingForTools, finished }
    }

    /// The reply is silent while it is decided whether the caller meant to interrupt.
    struct Hold: Sendable, Equatable {
        let heardMs: Int
    }

    /// Moments from which the turn's latency is computed.
    struct Marks: Sendable {
        /// End of the caller's speech, or when a typed turn came.
        var spokenAt: Instant?
        var generationStartedAt: Instant?
        var firstSentenceAt: Instant?
    }

    /// - Parameter language: of its words; see `Conversation.Texts.language`.
    init(
        id: ResponseID, turn: TurnID, state: Generation.State, latency: TurnLatency, marks: Marks,
        samplesPerSecond: Int, language: String?
    ) {
        self.id = id
        self.turn = turn
        self.latency = latency
        self.marks = marks
        generation = Generation(id: GenerationID(response: id, round: 0), state: state)
        clock = PlayoutClock(samplesPerSecond: samplesPerSecond)
        self.language = language
        // Words of TOM's own, known from the start, are spoken by whole sentences: so they were prepared.
        splitter = SentenceSplitter(language: language, cutsFirstClause: state != .finished)
    }

    // MARK: Text

    /// Takes as much of `text` as a response may hold.
    /// - Returns: what was taken, and whether that is all there is room for.
    mutating func take(_ text: String, limit: Int) -> (text: String, isFull: Bool) {
        let room = limit - textCharacters
        let taken = String(text.prefix(room))
        appendGenerated(taken)
        return (taken, taken.count >= room)
    }

    mutating func append(_ text: String) {
        textCharacters += text.count
        for sentence in splitter.append(text) { segments.append(makeSegment(sentence)) }
    }

    mutating func finishText() {
        if let last = splitter.finish() { segments.append(makeSegment(last)) }
    }

    mutating func makeSegment(_ text: String, isFiller: Bool = false) -> Segment {
        defer { segmentCount += 1 }
        return Segment(index: segmentCount, isFiller: isFiller, text: text, state: .waiting)
    }

    /// Drops every sentence that has no audio yet; the reply goes on with what is appended next.
    mutating func dropUnspoken() {
        // What follows is TOM's own, by whole sentences.
        splitter = SentenceSplitter(language: language)
        breakOffOwn()
        segments.removeAll { $0.samples == 0 }
        for index in segments.indices { if case .synthesizing = segments[index].state { breakOff(at: index) } }
        for index in segments.indices { segments[index].state = .done }
    }

    var isGenerated: Bool { generation.state == .finished }
    var hasText: Bool { segments.contains { !$0.isFiller } || !heardBefore.isEmpty }
    var isSynthesized: Bool { isGenerated && segments.allSatisfy { $0.state == .done } }

    // MARK: Segments

    func segmentID(at position: Int) -> SegmentID { SegmentID(response: id, index: segments[position].index) }

    /// The next sentence to synthesise, if none is being synthesised.
    var nextWaiting: Int? {
        isSynthesizing ? nil : segments.firstIndex { $0.state == .waiting }
    }

    /// Whether audio of a sentence is being made.
    var isSynthesizing: Bool {
        segments.contains {
            switch $0.state {
            case .synthesizing, .speaking: true
            case .waiting, .done: false
            }
        }
    }

    mutating func setState(_ state: Segment.State, at position: Int) { segments[position].state = state }

    /// Where `segment` is when it is the one being synthesised now; results for any other are late.
    func currentPosition(of segment: SegmentID) -> Int? {
        guard segment.response == id else { return nil }
        return segments.firstIndex {
            if case .synthesizing = $0.state { $0.index == segment.index } else { false }
        }
    }

    /// Speech of about this many characters takes a second.
    static let charactersPerSecond = 15.0

    /// The sentence's audio ends before its words do: those it can have held are kept, the others were never said.
    mutating func breakOff(at position: Int) {
        let segment = segments[position]
        let spoken = Double(segment.samples) / Double(clock.samplesPerSecond) * Self.charactersPerSecond
        segments[position].text = Self.prefix(of: segment.text, share: spoken / Double(max(segment.text.count, 1)))
    }

    mutating func generated(_ samples: Int, at position: Int, due: Instant) {
        generatedSamples += samples
        segments[position].samples += samples
        segments[position].state = .synthesizing(due: due)
    }

    /// The synthesis was stopped: no audio of the sentence is due any more.
    mutating func stopSynthesis() {
        for position in segments.indices {
            switch segments[position].state {
            case .synthesizing, .speaking: segments[position].state = .waiting
            case .waiting, .done: break
            }
        }
    }

    /// Sentences under way are given until `due`.
    mutating func renewDeadlines(due: Instant) {
        for position in segments.indices {
            if case .synthesizing = segments[position].state { segments[position].state = .synthesizing(due: due) }
        }
    }

    var unsentSamples: Int { generatedSamples - clock.sentSamples }
    var isAudible: Bool { clock.sentSamples > 0 }
    var isSent: Bool { isSynthesized && unsentSamples == 0 }

    // MARK: Resumption

    /// Takes the reply up again under `newID`, from the beginning of the sentence that was cut off.
    mutating func resume(as newID: ResponseID, heardMs: Int) {
        let heardEnd = ownHeard(heardMs: heardMs)
        own?.heardEnd = heardEnd
        var left = heardMs * clock.samplesPerSecond / 1_000
        var rest: [Segment] = []
        for segment in segments {
            defer { left -= segment.samples }
            // What was to pass the time has done so.
            guard !segment.isFiller else { continue }
            if rest.isEmpty, segment.state == .done, segment.samples > 0, left >= segment.samples {
                heardBefore.append(segment.text.trimmed)
            } else if segment.own != nil || !segment.text.isEmpty {
                rest.append(segment.rewound(heard: left, samplesPerSecond: clock.samplesPerSecond))
            }
        }
        segmentCount = 0
        segments = []
        for segment in rest {
            segments.append(makeSegment(segment.text))
            segments[segments.count - 1].own = segment.own
        }
        id = newID
        held = nil
        generatedSamples = 0
        audioEndedEmitted = false
        clock = PlayoutClock(samplesPerSecond: clock.samplesPerSecond)
    }
}
