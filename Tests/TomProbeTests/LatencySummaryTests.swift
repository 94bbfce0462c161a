import Testing

@testable import TomProbe

@Suite struct LatencySummaryTests {
    @Test func oneToAHundredHasItsRanks() throws {
        let summary = try #require(LatencySummary((1...100).map(Double.init).shuffled()))
        #expect(summary.count == 100)
        #expect([summary.p50, summary.p95, summary.p99, summary.max] == [50, 95, 99, 100])
    }

    @Test func percentilesOfFewSamplesAreSamples() throws {
        let summary = try #require(LatencySummary([30, 10, 20]))
        #expect([summary.p50, summary.p95, summary.p99, summary.max] == [20, 30, 30, 30])
        let one = try #require(LatencySummary([7]))
        #expect([one.p50, one.p95, one.p99, one.max] == [7, 7, 7, 7])
    }

    @Test func theNineteenthOfTwentyIsThe95thPercentile() throws {
        #expect(try #require(LatencySummary((1...20).map(Double.init))).p95 == 19)
    }

    @Test func nothingHasNoDistribution() {
        #expect(LatencySummary([Double]()) == nil)
        #expect(Measurements().summary(of: .stt) == nil)
    }

    @Test func infiniteSamplesAreLeftOut() {
        var measurements = Measurements()
        measurements.add(.infinity, to: .stt)
        measurements.add(.nan, to: .stt)
        #expect(measurements[.stt].isEmpty)
    }

    @Test func aLongSeriesIsThinnedEvenlyAndKeepsItsMaximum() throws {
        var series = SampleSeries()
        let total = 100_000
        for value in 0..<total { series.add(Double(value)) }
        #expect(series.count == total)
        #expect(series.kept.count < SampleSeries.capacity)
        #expect(series.max == Double(total - 1))
        let steps = zip(series.kept.dropFirst(), series.kept).map { $0 - $1 }
        #expect(Set(steps) == [Double(series.weight)])
        let summary = try #require(LatencySummary([series]))
        #expect(abs(summary.p50 - 50_000) < 100)
        #expect(abs(summary.p99 - 99_000) < 100)
        #expect(summary.count == total)
    }

    @Test func thinnedSamplesWeighMoreThanWhole() throws {
        var long = SampleSeries()
        for _ in 0..<(2 * SampleSeries.capacity) { long.add(1) }
        var short = SampleSeries()
        for _ in 0..<SampleSeries.capacity / 4 { short.add(100) }
        // An eighth of all samples are 100, though a third of those kept are.
        let summary = try #require(LatencySummary([long, short]))
        #expect(summary.p50 == 1)
        #expect(summary.p95 == 100)
        #expect(summary.count == 2 * SampleSeries.capacity + SampleSeries.capacity / 4)
    }
}
