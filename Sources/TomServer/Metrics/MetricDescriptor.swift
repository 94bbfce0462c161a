/// What is known of a metric before it is first used: its help line and, for histograms, its buckets.
public struct MetricDescriptor: Sendable {
    public let name: String
    public let help: String
    /// Upper bounds in ascending order, in the metric's base unit; empty for counters and gauges.
    public let buckets: [Double]

    public init(_ name: String, _ help: String, buckets: [Double] = []) {
        self.name = name
        self.help = help
        self.buckets = buckets
    }

    /// Bounds for the latency of a turn or one of its stages, in seconds.
    public static let latencyBuckets = [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10]

    /// Every metric of TOM.
    public static let catalogue: [MetricDescriptor] = [
        .init("tom_build_info", "Always 1; the label names the running version."),
        .init("tom_calls_active", "Calls that are live now."),
        .init("tom_calls_total", "Calls that ended, by transport, result and reason."),
        .init("tom_calls_refused_total", "Calls refused before they began, by error code."),
        .init(
            "tom_call_duration_seconds", "Duration of calls.", buckets: [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600]),
        .init(
            "tom_turn_latency_seconds", "End of the caller's speech to the first reply audio.", buckets: latencyBuckets),
        .init("tom_turn_stage_seconds", "Time a turn spent in each stage.", buckets: latencyBuckets),
        .init(
            "tom_tts_leading_silence_seconds", "Silence taken from the beginning of a synthesised sentence.",
            buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1]),
        .init("tom_turns_total", "Turns that ended, by status."),
        .init("tom_interruptions_total", "Replies that the caller interrupted."),
        .init("tom_engine_requests_total", "Requests to engines, by engine, kind and outcome."),
        .init("tom_engine_failovers_total", "Turns in which an engine was replaced by the next, by kind, from and to."),
        .init("tom_speculations_total", "Answers prepared before their turn was over, by outcome."),
        .init("tom_tool_calls_total", "Tools that language models called, by kind and outcome."),
        .init("tom_tool_duration_seconds", "Time that tools took, by kind.", buckets: latencyBuckets),
        .init("tom_rate_limited_total", "Refusals and closed calls by a rate limit, by kind of limit."),
        .init("tom_auth_failures_total", "Requests refused for their token, by reason."),
        .init("tom_protocol_errors_total", "Messages of callers that were answered with an error event, by code."),
        .init("tom_audio_underruns_total", "Times the playout had no audio to send in the middle of a response."),
        .init("tom_queue_dropped_total", "Entries dropped by a full queue, by queue."),
        .init("tom_http_requests_total", "HTTP requests, by route and status."),
        .init("tom_connections_shed_total", "Connections closed before their first request, by reason."),
    ]
}
