import Foundation
import Testing
import TomAudio
import TomEngines

@testable import TomOnnx

/// What `Tests/OnnxModels/prepare.sh` lays out: ONNX Runtime, models right and wrong, and what the reference
/// implementations make of an audio file.
enum OnnxFiles {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../.build/onnx").standardized.path
    /// On a developer's machine without the files their tests are skipped; in CI they run and fail.
    static let arePrepared =
        FileManager.default.fileExists(atPath: directory + "/models.txt")
        || ProcessInfo.processInfo.environment["CI"] != nil

    static func path(_ name: String) -> String { "\(directory)/\(name)" }

    /// The library, loaded once for all tests.
    static func runtime() throws -> OnnxRuntime { try shared.get() }
    private static let shared = Result { try OnnxRuntime(path: path("libonnxruntime.so"), stage: "vad") }

    static func detector(_ model: String, threads: Int = 1) throws -> SileroDetector {
        try SileroDetector(modelPath: path(model), runtime: runtime(), threads: threads)
    }

    struct Reference: Decodable {
        struct Turn: Decodable {
            var samples: Int
            var smartTurn: Double
            var turn: Double
        }
        var sileroVad: [Float]
        var vadLoud: [Float]
        var turns: [String: Turn]
    }

    static func reference() throws -> Reference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Reference.self, from: Data(contentsOf: URL(filePath: path("reference.json"))))
    }

    /// Two sentences by eSpeak NG with pauses of a second, in a little noise, at 16 kHz.
    static func referenceAudio() throws -> [Int16] {
        PCM16.decode([UInt8](try Data(contentsOf: URL(filePath: path("reference.s16")))))
    }

    static func features(_ name: String) throws -> [Float] {
        let data = try Data(contentsOf: URL(filePath: path("features_\(name).f32")))
        return data.withUnsafeBytes { bytes in
            (0..<(bytes.count / 4)).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }
}
