import TomAudio

@testable import TomProbe

/// Recordings for tests: a tone with silence around it.
enum Speech {
    /// `frames` frames of a 300 Hz square wave, then `silence` frames of nothing.
    static func samples(frames: Int, silence: Int = 0) -> [Int16] {
        let tone = (0..<frames * Utterance.frameSamples).map { Int16($0 / 27 % 2 == 0 ? 8_000 : -8_000) }
        return tone + [Int16](repeating: 0, count: silence * Utterance.frameSamples)
    }

    static func utterance(frames: Int) throws -> Utterance {
        try Utterance(name: "test", samples: samples(frames: frames, silence: 10), rate: .hz16000)
    }
}
