public import CoreMetrics
public import TomAudio
import TomConversation
import TomEngines

/// TOM's voice and ears without a call: text to audio, and audio to text.
public struct SpeechService: Sendable {
    /// How long an engine may keep a request waiting: for the first audio of a sentence and from one piece of it to the next,
    /// for the words of an utterance.
    public struct Patience: Sendable {
        public var synthesis: Duration
        public var transcription: Duration
        public init(synthesis: Duration, transcription: Duration) {
            self.synthesis = synthesis
            self.transcription = transcription
        }
    }

    private let profiles: CallProfiles
    private let patience: Patience
    private let calls: CallRegister
    /// By agent.
    private let metrics: [String: SessionMetrics]
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - profiles: one per agent; ids are unique.
    ///   - defaultAgent: id of the agent that serves who asks for none; one of `profiles`.
    ///   - calls: told of each request at its end, with what its engine used.
    ///   - metrics: where the instruments come from; those of calls have the same names.
    public init(
        profiles: [CallProfile], defaultAgent: String, patience: Patience, calls: CallRegister = CallRegister(),
        metrics: any MetricsFactory = MetricsSystem.factory, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.profiles = CallProfiles(profiles, defaultAgent: defaultAgent)
        self.patience = patience
        self.calls = calls
        self.clock = clock
        self.metrics = Dictionary(
            uniqueKeysWithValues: profiles.map {
                ($0.agentID, SessionMetrics(engines: $0.engines.names, factory: metrics))
            })
    }

    /// Whether any agent has a voice.
    public var speaks: Bool { profiles.all.contains { $0.engines.synthesizer != nil } }
    /// Whether any agent writes down what it hears.
    public var hears: Bool { profiles.all.contains { $0.engines.transcriber != nil } }
    /// Of all agents, the default one first.
    public var agentIDs: [String] { profiles.ids }

    /// The rate of ``speak(_:agent:voice:speed:id:)``.
    public static let speechRate = SampleRate.hz24000

    /// Begins to speak a text, sentence by sentence as it is asked for.
    /// - Parameters:
    ///   - agent: whose voice and language; `nil`: the default agent's.
    ///   - voice: heard where the engine has one of that name, else the agent's own, as with `nil`.
    ///   - speed: 0.25 to 4, as far as the engine goes; 1 is as it speaks by itself.
    ///   - id: of the request's record.
    /// - Throws: `session.unknown_agent`, `session.no_synthesizer`.
    public func speak(
        _ text: String, agent: String?, voice: String?, speed: Double, id: String
    ) throws(SessionError) -> SpokenAudio {
        let profile = try profiles.profile(agent: agent, language: nil)
        guard let synthesizer = profile.engines.synthesizer else { throw .noSynthesizer }
        let request = account(profile, id: id, transport: "speech")
        let language = profile.language
        let sentences = SentenceSplitter.sentences(text, language: language).enumerated().map { index, sentence in
            SynthesisRequest(
                segment: SegmentID(response: ResponseID(1), index: index),
                text: SpokenText.of(sentence, language: language), language: language, voice: profile.voice,
                preferredVoice: voice, speed: speed, meter: request.account.usage.meter())
        }
        return SpokenAudio(
            sentences, synthesizer, rate: Self.speechRate, patience: patience.synthesis, clock, request)
    }

    /// Begins to write down what is said in a WAV file, utterance by utterance as it is asked for.
    /// - Parameters:
    ///   - agent: whose ears; `nil`: those of the default agent, or of the first that knows the language.
    ///   - language: BCP 47; `nil`: the agent's own.
    ///   - id: of the request's record.
    /// - Throws: `session.unknown_agent`, `session.unsupported_language`, `session.no_transcriber`.
    public func transcribe(
        _ wav: ArraySlice<UInt8>, agent: String?, language: String?, id: String
    ) throws(SessionError) -> HeardSpeech {
        let profile = try profiles.profile(agent: agent, language: language)
        guard let transcriber = profile.engines.transcriber else {
            throw .noTranscriber(language: language ?? profile.language)
        }
        return HeardSpeech(
            wav, transcriber, language: language ?? profile.language, patience: patience.transcription, clock,
            account(profile, id: id, transport: "transcription"))
    }

    private func account(_ profile: CallProfile, id: String, transport: String) -> SpeechAccount {
        guard let metrics = metrics[profile.agentID] else {
            preconditionFailure("the agent \(profile.agentID) has no instruments")
        }
        return SpeechAccount(
            account: calls.begin(callID: id, agentID: profile.agentID, transport: transport, isListed: false),
            metrics: metrics)
    }
}

/// What one request without a call is charged with.
struct SpeechAccount: Sendable {
    let account: CallAccount
    let metrics: SessionMetrics

    /// A piece of work at an engine ended.
    /// - Parameter kind: `tts` or `stt`.
    func engine(_ kind: String, _ error: (any Error)?) {
        let outcome: SessionMetrics.Outcome =
            switch error {
            case nil: .ok
            case is CancellationError: .cancelled
            default: .failed
            }
        metrics.engine(kind, outcome)
    }

    /// The request is over; a second call does nothing.
    func close(_ error: (any Error)?) {
        let termination =
            switch error {
            // it has what it came for
            case nil: Termination(result: .completed, reason: .callerHungUp)
            case is CancellationError: Termination(result: .failed, reason: .connectionLost)
            default: Termination(result: .failed, reason: .internalError)
            }
        account.close(termination)
    }
}
