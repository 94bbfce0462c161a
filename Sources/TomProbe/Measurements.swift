/// Samples of every measure, in milliseconds; at most 4,096 of each and call are kept (see ``SampleSeries``).
struct Measurements: Sendable, Equatable {
    private var series: [ProbeMeasure: [SampleSeries]] = [:]

    /// Adds one sample; one that is not a finite number is left out.
    mutating func add(_ milliseconds: Double, to measure: ProbeMeasure) {
        guard milliseconds.isFinite else { return }
        series[measure, default: [SampleSeries()]][0].add(milliseconds)
    }

    /// Adds all samples of `other`.
    mutating func merge(_ other: Measurements) {
        for (measure, more) in other.series { series[measure, default: []] += more }
    }

    /// The kept samples of `measure`.
    subscript(measure: ProbeMeasure) -> [Double] { series[measure, default: []].flatMap(\.kept) }

    /// The distribution of `measure`; `nil` without a sample.
    func summary(of measure: ProbeMeasure) -> LatencySummary? { LatencySummary(series[measure] ?? []) }
}
