import Testing
import TomAudio
import TomEngines
import TomErrors
import TomTestKit

@testable import TomOnnx

@Suite(
    "Silero", .enabled(if: OnnxFiles.arePrepared, "Tests/OnnxModels/prepare.sh has not run"), .timeLimit(.minutes(10)))
struct SileroTests {
    /// Whether two runs say the same, to a thousandth.
    private func agree(_ left: [Float], _ right: [Float]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) <= 1e-3 }
    }

    @Test(arguments: ["silero_vad.onnx", "vad_loud.onnx"], [160, 320, 512, 1_600])
    func itAgreesWithTheReferenceHoweverTheAudioComes(model: String, piece: Int) throws {
        let reference = try OnnxFiles.reference()
        let expected = model == "silero_vad.onnx" ? reference.sileroVad : reference.vadLoud
        let audio = try OnnxFiles.referenceAudio()
        let listener = Listener(try OnnxFiles.detector(model))
        // In stretches that do not fill the queue.
        var judged = 0
        for start in stride(from: 0, to: audio.count, by: 16_000) {
            listener.hear(Array(audio[start..<min(start + 16_000, audio.count)]), piece: piece)
            judged = min(start + 16_000, audio.count) / 512
            listener.probabilities(judged)
        }
        #expect(agree(listener.probabilities(judged), expected))
        #expect((0.2...0.9).contains(Double(expected.count { $0 > 0.5 }) / Double(expected.count)))
    }

    @Test(arguments: ["silero_vad.onnx", "vad_loud.onnx"], [1, 2])
    func manyCallsAtOnceAreJudgedAsEachAlone(model: String, threads: Int) throws {
        let reference = try OnnxFiles.reference()
        let expected = model == "silero_vad.onnx" ? reference.sileroVad : reference.vadLoud
        let audio = try OnnxFiles.referenceAudio()
        let detector = try OnnxFiles.detector(model, threads: threads)
        // Each call is as much further in its audio as its number says, so that no batch holds two alike.
        let listeners = (0..<150).map { _ in Listener(detector) }
        let frames = 40
        for (number, listener) in listeners.enumerated() {
            listener.hear(Array(audio[..<((frames + number % 20) * 512)]), piece: 5_120)
        }
        for (number, listener) in listeners.enumerated() {
            let count = frames + number % 20
            #expect(agree(listener.probabilities(count), Array(expected[..<count])), "call \(number)")
        }
    }

    @Test func aBatchOfAnySizeIsRunAsItsParts() throws {
        let model = try SileroModel(path: OnnxFiles.path("silero_vad.onnx"), runtime: OnnxFiles.runtime())
        let audio = try OnnxFiles.referenceAudio()
        let batch = SileroBatch(capacity: 8)
        let together = (0..<8).map { _ in SileroMemory() }
        let alone = (0..<8).map { _ in SileroMemory() }
        for frame in 30..<60 {
            let size = 1 + frame % 8
            func samples(_ call: Int) -> ArraySlice<Int16> {
                audio[((frame + 3 * call) * 512)..<((frame + 3 * call + 1) * 512)]
            }
            batch.removeAll()
            for call in 0..<size { batch.append(together[call], frame: samples(call)) }
            try batch.run(model)
            let joint = Array(batch.probabilities)
            for call in 0..<size {
                batch.removeAll()
                batch.append(alone[call], frame: samples(call))
                try batch.run(model)
                #expect(abs(batch.probabilities[0] - joint[call]) < 1e-4)
            }
        }
    }

    // MARK: Faults

    @Test func aRunThatFailsEndsTheDetectionOnceAndOthersBeginAnew() throws {
        let detector = try OnnxFiles.detector("vad_failing.onnx")
        let listener = Listener(detector)
        listener.hear([Int16](repeating: 100, count: 5_120))
        #expect(listener.probabilities(10).count == 10)
        listener.hear([Int16](repeating: 32_000, count: 512))
        let error = listener.failure()
        #expect(error?.code == "vad.run_failed")
        #expect(error?.description.contains("\n") == false)
        listener.hear([Int16](repeating: 100, count: 5_120))
        var later: [Float] = []
        #expect(listener.detection.take(into: &later) == nil && later.isEmpty)
        let next = Listener(detector)
        next.hear([Int16](repeating: 100, count: 5_120))
        #expect(next.probabilities(10).count == 10)
    }

    @Test func whatIsNoNumberEndsThatCallOnly() throws {
        let detector = try OnnxFiles.detector("vad_not_a_number.onnx")
        let (bad, good) = (Listener(detector), Listener(detector))
        bad.hear([Int16](repeating: 32_000, count: 1_024))
        good.hear([Int16](repeating: 1_000, count: 5_120))
        #expect(bad.failure()?.code == "vad.run_failed")
        #expect(good.probabilities(10).allSatisfy { $0 > 0.5 })
    }

    @Test func audioThatComesFasterThanItIsJudgedIsBounded() throws {
        let listener = Listener(try OnnxFiles.detector("silero_vad.onnx"))
        // More at once than may wait: no thread can take a frame out in between, the lock is held.
        listener.hear([Int16](repeating: 0, count: (SileroDetector.maxWaitingFrames + 1) * 512), piece: .max / 2)
        let error = listener.failure()
        #expect(error?.code == "vad.overloaded")
        #expect(error?.category == .rateLimit)
    }

    @Test func hangingUpAtAnyMomentLeavesNothingBehind() throws {
        let detector = try OnnxFiles.detector("silero_vad.onnx", threads: 2)
        let ended = Listener.hangUpAtAnyMoment(detector, times: 200)
        #expect(ended.late.isEmpty && ended.failures.isEmpty)
        // Those that go on are served.
        let listener = Listener(detector)
        listener.hear([Int16](repeating: 0, count: 5_120))
        #expect(listener.probabilities(10).count == 10)
        #expect(ended.detection == nil)
    }
}
