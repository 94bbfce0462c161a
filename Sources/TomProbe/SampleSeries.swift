/// Samples of one measure, bounded: when there are too many, every other one is dropped and the rest count double.
///
/// The largest sample is kept exactly.
struct SampleSeries: Sendable, Equatable {
    /// Samples kept at most, an even number.
    static let capacity = 4_096

    /// All samples, also those dropped.
    private(set) var count = 0
    private(set) var max = -Double.infinity
    private(set) var kept: [Double] = []
    /// How many samples each kept one stands for.
    private(set) var weight = 1
    private var untilNext = 0

    /// Adds one sample. Complexity: amortised O(1).
    mutating func add(_ value: Double) {
        count += 1
        max = Swift.max(max, value)
        guard untilNext == 0 else {
            untilNext -= 1
            return
        }
        untilNext = weight - 1
        kept.append(value)
        guard kept.count == Self.capacity else { return }
        kept = stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
        weight *= 2
        // The sample just dropped was the second of a pair; the next kept one is a whole stride after the last kept
        // one.
        untilNext = weight / 2 - 1
    }
}
