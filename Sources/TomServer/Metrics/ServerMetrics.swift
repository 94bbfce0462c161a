import CoreMetrics
import TomConversation
import TomErrors

/// The metrics that the server itself feeds.
struct ServerMetrics: Sendable {
    private let registry: PrometheusRegistry
    private let active: Meter

    init(_ registry: PrometheusRegistry, version: String) {
        self.registry = registry
        active = Meter(label: "tom_calls_active", dimensions: [], factory: registry)
        active.set(0)
        Meter(label: "tom_build_info", dimensions: [("version", version)], factory: registry).set(1)
    }

    func callsActive(_ count: Int) { active.set(count) }

    func callEnded(transport: String, _ termination: Termination, seconds: Double) {
        counter(
            "tom_calls_total",
            [
                ("transport", transport), ("result", termination.result.rawValue),
                ("reason", termination.reason.rawValue),
            ])
        registry.makeRecorder(label: "tom_call_duration_seconds", dimensions: [], aggregate: true).record(seconds)
    }

    /// Counts a refusal by its code, and by its kind where that has a metric of its own.
    func refused(_ error: ServerError) {
        counter("tom_calls_refused_total", [("code", error.code)])
        if error.category == .rateLimit { counter("tom_rate_limited_total", [("kind", "connections")]) }
        unauthorized(error)
    }

    /// Counts a refusal for want of a right, by its code; nothing for any other.
    func unauthorized(_ error: ServerError) {
        guard error.category == .authentication || error.category == .authorization else { return }
        counter("tom_auth_failures_total", [("reason", error.code)])
    }

    /// - Parameter kind: `messages` or `bytes`.
    func rateLimited(kind: String) { counter("tom_rate_limited_total", [("kind", kind)]) }
    /// - Parameter code: from a closed set.
    func protocolError(code: String) { counter("tom_protocol_errors_total", [("code", code)]) }
    /// - Parameter reason: `timeout`, `per_address` or `overall`.
    func connectionShed(reason: String) { counter("tom_connections_shed_total", [("reason", reason)]) }
    /// - Parameter route: the pattern, never the path.
    func request(route: String, status: Int) {
        counter("tom_http_requests_total", [("route", route), ("status", String(status))])
    }

    private func counter(_ name: String, _ labels: [(String, String)]) {
        registry.makeCounter(label: name, dimensions: labels).increment(by: 1)
    }
}
