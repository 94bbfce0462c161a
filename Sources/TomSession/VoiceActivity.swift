import TomAudio
import TomEngines

/// Where in the caller's audio there is speech, as the call knows it: from the built-in detector, which judges a frame
/// when it arrives, or from a model beside the event loop, whose judgements come a little later. Positions are those of
/// the audio in both cases, never of the clock.
///
/// The built-in detector always listens along: it knows the line when it has to take over from a model that failed.
struct VoiceActivity {
    typealias Transition = SpeechSegmenter.Transition

    private var builtIn: VoiceActivityDetector
    /// What a model's judgements make; `nil` while the built-in detector decides.
    private var judged: SpeechSegmenter?
    private var threshold: SpeechThreshold
    /// Samples at 16 kHz that the model was given, and silence put in their place.
    private var heardSamples = 0

    /// - Parameter model: what is fixed about the model that judges; `nil` for the built-in detector.
    init(
        _ configuration: VoiceActivityDetector.Configuration, threshold: SpeechThreshold = SpeechThreshold(),
        model: SpeechDetectorTraits? = nil
    ) {
        builtIn = VoiceActivityDetector(configuration)
        self.threshold = threshold
        judged = model.map {
            SpeechSegmenter(
                startMs: configuration.startMs, stopMs: configuration.stopMs, frameMs: $0.frameSamples / 16,
                onsetFrames: $0.onsetFrames)
        }
    }

    /// How sure the detectors have to be from here on.
    mutating func adjust(_ configuration: VoiceActivityDetector.Configuration, _ threshold: SpeechThreshold) {
        builtIn.adjust(configuration)
        self.threshold = threshold
    }

    var isSpeaking: Bool { judged?.isSpeaking ?? builtIn.isSpeaking }
    /// While speaking: the end of the last frame that counted as speech.
    var lastSpeechMs: Int { judged?.lastSpeechMs ?? builtIn.lastSpeechMs }
    /// Audio taken so far.
    var heardMs: Int { judged == nil ? builtIn.positionMs : heardSamples / 16 }
    /// Audio that the model has not judged yet.
    var unjudgedSamples: Int { judged.map { max(heardSamples - $0.positionMs * 16, 0) } ?? 0 }

    /// Takes the next samples at 16 kHz.
    /// - Returns: the changes they bring, in order; none while a model judges. An array without elements allocates
    ///   nothing.
    mutating func hear(_ samples: Span<Int16>) -> [Transition] {
        heardSamples += samples.count
        var changes: [Transition] = []
        builtIn.process(samples) { changes.append($0) }
        return judged == nil ? changes : []
    }

    /// Takes the model's probabilities of the next frames.
    mutating func judge(_ probabilities: [Float]) -> [Transition] {
        var changes: [Transition] = []
        for probability in probabilities {
            guard let isSpeaking = judged?.isSpeaking else { return changes }
            let isSpeech = threshold.isSpeech(probability, whileSpeaking: isSpeaking)
            if let change = judged?.advance(isSpeech: isSpeech) { changes.append(change) }
        }
        return changes
    }

    /// Puts silence in the place of audio that does not come, until speech is over, at most a second.
    mutating func fillSilence() -> [Transition] {
        var changes: [Transition] = []
        let frame = judged.map { $0.frameMs * 16 } ?? VoiceActivityDetector.frameSize
        let silence = [Int16](repeating: 0, count: frame)
        for _ in 0..<50 where isSpeaking {
            changes += hear(silence.span)
            if let change = judged?.advance(isSpeech: false) { changes.append(change) }
        }
        return changes
    }

    /// The built-in detector takes over.
    /// - Returns: the change where it sees the caller otherwise than the model did.
    mutating func fallBack() -> [Transition] {
        guard let model = judged else { return [] }
        judged = nil
        if model.isSpeaking, !builtIn.isSpeaking { return [.stopped(lastSpeechMs: model.lastSpeechMs)] }
        if !model.isSpeaking, builtIn.isSpeaking { return [.started(atMs: model.positionMs)] }
        return []
    }
}
