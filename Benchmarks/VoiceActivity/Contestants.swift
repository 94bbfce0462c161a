import Dispatch
import Glibc
import TomAudio
import TomEngines

/// The changes that the built-in detector declares, at its defaults.
func builtInChanges(_ audio: [Int16]) -> [(SpeechSegmenter.Transition, declaredMs: Int)] {
    var detector = VoiceActivityDetector()
    var changes: [(SpeechSegmenter.Transition, declaredMs: Int)] = []
    for start in stride(from: 0, to: audio.count - 319, by: 320) {
        if let change = detector.process(audio[start..<(start + 320)].span) {
            changes.append((change, detector.positionMs))
        }
    }
    return changes
}

/// The changes that a session makes of a model's judgements, at its defaults.
func changes(
    _ audio: [Int16], _ detector: any SpeechDetector
) -> [(SpeechSegmenter.Transition, declaredMs: Int)] {
    let configuration = VoiceActivityDetector.Configuration()
    let frame = detector.traits.frameSamples
    var segmenter = SpeechSegmenter(
        startMs: configuration.startMs, stopMs: configuration.stopMs, frameMs: frame / 16,
        onsetFrames: detector.traits.onsetFrames)
    let threshold = SpeechThreshold()
    var changes: [(SpeechSegmenter.Transition, declaredMs: Int)] = []
    let crowd = Crowd(detector, calls: 1)
    for start in stride(from: 0, through: audio.count - frame, by: frame) {
        for probability in crowd.hear(audio[start..<(start + frame)]) {
            let isSpeech = threshold.isSpeech(probability, whileSpeaking: segmenter.isSpeaking)
            if let change = segmenter.advance(isSpeech: isSpeech) { changes.append((change, segmenter.positionMs)) }
        }
    }
    crowd.end()
    return changes
}

/// Calls that speak at the same time into one detector.
final class Crowd {
    private var detections: [any SpeechDetection] = []
    private let told = DispatchSemaphore(value: 0)

    init(_ detector: any SpeechDetector, calls: Int) {
        for _ in 0..<calls {
            detections.append(detector.detect { [told] in _ = told.signal() })
        }
    }

    /// Gives every call one more frame and waits until all are judged.
    /// - Returns: their probabilities.
    @discardableResult
    func hear(_ frame: ArraySlice<Int16>) -> [Float] {
        for detection in detections { detection.append(frame.span) }
        for _ in detections { told.wait() }
        var probabilities: [Float] = []
        for detection in detections {
            if let error = detection.take(into: &probabilities) { fatalError("\(error)") }
        }
        return probabilities
    }

    func end() { for detection in detections { detection.cancel() } }
}

/// CPU time of this process so far, in seconds.
func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
