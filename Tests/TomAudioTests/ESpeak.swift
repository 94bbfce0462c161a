import Foundation
import Testing
import TomAudio

/// The real eSpeak NG as a process: a source of speech, and the writer of the WAV files TOM meets most.
enum ESpeak {
    static let path = "/usr/bin/espeak-ng"
    /// On a developer's machine without eSpeak NG its tests are skipped; in CI they run and fail.
    static let shouldRun =
        FileManager.default.isExecutableFile(atPath: path) || ProcessInfo.processInfo.environment["CI"] != nil

    /// The bytes `espeak-ng --stdout` writes into a pipe.
    static func wav(_ text: String, voice: String) throws -> [UInt8] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["--stdout", "-v", voice, "--", text]
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return Array(data)
    }

    /// Speech at 16 kHz: the sentences with a second of silence around each.
    static func speech(_ sentences: [String], voice: String) throws -> [Double] {
        var output = [Double](repeating: 0, count: 16_000)
        for sentence in sentences {
            let (samples, rate) = try WAV.read(wav(sentence, voice: voice))
            var resampler = try Resampler(from: rate, to: .hz16000)
            var converted: [Int16] = []
            resampler.process(samples.span, into: &converted)
            resampler.flush(into: &converted)
            output += converted.map(Double.init)
            output += [Double](repeating: 0, count: 16_000)
        }
        return output
    }
}

@Suite(.enabled(if: ESpeak.shouldRun, "espeak-ng is not installed")) struct ESpeakTests {
    @Test func streamOfARealProcessIsRead() throws {
        let bytes = try ESpeak.wav("Hello, this is Tom.", voice: "en-us")
        #expect(WAVTests.little(0x7FFF_F000, 4) == Array(bytes[40..<44]), "the header this reader is tolerant of")
        var reader = WAVStreamReader()
        var samples: [Int16] = []
        for start in stride(from: 0, to: bytes.count, by: 4_095) {
            samples += try reader.append(Array(bytes[start..<min(start + 4_095, bytes.count)]))
        }
        try reader.finish()
        #expect(reader.rate == .hz22050)
        #expect(samples.count == (bytes.count - 44) / 2)
        #expect((0.7...4).contains(Double(samples.count) / 22_050))
        #expect(Level(samples.span).rmsDbfs > -35)
        #expect(try WAV.read(bytes).samples == samples)
    }
}
