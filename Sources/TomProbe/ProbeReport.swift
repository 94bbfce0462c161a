public import Foundation
import TomErrors
import TomWire

/// What a run found out; as JSON it follows `docs/probe.schema.json`.
public struct ProbeReport: Sendable, Equatable, Codable {
    /// The version of this shape.
    public static let schemaName = "tom.probe/1"

    public let schema: String
    public let startedAt: Date
    public let endedAt: Date
    /// The server's address, without a token.
    public let url: String
    public let framing: ProbeOptions.Framing
    /// The engines' names as the first connected call was told; `nil` when none connected.
    public let engines: Engines?
    public let calls: CallCounts
    public let turns: TurnCounts
    /// The distribution of every measure that has a sample, by the measure's name.
    public let latencies: [String: LatencySummary]
    public let objectives: [ObjectiveResult]
    /// Why calls failed, most frequent first.
    public let failures: [Failure]
    /// Codes of notices and errors that did not end a call, with how often they came.
    public let notices: [String: Int]
    public let verdict: Verdict

    /// Engine names.
    public struct Engines: Sendable, Equatable, Codable {
        public let stt: String
        public let llm: String
        public let tts: String
    }

    /// One way in which calls failed.
    public struct Failure: Sendable, Equatable, Codable {
        public let code: String
        public let message: String
        public let hint: String?
        /// Calls that failed so.
        public let count: Int
    }

    enum CodingKeys: String, CodingKey {
        case schema, url, framing, engines, calls, turns, objectives, failures, notices, verdict
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case latencies = "latencies_ms"
    }

    init(options: ProbeOptions, records: [CallRecord], startedAt: Date, endedAt: Date) {
        schema = Self.schemaName
        self.startedAt = startedAt
        self.endedAt = endedAt
        url = options.url.description
        framing = options.framing
        engines = records.lazy.compactMap(\.engines).first.map { Engines(stt: $0.stt, llm: $0.llm, tts: $0.tts) }
        calls = CallCounts(
            attempted: records.count, connected: records.count(where: \.isConnected),
            failed: records.count { $0.failure != nil })
        turns = records.reduce(TurnCounts()) { $0 + $1.turns }
        var measurements = Measurements()
        for record in records { measurements.merge(record.measurements) }
        latencies = Dictionary(
            uniqueKeysWithValues: ProbeMeasure.allCases.compactMap { measure in
                measurements.summary(of: measure).map { (measure.rawValue, $0) }
            })
        objectives = options.objectives.limits.map {
            ObjectiveResult(measure: $0.measure, limitMs: $0.limitMs, summary: measurements.summary(of: $0.measure))
        }
        failures = Dictionary(grouping: records.compactMap(\.failure)) { $0 }
            .map { Failure(code: $0.code, message: $0.message, hint: $0.hint, count: $1.count) }
            .sorted { ($1.count, $0.message) < ($0.count, $1.message) }
        notices = records.flatMap(\.notices).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        verdict = Verdict(objectives: objectives, calls: calls, turns: turns)
    }

    /// The distribution of `measure`; `nil` without a sample.
    public subscript(measure: ProbeMeasure) -> LatencySummary? { latencies[measure.rawValue] }

    /// The report as a JSON object with sorted keys and RFC 3339 times in UTC.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }
}
