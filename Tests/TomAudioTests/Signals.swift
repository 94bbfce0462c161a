import Foundation
import TomAudio

/// A seeded generator (SplitMix64), so that every run sees the same signals.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    /// Uniform in -1...1.
    mutating func uniform() -> Double { Double(Int64(bitPattern: next()) >> 11) / Double(1 << 52) }
    /// Normal with unit variance, near enough: the scaled sum of four uniforms.
    mutating func normal() -> Double {
        (uniform() + uniform() + uniform() + uniform()) * 0.866_025_4
    }
}

/// Test signals at 16 kHz unless a rate is given. Levels are RMS in dBFS.
enum Signals {
    static func silence(_ seconds: Double) -> [Int16] { [Int16](repeating: 0, count: Int(seconds * 16_000)) }

    static func tone(_ hertz: Double, dbfs: Double, seconds: Double, rate: SampleRate = .hz16000) -> [Int16] {
        let amplitude = 32_768 * pow(10, dbfs / 20) * 2.0.squareRoot()
        let step = 2 * Double.pi * hertz / Double(rate.hertz)
        return (0..<Int(seconds * Double(rate.hertz))).map { Int16((amplitude * sin(step * Double($0))).rounded()) }
    }

    static func white(_ dbfs: Double, seconds: Double, seed: UInt64 = 1) -> [Double] {
        var random = Seeded(seed)
        return scaled((0..<Int(seconds * 16_000)).map { _ in random.normal() }, dbfs: dbfs)
    }

    /// Equal power in each octave: Kellet's sum of one-pole filters.
    static func pink(_ dbfs: Double, seconds: Double, seed: UInt64 = 2) -> [Double] {
        var random = Seeded(seed)
        var (a, b, c) = (0.0, 0.0, 0.0)
        let samples = (0..<Int(seconds * 16_000)).map { _ in
            let white = random.normal()
            a = 0.99765 * a + white * 0.0990460
            b = 0.96300 * b + white * 0.2965164
            c = 0.57000 * c + white * 1.0526913
            return a + b + c + white * 0.1848
        }
        return scaled(samples, dbfs: dbfs)
    }

    /// What a fan in the room sounds like: noise that falls 6 dB an octave, and the hum of its motor.
    static func fan(_ dbfs: Double, seconds: Double) -> [Double] {
        var random = Seeded(3)
        var low = 0.0
        let samples = (0..<Int(seconds * 16_000)).map { i in
            low = 0.92 * low + random.normal()
            let time = Double(i) / 16_000
            return low + 1.2 * sin(2 * .pi * 100 * time) + 0.5 * sin(2 * .pi * 200 * time)
        }
        return scaled(samples, dbfs: dbfs)
    }

    /// A tune over changing chords, plucked, with four overtones each.
    static func music(_ dbfs: Double, seconds: Double) -> [Double] {
        let chords = [[220.0, 261.6, 329.6], [174.6, 220, 261.6], [196, 246.9, 293.7], [164.8, 207.7, 246.9]]
        let melody = [440.0, 523.3, 659.3, 587.3, 523.3, 493.9, 440, 392]
        let samples = (0..<Int(seconds * 16_000)).map { i in
            let time = Double(i) / 16_000
            let beat = time * 2
            let age = (beat - beat.rounded(.down)) / 2
            let chord = chords[Int(time) % chords.count]
            var value = 0.0
            for note in chord + [melody[Int(beat) % melody.count]] {
                for overtone in 1...4 {
                    value += sin(2 * .pi * note * Double(overtone) * time) / Double(overtone * overtone)
                }
            }
            return value * (0.35 + 0.65 * exp(-age * 5))
        }
        return scaled(samples, dbfs: dbfs)
    }

    /// Speech-like sound without any engine: syllables of a pulse train through three formants, a hiss before some,
    /// words and pauses of random length.
    static func babble(seconds: Double, seed: UInt64) -> [Double] {
        var random = Seeded(seed)
        var output = [Double](repeating: 0, count: Int(0.8 * 16_000))
        let vowels = [
            [730.0, 1_090, 2_440], [270, 2_290, 3_010], [300, 870, 2_240], [530, 1_840, 2_480], [570, 840, 2_410],
        ]
        while output.count < Int(seconds * 16_000) {
            for _ in 0..<Int.random(in: 3...9, using: &random) {
                if Bool.random(using: &random) { hiss(into: &output, random: &random) }
                syllable(vowels.randomElement(using: &random)!, into: &output, random: &random)
                let closure = Int.random(in: 160...960, using: &random)
                output += [Double](repeating: 0, count: closure)
            }
            output += [Double](repeating: 0, count: Int.random(in: 8_000...16_000, using: &random))
        }
        return output
    }

    private static func hiss(into output: inout [Double], random: inout Seeded) {
        let length = Int.random(in: 900...1_900, using: &random)
        var previous = 0.0
        for i in 0..<length {
            let white = random.normal()
            output.append(0.12 * (white - previous) * sin(.pi * Double(i) / Double(length)))
            previous = white
        }
    }

    private static func syllable(_ formants: [Double], into output: inout [Double], random: inout Seeded) {
        let length = Int.random(in: 1_600...4_000, using: &random)
        let pitch = Double.random(in: 90...220, using: &random)
        var phase = 0.0
        var filters = formants.map { _ in (0.0, 0.0) }
        for i in 0..<length {
            phase += pitch * (1 - 0.15 * Double(i) / Double(length)) / 16_000
            var pulse = 0.0
            if phase >= 1 {
                phase -= 1
                pulse = 1
            }
            var value = 0.0
            for (index, formant) in formants.enumerated() {
                let radius = exp(-Double.pi * (80 + 40 * Double(index)) / 16_000)
                let next =
                    pulse + 2 * radius * cos(2 * .pi * formant / 16_000) * filters[index].0
                    - radius * radius * filters[index].1
                filters[index] = (next, filters[index].0)
                value += next / Double(index + 1)
            }
            output.append(value * sin(.pi * Double(i) / Double(length)).squareRoot())
        }
    }

    static func rms(_ samples: some Collection<Double>) -> Double {
        (samples.reduce(0) { $0 + $1 * $1 } / Double(max(1, samples.count))).squareRoot()
    }

    static func scaled(_ samples: [Double], dbfs: Double) -> [Double] {
        let gain = 32_768 * pow(10, dbfs / 20) / rms(samples)
        return samples.map { $0 * gain }
    }

    /// The sum of signals, rounded and clipped; the first gives the length.
    static func mix(_ signals: [Double]...) -> [Int16] {
        signals[0].indices.map { i in
            let sum = signals.reduce(0) { $0 + (i < $1.count ? $1[i] : 0) }
            return Int16(max(-32_768, min(32_767, sum.rounded())))
        }
    }
}
