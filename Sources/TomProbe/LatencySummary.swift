/// The distribution of some latencies, in milliseconds.
public struct LatencySummary: Sendable, Equatable, Codable {
    public let count: Int
    public let p50: Double
    public let p95: Double
    public let p99: Double
    public let max: Double

    /// Summarises `samples` in any order; `nil` when there is none. Complexity: O(n log n).
    public init?(_ samples: [Double]) {
        self.init(samples.map { (value: $0, weight: 1) }, count: samples.count, max: samples.max() ?? 0)
    }

    /// Summarises the samples of several series, each sample with its series' weight.
    init?(_ series: [SampleSeries]) {
        let samples = series.flatMap { part in part.kept.map { (value: $0, weight: part.weight) } }
        self.init(samples, count: series.reduce(0) { $0 + $1.count }, max: series.map(\.max).max() ?? 0)
    }

    private init?(_ samples: [(value: Double, weight: Int)], count: Int, max: Double) {
        guard !samples.isEmpty else { return nil }
        let sorted = samples.sorted { $0.value < $1.value }
        self.count = count
        self.max = max
        p50 = Self.percentile(0.50, of: sorted)
        p95 = Self.percentile(0.95, of: sorted)
        p99 = Self.percentile(0.99, of: sorted)
    }

    /// The nearest-rank percentile: the least sample that at least `fraction` of all samples do not exceed. It is
    /// always a
    /// value that was measured, never one in between.
    private static func percentile(_ fraction: Double, of sorted: [(value: Double, weight: Int)]) -> Double {
        let total = sorted.reduce(0) { $0 + $1.weight }
        // Without the allowance 0.95 * 20 could come out just above 19 and pick the wrong rank.
        let rank = fraction * Double(total) - 1e-9
        var passed = 0
        for sample in sorted {
            passed += sample.weight
            if Double(passed) >= rank { return sample.value }
        }
        return sorted[sorted.count - 1].value
    }
}
