import Foundation
import Testing
import TomAudio

@Suite struct ResamplerTests {
    struct Pair: Sendable, CustomTestStringConvertible {
        let from: SampleRate
        let to: SampleRate
        var testDescription: String { "\(from) to \(to)" }
        var lowerNyquist: Double { Double(min(from.hertz, to.hertz)) / 2 }
        func converted(_ samples: [Int16]) throws -> [Int16] {
            var resampler = try Resampler(from: from, to: to)
            var output: [Int16] = []
            resampler.process(samples.span, into: &output)
            resampler.flush(into: &output)
            return output
        }
    }

    static let pairs = SampleRate.supported.flatMap { from in
        SampleRate.supported.filter { $0 != from }.map { Pair(from: from, to: $0) }
    }
    static let downward = pairs.filter { $0.from.hertz > $0.to.hertz }

    /// The least-squares sine of a known frequency in a signal, and what is left without it.
    struct Fit {
        var amplitude: Double
        /// Radians by which the sine is late, as seen from a sine that is zero at the first sample.
        var lag: Double
        var residualRms: Double
    }

    /// Leaves a tenth of the signal out on either side, where the filter sees the edge.
    static func fit(_ samples: [Int16], hertz: Double, rate: SampleRate) -> Fit {
        let range = samples.count / 10..<samples.count * 9 / 10
        let step = 2 * Double.pi * hertz / Double(rate.hertz)
        var (ss, sc, cc, ys, yc) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for i in range {
            let (s, c, y) = (sin(step * Double(i)), cos(step * Double(i)), Double(samples[i]))
            ss += s * s
            sc += s * c
            cc += c * c
            ys += y * s
            yc += y * c
        }
        let determinant = ss * cc - sc * sc
        let (a, b) = ((ys * cc - yc * sc) / determinant, (yc * ss - ys * sc) / determinant)
        var residual = 0.0
        for i in range {
            let rest = Double(samples[i]) - a * sin(step * Double(i)) - b * cos(step * Double(i))
            residual += rest * rest
        }
        return Fit(
            amplitude: (a * a + b * b).squareRoot(), lag: -atan2(b, a),
            residualRms: (residual / Double(range.count)).squareRoot())
    }

    static func decibels(_ ratio: Double) -> Double { 20 * log10(max(ratio, 1e-9)) }

    @Test(arguments: downward) func tonesAboveTheBandVanish(pair: Pair) throws {
        let top = Double(pair.from.hertz) / 2
        var worst = -200.0
        for share in [0.04, 0.1, 0.3, 0.5, 0.7, 0.9] {
            let hertz = pair.lowerNyquist + share * (top - pair.lowerNyquist)
            // A small step down can put the first of these into the filter's transition, which ends 3 % above the band.
            guard hertz > pair.lowerNyquist * 1.03 else { continue }
            let input = Signals.tone(hertz, dbfs: -6, seconds: 0.1, rate: pair.from)
            let output = try pair.converted(input)
            let inner = output[(output.count / 10)..<(output.count * 9 / 10)].map(Double.init)
            worst = max(worst, Self.decibels(Signals.rms(inner) / Signals.rms(input.map(Double.init))))
        }
        print("resampler \(pair.testDescription): alias \(Int(worst.rounded())) dB")
        #expect(worst < -60)
    }

    @Test(arguments: pairs) func tonesInTheBandStayPureFlatAndInTime(pair: Pair) throws {
        for share in [0.05, 0.3, 0.6, 0.8, 0.85] {
            let hertz = share * pair.lowerNyquist
            let input = Signals.tone(hertz, dbfs: -6, seconds: 0.1, rate: pair.from)
            let fit = try Self.fit(pair.converted(input), hertz: hertz, rate: pair.to)
            let amplitude = 32_768 * pow(10, -6.0 / 20) * 2.0.squareRoot()
            #expect(abs(Self.decibels(fit.amplitude / amplitude)) < 0.3, "\(hertz) Hz: level")
            let impurity = Self.decibels(fit.residualRms / (amplitude / 2.0.squareRoot()))
            #expect(impurity < -60, "\(hertz) Hz: images and noise \(impurity) dB")
            let samplesLate = fit.lag * Double(pair.to.hertz) / (2 * .pi * hertz)
            #expect(abs(samplesLate) < 1, "\(hertz) Hz: \(samplesLate) samples late")
        }
    }

    @Test(arguments: pairs) func lengthIsTheQuotientRoundedUp(pair: Pair) throws {
        for count in [0, 1, 2, 7, 100, 441, 1_000, 4_801] {
            let output = try pair.converted([Int16](repeating: 1_000, count: count))
            let exact = Double(count) * Double(pair.to.hertz) / Double(pair.from.hertz)
            #expect(output.count == Int(exact.rounded(.up)), "\(count) samples")
        }
    }

    @Test(arguments: pairs) func piecesOfAnySizeGiveTheSame(pair: Pair) throws {
        var random = Seeded(UInt64(pair.from.hertz * 7 + pair.to.hertz))
        let input = (0..<3_000).map { _ in Int16.random(in: -20_000...20_000, using: &random) }
        let whole = try pair.converted(input)
        var resampler = try Resampler(from: pair.from, to: pair.to)
        // Twice, since `flush` begins a new stream.
        for _ in 0..<2 {
            var pieces: [Int16] = []
            var start = 0
            while start < input.count {
                let end = min(input.count, start + Int.random(in: 0...701, using: &random))
                resampler.process(input.span.extracting(start..<end), into: &pieces)
                start = end
            }
            resampler.flush(into: &pieces)
            #expect(pieces == whole)
        }
        // An abandoned stream leaves nothing behind.
        var ignored: [Int16] = []
        resampler.process(input.span.extracting(0..<999), into: &ignored)
        resampler.reset()
        var again: [Int16] = []
        resampler.process(input.span, into: &again)
        resampler.flush(into: &again)
        #expect(again == whole)
    }

    /// The delay that a listener of the stream feels.
    @Test(arguments: pairs) func runsAtMostFiveAndAHalfMillisecondsBehind(pair: Pair) throws {
        var resampler = try Resampler(from: pair.from, to: pair.to)
        var output: [Int16] = []
        let tenth = [Int16](repeating: 500, count: pair.from.hertz / 10)
        resampler.process(tenth.span, into: &output)
        let behind = 100 - Double(output.count) / Double(pair.to.hertz) * 1_000
        #expect((0...5.5).contains(behind), "\(behind) ms")
    }

    @Test(arguments: SampleRate.supported) func equalRatesCopy(rate: SampleRate) throws {
        var resampler = try Resampler(from: rate, to: rate)
        var output: [Int16] = [1]
        resampler.process(([2, 3] as [Int16]).span, into: &output)
        resampler.flush(into: &output)
        #expect(output == [1, 2, 3])
    }

    @Test func loudSignalsClipInsteadOfWrapping() throws {
        let square = (0..<2_000).map { Int16($0 / 40 % 2 == 0 ? 32_767 : -32_768) }
        let output = try Pair(from: .hz16000, to: .hz48000).converted(square)
        // The middle of each plateau keeps its sign, although the filter overshoots.
        for plateau in 2..<48 {
            let middle = output[plateau * 120 + 60]
            #expect(plateau % 2 == 0 ? middle > 30_000 : middle < -30_000)
        }
    }

    @Test func otherRatesAreRefused() {
        #expect(throws: AudioError.unsupportedConversion(from: SampleRate(hertz: 11_025), to: .hz16000)) {
            _ = try Resampler(from: SampleRate(hertz: 11_025), to: .hz16000)
        }
    }
}
