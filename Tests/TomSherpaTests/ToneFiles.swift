import Foundation
import Testing

@testable import TomSherpa

/// What Tests/Sherpa/prepare.sh makes, and the program that tries models.
enum ToneFiles {
    static let folder =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path(percentEncoded: false) + ".build/sherpa/"
    static let library = folder + "lib/libsherpa-onnx-c-api.so"

    static func model(_ name: String) -> String { folder + "models/" + name }

    /// `tom`, which is built beside the tests.
    static var trial: SherpaTrial.Program {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let program = (tests as NSString).deletingLastPathComponent + "/tom"
        return SherpaTrial.Program(executable: program, arguments: ["sherpa-trial"])
    }

    /// A copy of a model's folder, to be broken.
    static func withCopy<Result>(of name: String, _ body: (String) async throws -> Result) async throws -> Result {
        let copy = NSTemporaryDirectory() + "tom-sherpa-" + UUID().uuidString
        try FileManager.default.copyItem(atPath: model(name), toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        return try await body(copy)
    }

    static func transcriber(
        _ model: String, _ adjust: (inout SherpaTranscriberConfiguration) -> Void = { _ in },
        onDroppedAudio: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> SherpaTranscriber {
        var configuration = SherpaTranscriberConfiguration(library: library, model: self.model(model))
        adjust(&configuration)
        return try SherpaTranscriber(
            try SherpaLibrary(path: library, stage: .stt), try SpeechModel(folder: configuration.model), configuration,
            onDroppedAudio)
    }

    static func synthesizer(
        _ voice: String, _ adjust: (inout SherpaSynthesizerConfiguration) -> Void = { _ in }
    ) throws -> SherpaSynthesizer {
        var configuration = SherpaSynthesizerConfiguration(library: library, voice: model(voice))
        adjust(&configuration)
        return try SherpaSynthesizer(
            try SherpaLibrary(path: library, stage: .tts), try VoiceModel(path: configuration.voice), configuration)
    }
}

extension ToneFiles {
    /// Detectors that take what is loud for speech: Silero VAD in two shapes, and TEN VAD.
    static let detectors = ["vad/silero_vad.onnx", "vad/silero_v4.onnx", "vad/ten-vad.onnx"]

    /// - Parameter model: a path, or one of ``detectors``.
    static func detector(
        _ model: String, _ adjust: (inout SherpaDetectorConfiguration) -> Void = { _ in }
    ) throws -> SherpaDetector {
        let path = model.hasPrefix("/") ? model : self.model(model)
        var configuration = SherpaDetectorConfiguration(library: library, model: path)
        configuration.threads = 1
        adjust(&configuration)
        return try SherpaDetector(
            try SherpaLibrary(path: library, stage: .vad), try ActivityModel(path: path), configuration)
    }
}

/// The language of tones: `tones.json` of the models.
struct Tones: Decodable {
    let characters: String
    let frequencies: [Double]
    let phonemes: String
    let tone: Int
    let gap: Int

    static let shared: Tones? = try? JSONDecoder().decode(
        Tones.self, from: Data(contentsOf: URL(filePath: ToneFiles.model("tones.json"))))

    /// A caller who says `text`, at 16 kHz, with 300 ms of a quiet line around it.
    /// - Parameter pause: silence after each tone, in samples; `nil` is the voices' own.
    func spoken(_ text: String, pause: Int? = nil) -> [Int16] {
        var state: UInt32 = 3
        func noise() -> Double {
            state = state &* 1_664_525 &+ 1_013_904_223
            return Double(state >> 16) / 65_536 * 60 - 30
        }
        var samples = (0..<4_800).map { _ in noise() }
        for character in text {
            guard let index = Array(characters).firstIndex(of: character) else { continue }
            for at in 0..<tone {
                let edge = min(1, Double(min(at, tone - 1 - at)) / 80)
                samples.append(9_000 * edge * sin(2 * .pi * frequencies[index] * Double(at) / 16_000) + noise())
            }
            samples += (0..<(pause ?? gap)).map { _ in noise() }
        }
        samples += (0..<4_800).map { _ in noise() }
        return samples.map { Int16($0) }
    }

    /// What a voice said that spells.
    func text(of samples: [Int16], rate: Int) -> String {
        decoded(samples, rate, Array(characters), frequencies)
    }

    /// What a voice said that knows phonemes, each 40 Hz above the one before.
    func phonemes(of samples: [Int16], rate: Int) -> String {
        let symbols = Array(phonemes.unicodeScalars).map { Character($0) }
        return decoded(samples, rate, symbols, symbols.indices.map { 400 + 40 * Double($0) })
    }

    private func decoded(_ samples: [Int16], _ rate: Int, _ symbols: [Character], _ frequencies: [Double]) -> String {
        let loud = Int(samples.map(\.magnitude).max() ?? 0) * 3 / 10
        let window = rate / 200
        var text = ""
        var start: Int?
        for at in stride(from: 0, to: samples.count, by: window) {
            let part = samples[at..<min(at + window, samples.count)]
            let isLoud = part.contains { Int($0.magnitude) > loud }
            if isLoud, start == nil { start = at }
            guard let from = start, !isLoud || at + window >= samples.count else { continue }
            if at - from > rate * 3 / 100 {
                let tone = samples[from..<at]
                let best = frequencies.indices.max {
                    power(tone, frequencies[$0], rate) < power(tone, frequencies[$1], rate)
                }
                if let best { text.append(symbols[best]) }
            }
            start = nil
        }
        return text
    }

    /// Goertzel's measure of one frequency.
    private func power(_ samples: ArraySlice<Int16>, _ frequency: Double, _ rate: Int) -> Double {
        let factor = 2 * cos(2 * .pi * frequency / Double(rate))
        var (before, last) = (0.0, 0.0)
        for sample in samples { (before, last) = (last, Double(sample) + factor * last - before) }
        return before * before + last * last - factor * before * last
    }
}
