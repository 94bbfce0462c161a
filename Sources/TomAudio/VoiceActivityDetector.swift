/// Tells where a caller speaks: energy in octave bands against a noise floor that follows the line.
///
/// Takes PCM16 at 16 kHz, mono. Works from the first frame: until the line is known it assumes a floor of -50 dBFS in
/// each band. Steady noise up to -28 dBFS (a fan) becomes background after 0.4 to 0.8 s, any steady sound after 3.2 s
/// (a dial tone cannot hold a turn for ever). It does not tell speech from music or other voices that stand out of the
/// background.
///
/// A value of 1.3 KB without references; nothing is allocated, ever. Not to be confused with endpointing, which decides
/// when a turn is over.
public struct VoiceActivityDetector: Sendable {
    public typealias Transition = SpeechSegmenter.Transition

    /// Samples of one frame: 20 ms at 16 kHz.
    public static let frameSize = BandEnergies.frameSize

    /// Per band, in dBFS: the floor before the line is known, and the lowest there ever is.
    private static let assumedFloorDbfs: Float = -50
    private static let lowestFloorDbfs: Float = -66
    /// What each band's peak must exceed the threshold by on account of its own scatter: narrow bands scatter more.
    private static let scatter = SIMD8<Float>(0, 0, 0, 1, 2, 1_000, 1_000, 1_000)
    /// Until the floor is known, noise above the assumed one must not pass for speech: the high band, where white noise
    /// is strongest and vowels are not, and the average have to be clearer.
    private static let scatterOfUnknownLine = SIMD8<Float>(8, 3, 0, 1, 2, 1_000, 1_000, 1_000)
    private static let cautionOnUnknownLineDb: Float = 4
    /// How much each band counts in the average; speech lives in the middle ones.
    private static let weights = SIMD8<Float>(0.1, 0.2, 0.25, 0.25, 0.2, 0, 0, 0)
    /// A band further above the floor than this adds nothing to the average, so that one band alone is judged as a
    /// peak.
    private static let ceilingDb: Float = 15

    public private(set) var configuration: Configuration
    /// Whether the caller speaks, as far as transitions have said.
    public var isSpeaking: Bool { segmenter.isSpeaking }
    /// dBFS of the last frame.
    public private(set) var levelDbfs = Level.floorDbfs

    /// Milliseconds of audio taken so far, in whole frames.
    public var positionMs: Int { segmenter.positionMs }
    /// While speaking: the end of the last frame that counted as speech, in milliseconds of input audio.
    public var lastSpeechMs: Int { segmenter.lastSpeechMs }
    /// The background as it is estimated now, all bands together without what lies below 200 Hz, in dBFS.
    public var noiseFloorDbfs: Float {
        Level.sum(dbfs: floor.levels, count: BandEnergies.bandCount)
    }

    private var floor = VoiceActivityDetector.initialFloor
    private var segmenter: SpeechSegmenter
    /// Samples that wait for the rest of their frame.
    private var partial = InlineArray<320, Int16>(repeating: 0)
    private var partialCount = 0

    public init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
        segmenter = SpeechSegmenter(
            startMs: configuration.startMs, stopMs: configuration.stopMs, frameMs: AudioFrame.durationMs)
    }

    /// Asks for other levels from here on; the times an onset and a stop take stay as they are.
    public mutating func adjust(_ configuration: Configuration) {
        let (startMs, stopMs) = (self.configuration.startMs, self.configuration.stopMs)
        self.configuration = configuration
        (self.configuration.startMs, self.configuration.stopMs) = (startMs, stopMs)
    }

    /// Forgets everything, the background too; the next sample is at position 0.
    public mutating func reset() {
        self = VoiceActivityDetector(configuration)
    }

    /// Takes the next samples, usually one frame, and returns the change they bring.
    ///
    /// Samples are judged in frames of ``frameSize``; what does not fill one waits for the next call. A call that
    /// completes several frames returns the last change among them: feed at most the shorter of `startMs` and `stopMs`
    /// at once, or use ``process(_:onTransition:)``, and none is lost.
    public mutating func process(_ samples: Span<Int16>) -> Transition? {
        var last: Transition?
        process(samples) { last = $0 }
        return last
    }

    /// Takes the next samples, any number, and reports every change they bring, in order.
    public mutating func process(_ samples: Span<Int16>, onTransition: (Transition) -> Void) {
        samples.withUnsafeBufferPointer { samples in
            var start = 0
            if partialCount > 0 {
                start = fillPartial(samples)
                guard partialCount == Self.frameSize else { return }
                partialCount = 0
                let frame = partial
                let transition = frame.span.withUnsafeBufferPointer { processFrame($0) }
                if let transition { onTransition(transition) }
            }
            while samples.count - start >= Self.frameSize {
                let frame = UnsafeBufferPointer(rebasing: samples[start..<(start + Self.frameSize)])
                if let transition = processFrame(frame) { onTransition(transition) }
                start += Self.frameSize
            }
            _ = fillPartial(UnsafeBufferPointer(rebasing: samples[start...]))
        }
    }

    /// Moves samples to the waiting frame as far as there is room; how many.
    private mutating func fillPartial(_ samples: UnsafeBufferPointer<Int16>) -> Int {
        let count = min(Self.frameSize - partialCount, samples.count)
        for i in 0..<count { partial[partialCount + i] = samples[i] }
        partialCount += count
        return count
    }

    private mutating func processFrame(_ frame: UnsafeBufferPointer<Int16>) -> Transition? {
        let energies = BandEnergies.analyze(frame)
        levelDbfs = energies.levelDbfs
        let isSpeech = standsOut(energies)
        floor.update(energies)
        return segmenter.advance(isSpeech: isSpeech)
    }

    /// Whether a frame is far enough above the floor, in one band or on average.
    private func standsOut(_ frame: borrowing BandEnergies) -> Bool {
        let slack = isSpeaking ? configuration.hysteresisDb : 0
        guard frame.speechBandDbfs >= configuration.minimumLevelDbfs - slack else { return false }
        let excess = frame.bands - floor.levels
        let scatter = floor.isKnown ? Self.scatter : Self.scatterOfUnknownLine
        if (excess - scatter).max() >= configuration.onsetPeakDb - slack { return true }
        let mean = (excess.clamped(lowerBound: .zero, upperBound: SIMD8(repeating: Self.ceilingDb)) * Self.weights)
            .sum()
        let caution = floor.isKnown ? 0 : Self.cautionOnUnknownLineDb
        return mean >= configuration.onsetMeanDb + caution - slack
    }

    private static var initialFloor: NoiseFloor {
        NoiseFloor(assumed: assumedFloorDbfs, lowest: lowestFloorDbfs)
    }
}
