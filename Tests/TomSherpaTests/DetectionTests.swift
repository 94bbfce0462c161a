import Foundation
import Testing
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSherpa

/// Speech told from silence by the real library, with models for which it is what is loud.
@Suite("voice activity by sherpa-onnx", .serialized, .timeLimit(.minutes(5)))
struct DetectionTests {
    /// So many milliseconds of a quiet line and of a tone by turns, the line first.
    private func audio(_ lengths: [Int]) -> [Int16] {
        var random = SeededGenerator(seed: 4)
        var samples: [Int16] = []
        for (index, length) in lengths.enumerated() {
            for at in 0..<(length * 16) {
                let tone = index % 2 == 0 ? 0 : 9_000 * sin(2 * .pi * 800 * Double(at) / 16_000)
                samples.append(Int16(tone) + Int16.random(in: -30...30, using: &random))
            }
        }
        return samples
    }

    private func judgements(
        _ detector: SherpaDetector, _ samples: [Int16], piece: Int = 320
    ) -> [Float] {
        let listener = Listener(detector)
        defer { listener.detection.cancel() }
        // In stretches that do not fill the queue.
        for start in stride(from: 0, to: samples.count, by: 16_000) {
            let end = min(start + 16_000, samples.count)
            listener.hear(Array(samples[start..<end]), piece: piece)
            listener.probabilities(end / detector.traits.frameSamples)
        }
        return listener.probabilities(samples.count / detector.traits.frameSamples)
    }

    /// Where judgements change, in milliseconds of the audio.
    private func changes(_ judgements: [Float], _ detector: SherpaDetector) -> [Int] {
        let frameMs = detector.traits.frameSamples / 16
        return judgements.indices.dropFirst().filter { judgements[$0] != judgements[$0 - 1] }.map { $0 * frameMs }
    }

    @Test(arguments: ToneFiles.detectors) func whatIsLoudIsSpeechAndSilenceIsNone(_ model: String) throws {
        let detector = try ToneFiles.detector(model)
        let found = judgements(detector, audio([1_000, 800, 600, 400, 500]))
        #expect(found.count == 3_300 * 16 / detector.traits.frameSamples && found.allSatisfy { $0 == 0 || $0 == 1 })
        let changes = changes(found, detector)
        try #require(changes.count == 4)
        // Speech is told of with its second frame; models smooth for up to four.
        for (change, (at, late)) in zip(changes, [(1_000, 64), (1_800, 128), (2_400, 64), (2_800, 128)]) {
            #expect((at - 32...at + late).contains(change), "\(changes)")
        }
        #expect(judgements(detector, [Int16](repeating: 0, count: 16_000)).allSatisfy { $0 == 0 })
    }

    @Test(arguments: ToneFiles.detectors) func theSameIsJudgedHoweverTheAudioComes(_ model: String) throws {
        let detector = try ToneFiles.detector(model)
        let samples = audio([500, 300, 200, 700, 300])
        let expected = judgements(detector, samples)
        for piece in [160, 256, 512, 1_600, 16_000] {
            #expect(judgements(detector, samples, piece: piece) == expected, "\(piece)")
        }
    }

    @Test(arguments: ToneFiles.detectors, [1, 2])
    func manyCallsAtOnceAreJudgedAsEachAlone(_ model: String, threads: Int) throws {
        let detector = try ToneFiles.detector(model) { $0.threads = threads }
        let calls = (0..<20).map { audio([100 + 20 * $0, 400, 300, 500 - 20 * $0]) }
        let expected = calls.map { judgements(detector, $0) }
        let listeners = calls.map { _ in Listener(detector) }
        for (listener, samples) in zip(listeners, calls) { listener.hear(samples) }
        for (number, listener) in listeners.enumerated() {
            #expect(listener.probabilities(expected[number].count) == expected[number], "call \(number)")
            listener.detection.cancel()
        }
    }

    @Test func speechThatNeverEndsIsJudgedInTheSameMemory() throws {
        let configuration = SherpaDetectorConfiguration(model: ToneFiles.model("vad/silero_vad.onnx"))
        let source = try ActivityDetector.Source(
            try SherpaLibrary(path: ToneFiles.library, stage: .vad), try ActivityModel(path: configuration.model),
            configuration)
        let detector = try #require(ActivityDetector(source))
        let frame = audio([0, 32]).map { Float($0) / 32_768 }
        for _ in 0..<100 { _ = detector.isSpeech(frame) }
        let before = try ProcessStatus()
        // Half an hour, in which the library would collect 115 MB and raise its threshold.
        for _ in 0..<56_250 where !detector.isSpeech(frame) { Issue.record("speech ended") }
        #expect(try ProcessStatus().kilobytes < before.kilobytes + 8_192)
    }

    @Test func speechEndsAtTheLowestThreshold() throws {
        for model in ToneFiles.detectors {
            let detector = try ToneFiles.detector(model) { $0.threshold = 0.1 }
            #expect(judgements(detector, audio([500, 500, 500])).last == 0, "\(model)")
        }
    }

    @Test func aLaterCallHearsNothingOfTheOneBefore() throws {
        let detector = try ToneFiles.detector("vad/silero_vad.onnx")
        for _ in 0..<20 {
            let speaker = Listener(detector)
            speaker.hear(audio([100, 900]))
            #expect(speaker.probabilities(31).last == 1)
            speaker.detection.cancel()
            #expect(judgements(detector, audio([320])).allSatisfy { $0 == 0 })
        }
    }

    // MARK: Limits and faults

    @Test(arguments: ToneFiles.detectors) func audioThatComesFasterThanItIsJudgedIsBounded(_ model: String) throws {
        let detector = try ToneFiles.detector(model)
        let listener = Listener(detector)
        // More at once than may wait: no thread can take a frame out in between, the lock is held.
        listener.hear([Int16](repeating: 0, count: 33_280), piece: .max / 2)
        let error = listener.failure()
        #expect(error?.code == "vad.overloaded" && error?.category == .rateLimit)
        listener.hear([Int16](repeating: 0, count: 1_024))
        var later: [Float] = []
        #expect(listener.detection.take(into: &later) == nil && later.isEmpty)
        // Others are judged.
        #expect(judgements(detector, audio([320])).count == 5_120 / detector.traits.frameSamples)
    }

    @Test func hangingUpAtAnyMomentLeavesNothingBehind() throws {
        let detector = try ToneFiles.detector("vad/silero_vad.onnx") { $0.threads = 2 }
        let ended = Listener.hangUpAtAnyMoment(detector, times: 100)
        #expect(ended.late.isEmpty && ended.failures.isEmpty)
        // Those that go on are served, behind what the others left.
        let listeners = (0..<4).map { _ in Listener(detector) }
        for listener in listeners {
            listener.hear([Int16](repeating: 0, count: 5_120))
            #expect(listener.probabilities(10).count == 10)
        }
        #expect(ended.detection == nil)
    }

    @Test func aFileThatIsReplacedIsReplacedForTheNextStartOnly() throws {
        let path = NSTemporaryDirectory() + "tom-vad-" + UUID().uuidString + ".onnx"
        try FileManager.default.copyItem(atPath: ToneFiles.model("vad/silero_vad.onnx"), toPath: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let detector = try ToneFiles.detector(path)
        try Data("no model".utf8).write(to: URL(filePath: path))
        // More calls at once than there are detectors loaded.
        let listeners = (0..<3).map { _ in Listener(detector) }
        for listener in listeners { listener.hear(audio([100, 900])) }
        for listener in listeners { #expect(listener.probabilities(31).last == 1) }
        #expect(throws: EngineError.self) { try ToneFiles.detector(path) }
    }
}
