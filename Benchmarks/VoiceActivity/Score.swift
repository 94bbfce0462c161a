import TomAudio

/// What a detector made of labelled audio. Times are those of the audio: what a detector needs to think comes on top.
struct Score {
    /// Labels of 10 ms.
    private static let stepMs = 10

    /// Share of the steps judged rightly, 0...1.
    var accuracy = 0.0
    /// Harmonic mean of precision and recall over the steps, 0...1.
    var f1 = 0.0
    /// From the beginning of an utterance to its onset's declaration, and from its end to its stop's, on average.
    var onsetDelayMs = 0.0
    var stopDelayMs = 0.0
    /// Utterances that were not noticed.
    var missed = 0
    var utterances = 0
    /// Onsets with no speech at all, per minute of audio.
    var falseStartsPerMinute = 0.0

    private struct Segment {
        var startMs: Int
        var declaredMs: Int
        var endMs: Int
        var stopDeclaredMs: Int
    }

    /// - Parameters:
    ///   - labels: one for 10 ms, true for speech.
    ///   - changes: the detector's transitions, each with the position of the audio it was declared at, in ms.
    init(labels: [Bool], changes: [(SpeechSegmenter.Transition, declaredMs: Int)]) {
        let lengthMs = labels.count * Self.stepMs
        var segments: [Segment] = []
        for (change, declaredMs) in changes {
            switch change {
            case .started(let atMs):
                segments.append(
                    Segment(startMs: atMs, declaredMs: declaredMs, endMs: lengthMs, stopDeclaredMs: lengthMs))
            case .stopped(let endMs):
                segments[segments.count - 1].endMs = endMs
                segments[segments.count - 1].stopDeclaredMs = declaredMs
            }
        }
        judgeSteps(labels, segments)
        judgeUtterances(labels, segments)
        let falseStarts = segments.count { segment in
            !labels[
                min(segment.startMs / Self.stepMs, labels.count - 1)..<min(segment.endMs / Self.stepMs, labels.count)
            ]
            .contains(true)
        }
        falseStartsPerMinute = Double(falseStarts) * 60_000 / Double(lengthMs)
    }

    private mutating func judgeSteps(_ labels: [Bool], _ segments: [Segment]) {
        var judged = [Bool](repeating: false, count: labels.count)
        for segment in segments {
            for step in (segment.startMs / Self.stepMs)..<min(segment.endMs / Self.stepMs, labels.count) {
                judged[step] = true
            }
        }
        let hits = zip(judged, labels).count { $0 && $1 }
        let right = zip(judged, labels).count { $0 == $1 }
        accuracy = Double(right) / Double(labels.count)
        f1 = 2 * Double(hits) / Double(max(1, judged.count { $0 } + labels.count { $0 }))
    }

    private mutating func judgeUtterances(_ labels: [Bool], _ segments: [Segment]) {
        var onsets: [Int] = []
        var stops: [Int] = []
        for utterance in Self.utterances(labels) {
            utterances += 1
            let (startMs, endMs) = (utterance.lowerBound * Self.stepMs, utterance.upperBound * Self.stepMs)
            let heard = segments.filter { $0.endMs > startMs && $0.startMs < endMs }
            guard let first = heard.first, let last = heard.last else {
                missed += 1
                continue
            }
            // A segment that began before the utterance has no delay; one that swallows the pause shows in the stop.
            onsets.append(max(0, first.declaredMs - startMs))
            stops.append(last.stopDeclaredMs - endMs)
        }
        onsetDelayMs = Double(onsets.reduce(0, +)) / Double(max(1, onsets.count))
        stopDelayMs = Double(stops.reduce(0, +)) / Double(max(1, stops.count))
    }

    /// Stretches of speech with pauses up to 400 ms.
    private static func utterances(_ labels: [Bool]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for index in labels.indices where labels[index] {
            if let last = result.last, index - last.upperBound <= 40 {
                result[result.count - 1] = last.lowerBound..<(index + 1)
            } else {
                result.append(index..<(index + 1))
            }
        }
        return result
    }
}
