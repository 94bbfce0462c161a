import Foundation
import Testing
import TomAudio

@testable import TomProbe

@Suite struct CallerVoiceTests {
    @Test func aSentenceIsSpoken() async throws {
        let utterance = try await CallerVoice.sentence(
            CallerVoice.standardSentences[0], language: "en", program: "/usr/bin/espeak-ng")
        #expect((30...150).contains(utterance.frameCount))
        #expect(utterance.lastSpeechFrame < utterance.frameCount)
    }

    @Test func withoutEspeakThereIsNoVoice() async throws {
        await #expect {
            try await CallerVoice.sentence("Hello.", language: "en", program: "/nowhere/espeak-ng")
        } throws: { ($0 as? ProbeError)?.code == "probe.no_voice" }
    }

    @Test func aRecordingIsReadAndABrokenOneRefused() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tom-wav-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let good = directory.appending(path: "good.wav")
        try Data(WAV.write(samples: Speech.samples(frames: 20), rate: .hz8000)).write(to: good)
        let utterance = try CallerVoice.recording(path: good.path)
        #expect(utterance.name == "good.wav")
        // 6,400 samples at 8 kHz are 40 frames at 16 kHz.
        #expect((39...41).contains(utterance.frameCount))
        let broken = directory.appending(path: "broken.wav")
        try Data("RIFFnonsense".utf8).write(to: broken)
        #expect(throws: ProbeError.self) { try CallerVoice.recording(path: broken.path) }
        #expect(throws: ProbeError.self) { try CallerVoice.recording(path: "\(directory.path)/none.wav") }
    }
}
