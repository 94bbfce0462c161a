public import TomConversation

/// Speech to text: frames in, interim and final transcripts out.
public protocol Transcriber: Sendable {
    /// The engine's name as shown on the wire, in metrics and logs (`pocketsphinx`, `mock`).
    var name: String { get }
    var capabilities: TranscriberCapabilities { get }
    /// Begins to transcribe one turn of the caller.
    ///
    /// Never blocks: it is called on the call's event loop. A failure to start is delivered as `.failed`.
    func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription
    /// A call has begun; see ``LanguageModel/prepare()``.
    func prepare()
}

extension Transcriber {
    public func prepare() {}
}

/// What a transcriber can do.
public struct TranscriberCapabilities: Sendable, Equatable {
    /// BCP 47 language codes it understands; empty means any.
    public var languages: [String]
    /// Whether it looks at the audio at all; the mock does not, and is then spared the frames.
    public var readsAudio: Bool
    /// Whether it hears a turn's audio only when it is complete; a turn that is dropped before costs nothing.
    public var hearsAtEnd: Bool
    public init(languages: [String], readsAudio: Bool = true, hearsAtEnd: Bool = false) {
        self.languages = languages
        self.readsAudio = readsAudio
        self.hearsAtEnd = hearsAtEnd
    }
}

/// One turn to transcribe.
public struct TranscriptionRequest: Sendable {
    /// The longest turn of 120 s and what surrounds it, at 16 kHz; what comes beyond it is not heard.
    package static let maxSamples = 125 * 16_000

    public let turn: TurnID
    /// BCP 47 code of the language spoken, `en` or `de`.
    public let language: String
    public let expectation: Expectation
    /// Where the audio the engine was given is counted; `nil`: nowhere.
    public let meter: UsageMeter?
    /// The record ahead of the turn, oldest first; of use to a ``SpeechModel`` only.
    public let history: [Item]
    /// Whether the turn has begun elsewhere: what was said of it so far is appended at once. Engines that drop audio
    /// when they are behind keep a whole turn then.
    public var isTakenOver = false
    public init(
        turn: TurnID, language: String, expectation: Expectation, history: [Item] = [], meter: UsageMeter? = nil
    ) {
        self.turn = turn
        self.language = language
        self.expectation = expectation
        self.history = history
        self.meter = meter
    }
}

/// A transcription that is running.
public protocol Transcription: EngineTask {
    /// Takes more of the turn's audio: PCM16 mono at 16 kHz, usually 320 samples, or as much of a turn as there is.
    ///
    /// Called for every frame on the call's event loop: it copies, queues and returns.
    func append(_ samples: Span<Int16>)
    /// Says that the turn's audio is complete. One `.final` or `.failed` follows.
    func finish()
}

/// What a transcription reports.
public enum TranscriptionEvent: Sendable, Equatable {
    /// Words so far; they may still change. `turnComplete` is `true` when the words form a whole phrase, `false` when more
    /// must come, `nil` when the engine cannot tell.
    case interim(text: String, turnComplete: Bool?)
    /// Another engine goes on with this turn.
    case failedOver(EngineFailover)
    /// The turn's transcript, terminal.
    case final(Transcript)
    /// Terminal.
    case failed(EngineError)
}

/// The words of one turn.
public struct Transcript: Sendable, Equatable {
    /// `nil` when there was speech that the engine rejects as not understood; empty when it heard no speech at all.
    public var text: String?
    public var language: String?
    /// 0...1.
    public var confidence: Double?
    public init(text: String?, language: String? = nil, confidence: Double? = nil) {
        self.text = text
        self.language = language
        self.confidence = confidence
    }
}
