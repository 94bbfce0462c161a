import CoreMetrics
import Synchronization

/// One counter with its labels.
final class CounterSeries: CounterHandler, Sendable {
    private let count = Atomic<Int64>(0)
    var value: Int64 { count.load(ordering: .relaxed) }
    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { count.store(0, ordering: .relaxed) }
}

/// One gauge with its labels.
final class GaugeSeries: MeterHandler, RecorderHandler, Sendable {
    private let level = Mutex(0.0)
    var value: Double { level.withLock { $0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { level.withLock { $0 = value } }
    func increment(by amount: Double) { level.withLock { $0 += amount } }
    func decrement(by amount: Double) { level.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
}

/// One histogram with its labels. Timers record nanoseconds and are kept in seconds, as Prometheus wants them.
final class HistogramSeries: TimerHandler, RecorderHandler, Sendable {
    struct Snapshot {
        /// Cumulative, one for each bound.
        var counts: [Int]
        var count = 0
        var sum = 0.0
    }

    let bounds: [Double]
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count)))
    }

    var snapshot: Snapshot { state.withLock { $0 } }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        state.withLock { state in
            for index in bounds.indices.reversed() {
                guard value <= bounds[index] else { break }
                state.counts[index] += 1
            }
            state.count += 1
            state.sum += value
        }
    }
}
