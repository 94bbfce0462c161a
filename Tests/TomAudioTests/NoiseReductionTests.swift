import Foundation
import Testing
import TomAudio

/// What becomes of noise and of speech; prints its figures.
@Suite struct NoiseReductionTests {
    typealias Strength = NoiseReduction.Strength

    static func reduced(_ samples: [Int16], _ strength: Strength) -> [Int16] {
        var reduction = NoiseReduction(strength)
        var output: [Int16] = []
        reduction.process(samples.span, into: &output)
        reduction.flush(into: &output)
        return output
    }

    /// The level in dB above 100 Hz, below which there is no speech and nothing is taken.
    private static func level(_ samples: ArraySlice<Int16>) -> Double {
        // Two first-order high passes.
        var (sum, x1, y1, z1) = (0.0, 0.0, 0.0, 0.0)
        let a = exp(-2 * Double.pi * 100 / 16_000)
        for sample in samples {
            let x = Double(sample)
            let y = a * (y1 + x - x1)
            z1 = a * (z1 + y - y1)
            (x1, y1) = (x, y)
            sum += z1 * z1
        }
        return 10 * log10(sum / Double(max(1, samples.count)) + 1e-9)
    }

    // MARK: Noise

    @Test(arguments: Strength.allCases) func steadyNoiseIsTakenOnceItIsKnown(strength: Strength) {
        let least = strength == .nearField ? 8.0 : 13.0
        for (name, noise) in [
            ("white", Signals.white(-40, seconds: 5)), ("pink", Signals.pink(-40, seconds: 5)),
            ("fan", Signals.fan(-40, seconds: 5)), ("loud", Signals.white(-20, seconds: 5)),
        ] {
            let input = Signals.mix(noise)
            let output = Self.reduced(input, strength)
            let taken = Self.level(input[32_000...]) - Self.level(output[32_000...])
            print("noise reduction \(strength.rawValue) \(name): \(Int(taken.rounded())) dB")
            #expect(taken >= least, "\(name)")
        }
    }

    @Test(arguments: Strength.allCases) func silenceStaysSilent(strength: Strength) {
        #expect(Self.reduced(Signals.silence(2), strength) == Signals.silence(2))
        let noise = Signals.mix(Signals.white(-40, seconds: 3), [])
        let output = Self.reduced(noise + Signals.silence(1), strength)
        #expect(output.suffix(15_000).allSatisfy { $0 == 0 })
    }

    // MARK: Speech

    private static let speech = VoiceActivityScore.scaledSpeech(Signals.babble(seconds: 20, seed: 5), dbfs: -23)

    /// Levels of the frames with speech, in and out.
    private static func speechLevels(_ input: [Int16], _ output: [Int16]) -> (before: Double, after: Double) {
        let frames = VoiceActivityScore.labels(speech).enumerated().filter(\.element).map { $0.offset * 320 }
        func level(_ samples: [Int16]) -> Double {
            20 * log10(Signals.rms(frames.flatMap { samples[$0..<$0 + 320] }.map(Double.init)))
        }
        return (level(input), level(output))
    }

    @Test(arguments: Strength.allCases) func speechKeepsItsLevel(strength: Strength) {
        for (name, noise, tolerance) in [
            ("clean", [], 0.5), ("20 dB", Signals.white(-43, seconds: 20), 0.5),
            ("10 dB", Signals.pink(-33, seconds: 20), 1), ("5 dB", Signals.fan(-28, seconds: 20), 2),
        ] {
            let input = Signals.mix(Self.speech, noise)
            let (before, after) = Self.speechLevels(input, Self.reduced(input, strength))
            #expect(abs(after - before) <= tolerance, "\(name): \(before) dB, \(after) dB")
        }
    }

    @Test(arguments: Strength.allCases) func speechAtOnceIsNoNoise(strength: Strength) {
        // The stream begins in the middle of a word.
        let input = Array(Signals.mix(Self.speech)[1_600..<17_600])
        let output = Self.reduced(input, strength)
        #expect(abs(Self.level(output[...]) - Self.level(input[...])) < 1)
    }

    /// How much nearer to the clean speech it is: what was taken of the noise is more than what was done to the speech.
    @Test(arguments: Strength.allCases) func theSpeechComesOutOfTheNoise(strength: Strength) {
        for (name, noise, least) in [
            ("white 5 dB", Signals.white(-28, seconds: 20), 3.5), ("fan 5 dB", Signals.fan(-28, seconds: 20), 2),
            ("pink 10 dB", Signals.pink(-33, seconds: 20), 1.5),
        ] {
            let input = Signals.mix(Self.speech, noise)
            let gain = Self.ratio(Self.reduced(input, strength)) - Self.ratio(input)
            print("noise reduction \(strength.rawValue) of \(name): SNR \(Int(gain.rounded())) dB better")
            #expect(gain >= least, "\(name)")
        }
    }

