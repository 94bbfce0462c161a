import CoreMetrics
import Metrics
import TomConversation
import TomEngines

/// The instruments of tools, all made at the start: both labels come from closed sets.
struct ToolMetrics: Sendable {
    private let calls: [String: Counter]
    private let durations: [ToolKind: Timer]

    init(factory: any MetricsFactory) {
        var calls: [String: Counter] = [:]
        var durations: [ToolKind: Timer] = [:]
        for kind in ToolKind.allCases {
            for outcome in ToolResult.Outcome.allCases {
                calls["\(kind.rawValue).\(outcome.rawValue)"] = Counter(
                    label: "tom_tool_calls_total",
                    dimensions: [("kind", kind.rawValue), ("outcome", outcome.rawValue)], factory: factory)
            }
            durations[kind] = Timer(
                label: "tom_tool_duration_seconds", dimensions: [("kind", kind.rawValue)],
                preferredDisplayUnit: .seconds, factory: factory)
        }
        self.calls = calls
        self.durations = durations
    }

    func ended(_ kind: ToolKind, _ outcome: ToolResult.Outcome, after duration: Duration) {
        calls["\(kind.rawValue).\(outcome.rawValue)"]?.increment()
        durations[kind]?.recordNanoseconds(duration.nanoseconds)
    }
}
