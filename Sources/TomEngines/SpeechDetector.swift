/// Voice activity by a model that runs beside the call's event loop: audio in, a probability of speech for each frame
/// out. Detectors that only say whether there is speech give 0 and 1.
///
/// The built-in detector is no engine of this kind: it is cheap enough to run where the audio arrives.
public protocol SpeechDetector: Sendable {
    /// The engine's name in metrics, logs and notices (`silero`, `sherpa-onnx`).
    var name: String { get }
    /// What the detection of one call looks at and holds.
    var traits: SpeechDetectorTraits { get }
    /// Begins to listen to one caller.
    ///
    /// Never blocks: it is called on the call's event loop. `notify` says that ``SpeechDetection/take(into:)`` has
    /// something, once until that is called; it comes from any thread, perhaps inside ``SpeechDetection/append(_:)``.
    func detect(notify: @escaping @Sendable () -> Void) -> any SpeechDetection
}

/// What is fixed about a speech detector.
public struct SpeechDetectorTraits: Sendable, Equatable {
    /// Samples of one frame at 16 kHz.
    public var frameSamples: Int
    /// Frames of one call that may wait for their judgement; one more fails the call's detection.
    public var maxWaitingFrames: Int
    /// Frames of speech that the first judgement of speech after silence stands for: 1, or more where the detector
    /// itself waits for that many before it says so.
    public var onsetFrames: Int

    /// - Parameters:
    ///   - frameSamples: a multiple of 16, above zero.
    ///   - maxWaitingFrames: 1 or more.
    ///   - onsetFrames: 1 or more.
    public init(frameSamples: Int, maxWaitingFrames: Int, onsetFrames: Int = 1) {
        self.frameSamples = frameSamples
        self.maxWaitingFrames = maxWaitingFrames
        self.onsetFrames = onsetFrames
    }
}

/// The detection of one call.
public protocol SpeechDetection: EngineTask {
    /// Takes more of the caller's audio: PCM16 mono at 16 kHz, usually 320 samples.
    ///
    /// Called for every frame on the call's event loop: it copies, queues and returns. After a failure it does nothing.
    func append(_ samples: Span<Int16>)
    /// Moves the probabilities of the frames judged since the last call, 0...1 and in order, to the end of
    /// `probabilities`.
    /// - Returns: why no more will come; `nil` while all is well, and when it was returned before.
    func take(into probabilities: inout [Float]) -> EngineError?
}
