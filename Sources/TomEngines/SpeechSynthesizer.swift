public import TomAudio
public import TomConversation

/// Text to speech: one sentence in, audio out as it is made.
public protocol SpeechSynthesizer: Sendable {
    /// The engine's name as shown on the wire, in metrics and logs (`espeak`, `mock`).
    var name: String { get }
    /// Begins to speak one sentence. Never blocks: it is called on the call's event loop.
    func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask
    /// A call has begun; see ``LanguageModel/prepare()``.
    func prepare()
}

extension SpeechSynthesizer {
    public func prepare() {}
}

/// One sentence to speak.
public struct SynthesisRequest: Sendable {
    public let segment: SegmentID
    public let text: String
    /// BCP 47 code, `en` or `de`.
    public let language: String
    /// The agent's voice; `nil` for the engine's default in that language.
    public let voice: String?
    /// The voice a client would rather hear, by whatever name it knows; an engine that has none of that name speaks as it would
    /// without. `nil`: none in particular.
    public let preferredVoice: String?
    /// How fast, as a multiple of the engine's usual pace, 0.25 to 4. Engines go as far as they can.
    public let speed: Double
    /// Where characters and audio are counted; `nil`: nowhere.
    public let meter: UsageMeter?
    /// Names of engines that broke off in this turn: they are asked only when there is no other.
    public let avoiding: Set<String>
    public init(
        segment: SegmentID, text: String, language: String, voice: String?, preferredVoice: String? = nil,
        speed: Double = 1, meter: UsageMeter? = nil, avoiding: Set<String> = []
    ) {
        self.segment = segment
        self.text = text
        self.language = language
        self.voice = voice
        self.preferredVoice = preferredVoice
        self.speed = min(max(speed, 0.25), 4)
        self.meter = meter
        self.avoiding = avoiding
    }
}

/// What a synthesis reports.
public enum SynthesisEvent: Sendable, Equatable {
    /// PCM16 mono samples at `rate`, any number of them above zero.
    case audio([Int16], rate: SampleRate)
    /// Another engine goes on with this sentence.
    case failedOver(EngineFailover)
    /// Terminal.
    case finished
    /// Terminal: the engine broke off in the middle, and another one could speak the sentence anew.
    case broke(EngineFailover)
    /// Terminal.
    case failed(EngineError)
}

extension SynthesisRequest {
    /// Whether there is a letter or digit to speak: engines fail at a text of nothing but marks.
    package var hasWords: Bool {
        text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }
}