    /// Of the speech to what is not the speech, over the frames of speech, in dB.
    private static func ratio(_ samples: [Int16]) -> Double {
        let frames = VoiceActivityScore.labels(speech).enumerated().filter(\.element).map(\.offset)
        let ratios = frames.dropFirst(100).map { frame in
            let range = frame * 320..<frame * 320 + 320
            let rest = range.map { Double(samples[$0]) - speech[$0] }
            return 20 * log10((Signals.rms(speech[range]) + 1e-9) / (Signals.rms(rest) + 1e-9))
        }
        return ratios.map { min(max($0, -10), 35) }.reduce(0, +) / Double(ratios.count)
    }

    @Test(arguments: Strength.allCases) func callersAreHeardInNoise(strength: Strength) {
        let labels = VoiceActivityScore.labels(Self.speech)
        func score(_ samples: [Int16]) -> VoiceActivityScore { VoiceActivityScore(samples, labels: labels) }
        for noise in [Signals.white(-23, seconds: 20), Signals.pink(-28, seconds: 20), Signals.fan(-28, seconds: 20)] {
            let input = Signals.mix(Self.speech, noise)
            let (before, after) = (score(input), score(Self.reduced(input, strength)))
            print("noise reduction \(strength.rawValue), VAD: \(before) becomes \(after)")
            #expect(after.recall >= max(90, before.recall) && after.missed == 0)
            #expect(after.falseStartsPerMinute <= before.falseStartsPerMinute + 3)
        }
        let clean = score(Self.reduced(Signals.mix(Self.speech), strength))
        #expect(clean.accuracy >= 95 && clean.missed == 0 && clean.falseStarts == 0)
    }

    // MARK: The stream

    @Test func piecesOfAnySizeGiveTheSame() {
        let input = Array(Signals.mix(Self.speech, Signals.pink(-33, seconds: 20)).prefix(48_123))
        let whole = Self.reduced(input, .farField)
        #expect(whole.count == input.count)
        var random = Seeded(9)
        for most in [1, 7, 160, 320, 480, 2_000] {
            var reduction = NoiseReduction(.farField)
            var pieces: [Int16] = []
            var start = 0
            while start < input.count {
                let end = min(input.count, start + Int.random(in: 0...most, using: &random))
                reduction.process(input.span.extracting(start..<end), into: &pieces)
                start = end
            }
            reduction.flush(into: &pieces)
            #expect(pieces == whole, "at most \(most) at once")
        }
    }

    @Test func theOutputIsInTimeAndTwentyMillisecondsBehind() {
        var reduction = NoiseReduction(.nearField)
        var output: [Int16] = []
        let tone = Signals.tone(1_000, dbfs: -20, seconds: 0.2)
        for start in stride(from: 0, to: tone.count, by: 320) {
            reduction.process(tone.span.extracting(start..<start + 320), into: &output)
            #expect(output.count == start + 320 - NoiseReduction.latency)
        }
        reduction.flush(into: &output)
        #expect(output.count == tone.count)
        // Not a sample late: the tone, which is no noise yet, is what it was.
        let error = zip(tone, output).dropFirst(320).dropLast(320).map { Double($0) - Double($1) }
        #expect(Signals.rms(error) < 0.1 * Signals.rms(tone.map(Double.init)))
    }

    @Test(arguments: [0, 1, 100, 319, 320, 321, 639, 640, 5_000]) func asMuchComesOutAsWentIn(count: Int) {
        var reduction = NoiseReduction(.nearField)
        var output: [Int16] = []
        reduction.flush(into: &output)
        reduction.flush(into: &output)
        #expect(output.isEmpty, "nothing went in")
        for round in 1...3 {
            reduction.process([Int16](repeating: 1_000, count: count).span, into: &output)
            reduction.flush(into: &output)
            #expect(output.count == round * count)
        }
    }

    @Test func theNoiseStaysKnownFromOneStreamToTheNext() {
        var reduction = NoiseReduction(.farField)
        let noise = Signals.mix(Signals.white(-40, seconds: 4))
        var output: [Int16] = []
        reduction.process(noise.span.extracting(first: 48_000), into: &output)
        reduction.flush(into: &output)
        output = []
        reduction.process(noise.span.extracting(droppingFirst: 48_000), into: &output)
        reduction.flush(into: &output)
        #expect(output.count == 16_000)
        #expect(Self.level(noise[48_000...]) - Self.level(output[...]) > 10)
    }
}
