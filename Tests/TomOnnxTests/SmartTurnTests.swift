import Dispatch
import Foundation
import Synchronization
import Testing
import TomAudio
import TomEngines
import TomErrors

@testable import TomOnnx

@Suite("Fourier transform")
struct FourierTransformTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6, 8, 25, 60, 100, 400])
    func itIsTheSumItStandsFor(length: Int) {
        let input = (0..<length).map {
            FourierTransform.Complex(Float(sin(Double($0 * $0))), Float(cos(Double(3 * $0))))
        }
        var output = input
        var transform = FourierTransform(length: length)
        transform.transform(&output)
        for bin in 0..<length {
            var sum = SIMD2<Double>.zero
            for (index, value) in input.enumerated() {
                let angle = -2 * Double.pi * Double(bin * index % length) / Double(length)
                sum += SIMD2(
                    Double(value.x) * cos(angle) - Double(value.y) * sin(angle),
                    Double(value.x) * sin(angle) + Double(value.y) * cos(angle))
            }
            #expect(abs(Double(output[bin].x) - sum.x) < 1e-3 && abs(Double(output[bin].y) - sum.y) < 1e-3)
        }
    }
}

@Suite(
    "smart-turn", .enabled(if: OnnxFiles.arePrepared, "Tests/OnnxModels/prepare.sh has not run"),
    .timeLimit(.minutes(10)))
struct SmartTurnTests {
    private func judge(_ model: String, threads: Int = 1) throws -> SmartTurnJudge {
        try SmartTurnJudge(modelPath: OnnxFiles.path(model), runtime: OnnxFiles.runtime(), threads: threads)
    }

    @Test(arguments: ["short", "whole"])
    func theFeaturesAreTheReferences(name: String) throws {
        let turn = try #require(try OnnxFiles.reference().turns[name])
        let features = LogMelFeatures.extract(Array(try OnnxFiles.referenceAudio()[..<turn.samples]))
        let expected = try OnnxFiles.features(name)
        try #require(features.count == expected.count)
        let differences = zip(features, expected).map { abs($0 - $1) }
        #expect(try #require(differences.max()) < 2e-3)
        #expect(differences.reduce(0, +) / Float(differences.count) < 1e-4)
    }

    @Test func silenceAndMoreThanTheWindowHaveFeaturesToo() throws {
        #expect(LogMelFeatures.extract([]).allSatisfy { $0 == -1.5 })
        let audio = try OnnxFiles.referenceAudio()
        let long =
            [Int16](repeating: 9_000, count: 50_000) + [Int16](repeating: 0, count: 128_000 - audio.count) + audio
        #expect(LogMelFeatures.extract(long) == LogMelFeatures.extract(audio))
    }

    @Test(arguments: ["short", "whole"], ["smart_turn.onnx", "turn.onnx"])
    func itAgreesWithTheReference(name: String, model: String) throws {
        let turn = try #require(try OnnxFiles.reference().turns[name])
        let expected = model == "turn.onnx" ? turn.turn : turn.smartTurn
        let samples = Array(try OnnxFiles.referenceAudio()[..<turn.samples])
        #expect(abs(try judge(model).probability(samples) - expected) < 1e-3)
    }

    @Test func verdictsAreDeliveredOnceEach() throws {
        let judge = try judge("smart_turn.onnx", threads: 2)
        let audio = try OnnxFiles.referenceAudio()
        let verdicts = Mutex<[String: TurnEndVerdict]>([:])
        let done = DispatchSemaphore(value: 0)
        for (name, turn) in try OnnxFiles.reference().turns {
            _ = judge.judge(Array(audio[..<turn.samples])) { result in
                verdicts.withLock { $0[name] = try? result.get() }
                done.signal()
            }
        }
        done.wait()
        done.wait()
        // "… an appointment." and "On Friday, at".
        #expect(verdicts.withLock { $0["short"]?.isComplete } == true)
        #expect(verdicts.withLock { $0["whole"]?.isComplete } == false)
    }

    @Test func moreThanMayWaitIsRefusedAndWhatIsCancelledSaysNothing() throws {
        let judge = try judge("turn.onnx")
        let results = Mutex<[Result<TurnEndVerdict, EngineError>]>([])
        var tasks: [any EngineTask] = []
        let gate = DispatchSemaphore(value: 0)
        let held = judge.judge([]) { _ in gate.wait() }
        for _ in 0..<(SmartTurnJudge.maxWaiting + 2) {
            tasks.append(judge.judge([]) { result in results.withLock { $0.append(result) } })
        }
        // One runs and sixteen wait, or the first has not begun yet; the rest is refused at once.
        let refused = results.withLock { $0 }
        #expect((1...2).contains(refused.count))
        for result in refused {
            guard case .failure(let error) = result else { continue }
            #expect(error.code == "turn_end.overloaded" && error.category == .rateLimit)
        }
        for task in tasks { task.cancel() }
        gate.signal()
        let after = DispatchSemaphore(value: 0)
        _ = judge.judge([]) { _ in after.signal() }
        after.wait()
        #expect(results.withLock { $0.count } == refused.count)
        withExtendedLifetime(held) {}
    }

    @Test(arguments: [
        ("turn_wrong_width.onnx", "turn_end.model_unusable"), ("silero_vad.onnx", "turn_end.model_unusable"),
        ("vad_garbage.onnx", "turn_end.model_unusable"), ("nowhere.onnx", "turn_end.model_missing"),
    ])
    func aModelThatIsNotSmartTurnIsRefused(name: String, code: String) throws {
        let error = #expect(throws: EngineError.self) { try judge(name) }
        #expect(error?.code == code)
        #expect(error?.hint?.contains("TURN_END_MODEL") == true)
    }
}
