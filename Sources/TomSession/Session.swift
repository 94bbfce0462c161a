import CoreMetrics
import Logging
import NIOCore
import TomAudio
import TomConversation
import TomEngines

/// Runs one call: the only mutator of its `Conversation`, on one event loop from socket read to socket write.
///
/// An actor whose executor is the call's event loop. The transport enters it synchronously (`assumeIsolated`), so that a frame
/// of audio costs no task, hop or lock; engines report from their own threads and hop once per result.
actor Session: CallSession {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    let eventLoop: any EventLoop
    var options: CallOptions
    /// The client's side, where it leads the conversation.
    var client: ClientSide?
    let profile: CallProfile
    /// The call's engines: the profile's, or those of its speech model.
    let engines: CallEngines
    /// The speech model's side of this call; `nil` where each stage has an engine of its own.
    var speech: (any SpeechModelCall)?
    /// What the speech model spoke in the current response.
    var ownSpeech = OwnSpeechAudio()
    let configuration: SessionConfiguration
    let tools: any ToolRunner
    /// Opens the tool servers that the client names; `nil` where none may be.
    let toolServers: (any ToolServers)?
    let account: CallAccount
    let metrics: SessionMetrics
    let logger: Logger
    /// `nil` once the call has ended: nothing can be sent any more, and the transport is free to go.
    var link: (any CallLink)?

    var conversation: Conversation
    let begunAt: NIODeadline
    private var inbox = CircularBuffer<(work: Work, lane: ResultLane?)>(initialCapacity: 4)
    private var isProcessing = false
    private var needsFlush = false
    var wake: (at: Instant, task: Scheduled<Void>)?
    var journal: Journal?

    // Caller audio
    var callerAudio: CallerAudio
    /// Takes the background from the caller's audio, where the client wants that, into `clearAudio`.
    var noise: NoiseReduction?
    var clearAudio: [Int16] = []
    var activity: VoiceActivity
    /// The model that judges the caller's audio; `nil` where the built-in detector does.
    var detection: (any SpeechDetection)?
    /// The model's results on their way, kept for its memory.
    var judgements: [Float] = []
    /// Audio of the message being heard that is still to come.
    var restOfMessageMs = 0
    var preRoll: PreRoll
    /// What the open turn's pauses are judged by; of no capacity where none are.
    var turnAudio: RecentAudio
    /// The pause that is being judged.
    var pause: RunningTask<PauseID>?
    var saidPausesAreNotJudged = false
    var recordings = Recordings()
    var saidRecordingIsFull = false
    var lastAudioAt: Instant?
    /// Silence the detector was given in place of audio that did not come: positions of the input audio do not count it.
    var filledMs = 0
    /// Samples that no detector was given, since the client was ending its turns.
    var passedSamples = 0
    /// The turn whose audio is coming in, and the transcription that takes it until it has answered; `nil` between turns.
    var listening: (turn: TurnID, task: (any Transcription)?)?
    var transcriptions: [TurnID: (task: any Transcription, lane: ResultLane)] = [:]

    /// Engines that broke off in the turn that is being answered.
    var broken = (models: Set<String>(), voices: Set<String>())
    /// What a reply that may come to nothing uses.
    var speculativeMeters: [UsageMeter] = []
    /// Whether the conversation has begun a reply or sentence anew since an engine broke off.
    var hasBegunAnew = false

    // Reply audio
    var generation: RunningTask<GenerationID>?
    var synthesis: RunningTask<SegmentID>?
    var playout: PlayoutQueue
    var playoutSeq = 0
    var playoutResponse: ResponseID?

    init(
        options: CallOptions, settings: ClientSettings? = nil, profile: CallProfile,
        configuration: SessionConfiguration, tools: any ToolRunner, toolServers: (any ToolServers)? = nil,
        account: CallAccount, metrics: SessionMetrics, journal: Journal?, logger: Logger,
        link: NIOLoopBound<any CallLink>,
        eventLoop: any EventLoop
    ) throws {
        unownedExecutor = eventLoop.executor.asUnownedSerialExecutor()
        self.eventLoop = eventLoop
        self.options = options
        client = settings.map { ClientSide(settings: $0) }
        if let strength = settings?.noiseReduction { noise = NoiseReduction(strength) }
        self.profile = profile
        callerAudio = try CallerAudio(format: options.input)
        speech = profile.engines.speechModel?.open(
            language: profile.language, tools: tools.tools(of: profile.agentID))
        engines = Self.engines(of: profile, speech)
        self.configuration = configuration
        self.tools = tools
        self.toolServers = toolServers
        self.account = account
        self.metrics = metrics
        self.journal = journal
        self.logger = logger
        begunAt = eventLoop.now
        conversation = Conversation(
            configuration: Self.conversationConfiguration(
                options: options, profile: profile, engines: engines, configuration: configuration,
                settings: settings))
        let traits = options.manualTurns ? nil : profile.engines.speechDetector?.traits
        activity = VoiceActivity(
            configuration.voiceActivity, threshold: configuration.speechThreshold, model: traits)
        turnAudio = RecentAudio(capacity: profile.engines.turnEndJudge?.windowSamples ?? 0)
        if let settings { activity.adjust(to: settings.turnEnd, usual: configuration) }
        preRoll = PreRoll(extra: traits.map { $0.frameSamples * $0.maxWaitingFrames } ?? 0)
        playout = PlayoutQueue(format: options.output, maxFrames: settings == nil ? 1 : Self.framesInOne)
        self.link = link.value
        journal?.begin(callID: options.callID, configuration: conversation.configuration)
    }

    // MARK: CallSession

    nonisolated func begin() {
        assumeIsolated { session in
            session.openDetection()
            session.process(.callStarted)
            session.engines.transcriber?.prepare()
            session.engines.languageModel?.prepare()
            session.engines.synthesizer?.prepare()
        }
    }

    nonisolated func receiveAudio(_ bytes: UnsafeRawBufferPointer) {
        // The bytes do not leave this call, which is already on the session's executor.
        nonisolated(unsafe) let bytes = bytes
        assumeIsolated { $0.hear(bytes) }
    }

    nonisolated func receive(_ input: CallerInput) {
        assumeIsolated { session in
            switch input {
            case .commit: session.process(.commit)
            case .bargeIn(let playedMs): session.process(.clientInterrupted(playedMs: playedMs))
            case .playback(let response, let playedMs): session.process(.playoutAdvanced(response, playedMs: playedMs))
            case .text(let text): session.process(.typed(text))
            case .key(let key): session.process(.key(String(key)))
            case .hangUp: session.process(.hangUp(Termination(result: .completed, reason: .callerHungUp)))
            }
        }
    }

    nonisolated func end(_ termination: Termination) {
        assumeIsolated { $0.process(.hangUp(termination)) }
    }

    // MARK: The loop

    /// The call's own time.
    var now: Instant { Instant(nanoseconds: (eventLoop.now - begunAt).nanoseconds) }

    /// Something that happened, in the order it did: from the transport, the clock or an engine.
    enum Work: Sendable {
        case input(Conversation.Input)
        case transcription(TurnID, TranscriptionEvent)
        case generation(GenerationID, ResponseEvent)
        case synthesis(SegmentID, ReplyConverter.Output)
        /// Audio of a generation that speaks itself, at the output rate.
        case speech(GenerationID, [Int16])
        /// The model has judged frames of the caller's audio.
        case voiceActivity
        case pause(PauseID, Result<TurnEndVerdict, EngineError>)
        /// Only time passed: reply audio may have become due.
        case playout
    }

    func process(_ input: Conversation.Input) { process(.input(input)) }

    /// Takes one piece of work, performs its actions in order, then the next: an engine that answers inside the call that
    /// started it only lengthens the queue.
    func process(_ work: Work, from lane: ResultLane? = nil) {
        inbox.append((work, lane))
        guard !isProcessing else { return }
        isProcessing = true
        repeat {
            while let next = inbox.popFirst() {
                next.lane?.resultTaken()
                step(next.work)
            }
            sendPlayout()
        } while !inbox.isEmpty
        isProcessing = false
        if needsFlush {
            needsFlush = false
            link?.flush()
        }
        scheduleWake()
    }

    private func step(_ work: Work) {
        switch work {
        case .input(let input): apply(input)
        case .transcription(let turn, let event): transcriptionReported(turn, event)
        case .generation(let id, let event): generationReported(id, event)
        case .synthesis(let segment, let output): synthesisReported(segment, output)
        case .speech(let id, let samples): speechReported(id, samples)
        case .voiceActivity: takeJudgements()
        case .pause(let id, let result): pauseReported(id, result)
        case .playout: break
        }
    }

    /// What the engines of this call used.
    var usage: UsageLedger { account.usage }

    /// Hands one input to the conversation and performs what it decides.
    func apply(_ input: Conversation.Input) {
        let now = self.now
        journal?.record(input, at: now)
        let dropped = conversation.droppedItems
        for action in conversation.handle(input, at: now) { perform(action) }
        let newlyDropped = conversation.droppedItems - dropped
        if newlyDropped > 0 { metrics.historyDropped.increment(by: newlyDropped) }
    }

    func emit(_ event: Event) {
        observe(event)
        link?.send(event)
        follow(event)
        needsFlush = true
    }

    func markForFlush() { needsFlush = true }
}
