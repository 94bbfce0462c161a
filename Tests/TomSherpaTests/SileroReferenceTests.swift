import Foundation
import Testing
import TomAudio
import TomTestKit

@testable import TomSherpa

/// What `Tests/OnnxModels/prepare.sh` lays out.
private enum SileroFiles {
    static let folder = ToneFiles.folder + "../onnx/"
    /// On a developer's machine without the files the tests are skipped; in CI they run and fail.
    static let arePrepared =
        FileManager.default.fileExists(atPath: folder + "models.txt")
        || ProcessInfo.processInfo.environment["CI"] != nil
}

/// The real Silero VAD, beside what its reference implementation makes of two sentences.
@Suite(
    "Silero VAD in sherpa-onnx", .enabled(if: SileroFiles.arePrepared, "Tests/OnnxModels/prepare.sh has not run"),
    .timeLimit(.minutes(5)))
struct SileroReferenceTests {
    private struct Reference: Decodable {
        var probabilities: [Float]
        enum CodingKeys: String, CodingKey { case probabilities = "silero_vad" }
    }

    /// What the library makes of probabilities: two in a row above the threshold begin speech, 0.15 less carries it on.
    private func flags(_ probabilities: [Float], threshold: Float) -> [Float] {
        var isSpeech = false
        var wasAbove = false
        return probabilities.map { probability in
            let isAbove = probability > threshold
            isSpeech = isSpeech ? probability > threshold - 0.15 : wasAbove && isAbove
            wasAbove = isAbove
            return isSpeech ? 1 : 0
        }
    }

    @Test(arguments: [Float(0.3), 0.5, 0.8]) func itJudgesEveryFrameByTheReference(threshold: Float) throws {
        let reference = try JSONDecoder().decode(
            Reference.self, from: Data(contentsOf: URL(filePath: SileroFiles.folder + "reference.json"))
        ).probabilities
        let audio = PCM16.decode([UInt8](try Data(contentsOf: URL(filePath: SileroFiles.folder + "reference.s16"))))
        let detector = try ToneFiles.detector(SileroFiles.folder + "silero_vad.onnx") { $0.threshold = threshold }
        let listener = Listener(detector)
        for start in stride(from: 0, to: audio.count, by: 16_000) {
            let end = min(start + 16_000, audio.count)
            listener.hear(Array(audio[start..<end]))
            listener.probabilities(end / 512)
        }
        let judged = listener.probabilities(audio.count / 512)
        #expect(judged == flags(reference, threshold: threshold))
        #expect(judged.contains(1) && judged.contains(0))
    }
}
