import Foundation
import TomAudio

/// What a detector made of a signal, held against where the speech really was.
struct VoiceActivityScore: CustomStringConvertible {
    /// Share of 20 ms frames judged rightly, in percent.
    var accuracy = 0.0
    /// Share of the frames with speech that were judged as such, in percent.
    var recall = 0.0
    /// From the first sample of an utterance until it was declared, in ms; for those that were.
    var onsetDelaysMs: [Int] = []
    /// From the last frame of an utterance until its stop was declared, in ms.
    var stopDelaysMs: [Int] = []
    var missed = 0
    var utterances = 0
    var falseStarts = 0
    var minutes = 0.0
    /// Share of the frames in which the detector was speaking, in percent.
    var active = 0.0

    var falseStartsPerMinute: Double { Double(falseStarts) / minutes }
    var meanOnsetDelayMs: Double { Double(onsetDelaysMs.reduce(0, +)) / Double(max(1, onsetDelaysMs.count)) }
    var meanStopDelayMs: Double { Double(stopDelaysMs.reduce(0, +)) / Double(max(1, stopDelaysMs.count)) }

    var description: String {
        func one(_ value: Double) -> String { String(format: "%.1f", value) }
        return "accuracy \(one(accuracy)) %, recall \(one(recall)) %, onset delay mean \(one(meanOnsetDelayMs)) ms max "
            + "\(onsetDelaysMs.max() ?? 0) ms, stop delay mean \(one(meanStopDelayMs)) ms, missed \(missed) of "
            + "\(utterances), false starts \(one(falseStartsPerMinute)) per minute, active \(one(active)) %"
    }

    /// Frames with speech in a clean signal: those within 35 dB of its loudest, pauses up to 160 ms filled (stop
    /// consonants belong to a word).
    static func labels(_ clean: [Double]) -> [Bool] {
        let frames = clean.count / 320
        let levels = (0..<frames).map { Signals.rms(clean[($0 * 320)..<($0 * 320 + 320)]) }
        let threshold = (levels.max() ?? 0) * pow(10, -35.0 / 20)
        var labels = levels.map { $0 > max(threshold, 1e-9) }
        var last: Int?
        for i in labels.indices where labels[i] {
            if let last, i - last <= 8 { for j in last..<i { labels[j] = true } }
            last = i
        }
        return labels
    }

    /// Level of the frames with speech, by which SNRs are set.
    static func scaledSpeech(_ clean: [Double], dbfs: Double) -> [Double] {
        let labels = labels(clean)
        let active = labels.indices.filter { labels[$0] }.flatMap { clean[($0 * 320)..<($0 * 320 + 320)] }
        let gain = 32_768 * pow(10, dbfs / 20) / Signals.rms(active)
        return clean.map { $0 * gain }
    }

    init(_ signal: [Int16], labels: [Bool], configuration: VoiceActivityDetector.Configuration = .init()) {
        var detector = VoiceActivityDetector(configuration)
        var judged = [Bool](repeating: false, count: signal.count / 320)
        var segments: [(start: Int, declared: Int, end: Int, stopDeclared: Int)] = []
        for frame in judged.indices {
            switch detector.process(signal.span.extracting((frame * 320)..<(frame * 320 + 320))) {
            case .started(let at): segments.append((at / 20, frame + 1, judged.count, judged.count))
            case .stopped(let last):
                segments[segments.count - 1].end = last / 20
                segments[segments.count - 1].stopDeclared = frame + 1
            case nil: break
            }
        }
        for segment in segments { for i in segment.start..<segment.end { judged[i] = true } }
        let count = Double(judged.count)
        accuracy = 100 * Double(judged.indices.filter { judged[$0] == labels[$0] }.count) / count
        let speech = judged.indices.filter { labels[$0] }
        recall = 100 * Double(speech.filter { judged[$0] }.count) / Double(max(1, speech.count))
        active = 100 * Double(judged.filter { $0 }.count) / count
        minutes = count / 3_000
        falseStarts = segments.filter { segment in !labels[segment.start..<segment.end].contains(true) }.count
        for utterance in Self.utterances(labels) {
            utterances += 1
            let heard = segments.filter { $0.end > utterance.lowerBound && $0.start < utterance.upperBound }
            guard let first = heard.first, let last = heard.last else {
                missed += 1
                continue
            }
            // Detection that began before the utterance has no delay.
            onsetDelaysMs.append(max(0, first.declared - utterance.lowerBound) * 20)
            stopDelaysMs.append((last.stopDeclared - utterance.upperBound) * 20)
        }
    }

    /// Stretches of speech with pauses up to 400 ms.
    private static func utterances(_ labels: [Bool]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for i in labels.indices where labels[i] {
            if let last = result.last, i - last.upperBound <= 20 {
                result[result.count - 1] = last.lowerBound..<(i + 1)
            } else {
                result.append(i..<(i + 1))
            }
        }
        return result
    }
}
