import CoreMetrics
import Metrics
import TomConversation

/// The instruments sessions report to, created once per server: label sets are closed, so every instrument exists from the
/// start and none is looked up per event.
public struct SessionMetrics: Sendable {
    let interruptions = Counter(label: "tom_interruptions_total")
    let underruns = Counter(label: "tom_audio_underruns_total")
    let turnLatency = Timer(label: "tom_turn_latency_seconds", preferredDisplayUnit: .seconds)
    private let stages: [String: Timer]
    private let turns: [TurnStatus: Counter]
    private let requests: [String: Counter]

    public init(engines: EngineNames) {
        let names = ["endpointing", "stt", "llm_first_token", "tts_first_audio", "other"]
        stages = Dictionary(
            uniqueKeysWithValues: names.map {
                (
                    $0,
                    Timer(label: "tom_turn_stage_seconds", dimensions: [("stage", $0)], preferredDisplayUnit: .seconds)
                )
            })
        turns = Dictionary(
            uniqueKeysWithValues: [TurnStatus.completed, .interrupted, .failed].map {
                ($0, Counter(label: "tom_turns_total", dimensions: [("status", $0.rawValue)]))
            })
        var requests: [String: Counter] = [:]
        for (kind, engine) in [("stt", engines.stt), ("llm", engines.llm), ("tts", engines.tts)] {
            for outcome in Outcome.allCases {
                requests["\(kind).\(outcome.rawValue)"] = Counter(
                    label: "tom_engine_requests_total",
                    dimensions: [("engine", engine), ("kind", kind), ("outcome", outcome.rawValue)])
            }
        }
        self.requests = requests
    }

    enum Outcome: String, CaseIterable { case ok, failed, cancelled }

    func engine(_ kind: String, _ outcome: Outcome) { requests["\(kind).\(outcome.rawValue)"]?.increment() }

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
