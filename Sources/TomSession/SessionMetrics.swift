import CoreMetrics
import Metrics
import TomConversation
import TomEngines

/// The instruments the sessions of one agent report to, created once per server: label sets are closed, so every instrument
/// exists from the start and none is looked up per event. Agents share the instruments whose labels are the same.
struct SessionMetrics: Sendable {
    let interruptions: Counter
    let underruns: Counter
    /// Samples of the caller that were to be kept and are not.
    let recordingDropped: Counter
    /// Items of the record that made room for later ones.
    let historyDropped: Counter
    /// Journals that ended before their calls, or could not begin.
    let journalDropped: Counter
    private let speculations: [Bool: Counter]
    private let turnLatency: Timer
    private let ttsLeadingSilence: Timer
    private let stages: [String: Timer]
    private let turns: [TurnStatus: Counter]
    private let requests: [String: Counter]
    private let factory: any MetricsFactory

    init(engines: EngineNames, listeners: [(kind: String, name: String)] = [], factory: any MetricsFactory) {
        func counter(_ label: String, _ dimensions: [(String, String)] = []) -> Counter {
            Counter(label: label, dimensions: dimensions, factory: factory)
        }
        func timer(_ label: String, _ dimensions: [(String, String)] = []) -> Timer {
            Timer(label: label, dimensions: dimensions, preferredDisplayUnit: .seconds, factory: factory)
        }
        interruptions = counter("tom_interruptions_total")
        underruns = counter("tom_audio_underruns_total")
        recordingDropped = counter("tom_queue_dropped_total", [("queue", "recording")])
        historyDropped = counter("tom_queue_dropped_total", [("queue", "history")])
        journalDropped = counter("tom_queue_dropped_total", [("queue", "journal")])
        speculations = [
            true: counter("tom_speculations_total", [("outcome", "used")]),
            false: counter("tom_speculations_total", [("outcome", "discarded")]),
        ]
        turnLatency = timer("tom_turn_latency_seconds")
        ttsLeadingSilence = timer("tom_tts_leading_silence_seconds")
        let names = ["endpointing", "stt", "llm_first_token", "tts_first_audio", "other"]
        stages = Dictionary(
            uniqueKeysWithValues: names.map { ($0, timer("tom_turn_stage_seconds", [("stage", $0)])) })
        turns = Dictionary(
            uniqueKeysWithValues: [TurnStatus.completed, .interrupted, .failed].map {
                ($0, counter("tom_turns_total", [("status", $0.rawValue)]))
            })
        var requests: [String: Counter] = [:]
        for (kind, engine) in [("stt", engines.stt), ("llm", engines.llm), ("tts", engines.tts)] + listeners {
            for outcome in Outcome.allCases {
                requests["\(kind).\(outcome.rawValue)"] = counter(
                    "tom_engine_requests_total",
                    [("engine", engine), ("kind", kind), ("outcome", outcome.rawValue)])
            }
        }
        self.requests = requests
        self.factory = factory
    }

    enum Outcome: String, CaseIterable { case ok, failed, cancelled }

    func engine(_ kind: String, _ outcome: Outcome) { requests["\(kind).\(outcome.rawValue)"]?.increment() }

    /// A reply begun before its turn was over came to this.
    func speculation(used: Bool) { speculations[used]?.increment() }

    /// Silence that was taken from the beginning of a sentence.
    func leadingSilence(_ silence: Duration) { ttsLeadingSilence.recordNanoseconds(silence.nanoseconds) }

    /// Rare enough to be looked up each time.
    func failedOver(_ kind: String, _ failover: EngineFailover) {
        Counter(
            label: "tom_engine_failovers_total",
            dimensions: [("kind", kind), ("from", failover.from), ("to", failover.to)], factory: factory
        ).increment()
    }

    func turnEnded(_ status: TurnStatus, _ latency: TurnLatency) {
        turns[status]?.increment()
        guard let e2e = latency.e2eMs else { return }
        turnLatency.recordNanoseconds(Int64(e2e * 1_000_000))
        record("endpointing", latency.endpointingMs)
        record("stt", latency.sttMs)
        record("llm_first_token", latency.llmFirstTokenMs)
        record("tts_first_audio", latency.ttsFirstAudioMs)
        record("other", latency.otherMs)
    }

    private func record(_ stage: String, _ ms: Double?) {
        if let ms { stages[stage]?.recordNanoseconds(Int64(max(ms, 0) * 1_000_000)) }
    }
}
