import Testing
import TomAudio

@testable import TomProbe

@Suite struct UtteranceTests {
    @Test func trailingSilenceIsCutToTheTail() throws {
        let utterance = try Utterance(name: "x", samples: Speech.samples(frames: 30, silence: 40), rate: .hz16000)
        #expect(utterance.lastSpeechFrame == 29)
        #expect(utterance.frameCount == 30 + Utterance.tailFrames)
    }

    @Test func aPartialFrameIsFilledUp() throws {
        let samples = Array(Speech.samples(frames: 3).prefix(700))
        let utterance = try Utterance(name: "x", samples: samples, rate: .hz16000)
        #expect(utterance.samples.count == 3 * Utterance.frameSamples)
        #expect(utterance.bytes(frame: 2).count == 2 * Utterance.frameSamples)
    }

    @Test func otherRatesAreConverted() throws {
        let samples = (0..<24_000).map { Int16($0 / 40 % 2 == 0 ? 8_000 : -8_000) }
        let utterance = try Utterance(name: "x", samples: samples, rate: .hz48000)
        #expect(abs(utterance.samples.count - 8_000) <= Utterance.frameSamples)
    }

    @Test func silenceAndLengthAreRefused() {
        #expect(throws: ProbeError.self) {
            try Utterance(name: "x", samples: [Int16](repeating: 3, count: 16_000), rate: .hz16000)
        }
        #expect(throws: ProbeError.self) { try Utterance(name: "x", samples: [], rate: .hz16000) }
        #expect(throws: ProbeError.self) {
            try Utterance(name: "x", samples: [Int16](repeating: 9_000, count: 61 * 16_000), rate: .hz16000)
        }
    }
}
