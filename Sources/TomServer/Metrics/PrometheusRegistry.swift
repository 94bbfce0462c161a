public import CoreMetrics
import Synchronization

/// Keeps the process's metrics and renders them for Prometheus.
///
/// It is a `MetricsFactory`: `MetricsSystem.bootstrap(registry)` makes every module's counters end here. Names and label names
/// are made valid; a family keeps at most `maxSeries` label combinations, further ones are counted together.
///
/// See: Prometheus text exposition format 0.0.4.
public final class PrometheusRegistry: MetricsFactory {
    /// Label combinations kept of one metric.
    public static let maxSeries = 256
    /// The `Content-Type` of `render()`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private enum Kind: String { case counter, gauge, histogram }
    private enum Series {
        case counter(CounterSeries)
        case gauge(GaugeSeries)
        case histogram(HistogramSeries)
    }
    private struct Family {
        var kind: Kind
        var help: String
        var buckets: [Double]
        /// By the rendered labels, without braces.
        var series: [String: Series] = [:]
    }

    private let descriptors: [String: MetricDescriptor]
    private let families = Mutex<[String: Family]>([:])

    /// - Parameter catalogue: help and buckets of the metrics that are known beforehand.
    public init(catalogue: [MetricDescriptor] = MetricDescriptor.catalogue) {
        descriptors = Dictionary(catalogue.map { ($0.name, $0) }) { first, _ in first }
    }

    // MARK: MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        guard case .counter(let series) = series(label, .counter, dimensions) else { return CounterSeries() }
        return series
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        guard case .gauge(let series) = series(label, .gauge, dimensions) else { return GaugeSeries() }
        return series
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        switch series(label, aggregate ? .histogram : .gauge, dimensions) {
        case .gauge(let series): series
        case .histogram(let series): series
        case .counter: GaugeSeries()
        }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        guard case .histogram(let series) = series(label, .histogram, dimensions) else {
            return HistogramSeries(bounds: [])
        }
        return series
    }

    // A series outlives the object that fed it: a counter that went away must not fall back to zero.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func series(_ label: String, _ kind: Kind, _ dimensions: [(String, String)]) -> Series {
        let name = MetricText.name(label)
        return families.withLock { families in
            let known = descriptors[name]
            var family =
                families[name]
                ?? Family(
                    kind: kind, help: known?.help ?? "The metric \(name).",
                    buckets: kind == .histogram ? known?.buckets ?? MetricDescriptor.latencyBuckets : [])
            defer { families[name] = family }
            // a name used for two kinds keeps its first; the second use gets a series of its own that is not shown
            guard family.kind == kind else { return Self.make(kind, family.buckets) }
            var key = MetricText.labels(dimensions)
            if family.series[key] == nil, family.series.count >= Self.maxSeries {
                key = MetricText.labels(dimensions.map { ($0.0, "other") })
            }
            let series = family.series[key] ?? Self.make(kind, family.buckets)
            family.series[key] = series
            return series
        }
    }

    private static func make(_ kind: Kind, _ buckets: [Double]) -> Series {
        switch kind {
        case .counter: .counter(CounterSeries())
        case .gauge: .gauge(GaugeSeries())
        case .histogram: .histogram(HistogramSeries(bounds: buckets))
        }
    }

    // MARK: Rendering

    /// All metrics in Prometheus' text format, in the order of their names.
    public func render() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(MetricText.help(family.help))\n# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key < $1.key }) {
                Self.render(name, labels, series, into: &text)
            }
        }
        return text
    }

    private static func render(_ name: String, _ labels: String, _ series: Series, into text: inout String) {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        switch series {
        case .counter(let counter): text += "\(name)\(braces) \(counter.value)\n"
        case .gauge(let gauge): text += "\(name)\(braces) \(MetricText.number(gauge.value))\n"
        case .histogram(let histogram):
            let snapshot = histogram.snapshot
            let lead = labels.isEmpty ? "" : labels + ","
            for (bound, count) in zip(histogram.bounds, snapshot.counts) {
                text += "\(name)_bucket{\(lead)le=\"\(MetricText.number(bound))\"} \(count)\n"
            }
            text += "\(name)_bucket{\(lead)le=\"+Inf\"} \(snapshot.count)\n"
            text += "\(name)_sum\(braces) \(MetricText.number(snapshot.sum))\n"
            text += "\(name)_count\(braces) \(snapshot.count)\n"
        }
    }
}
