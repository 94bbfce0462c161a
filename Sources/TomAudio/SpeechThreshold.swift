/// From a model's probability of speech to a judgement: more is asked of the beginning of speech than of its going on,
/// so that a probability that hovers at the edge does not chop words.
public struct SpeechThreshold: Sendable, Hashable {
    /// Least probability of a frame that may begin speech, 0...1.
    public var onset: Float
    /// Least probability of a frame that continues speech, 0...1.
    public var hold: Float

    public init(onset: Float = 0.5, hold: Float = 0.35) {
        self.onset = onset
        self.hold = hold
    }

    public func isSpeech(_ probability: Float, whileSpeaking: Bool) -> Bool {
        probability >= (whileSpeaking ? hold : onset)
    }
}
