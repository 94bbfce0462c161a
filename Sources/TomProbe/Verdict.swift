/// Whether the objectives hold.
public enum Verdict: String, Sendable, Equatable, Codable {
    /// Every objective was measured and holds, every call came through and every turn was answered.
    case met
    /// An objective was missed, a call failed or a turn was not answered.
    case missed
    /// Nothing was missed, but something could not be measured.
    case notMeasured = "not_measured"

    /// The exit status of `tom probe`.
    public var exitStatus: Int32 {
        switch self {
        case .met: 0
        case .missed: 1
        case .notMeasured: 2
        }
    }

    /// Judges a run.
    ///
    /// A run in which no turn was answered measured nothing, whatever the round trips were. Otherwise a miss weighs
    /// more than
    /// a gap, and a turn without an answer is a miss: its latency is the longest of all, though it has no figure.
    public init(objectives: [ObjectiveResult], calls: CallCounts, turns: TurnCounts) {
        if turns.answered == 0 {
            self = .notMeasured
        } else if objectives.contains(where: { $0.met == false }) || calls.failed > 0 || turns.answered < turns.spoken {
            self = .missed
        } else if objectives.contains(where: { $0.met == nil }) {
            self = .notMeasured
        } else {
            self = .met
        }
    }
}

/// One objective and what was measured.
public struct ObjectiveResult: Sendable, Equatable, Codable {
    public let measure: ProbeMeasure
    /// Milliseconds that the 95th percentile has to stay below.
    public let limitMs: Double
    /// The 95th percentile in milliseconds; `nil` without a sample.
    public let p95Ms: Double?

    /// Whether the objective holds; `nil` when it was not measured.
    public var met: Bool? { p95Ms.map { $0 < limitMs } }

    /// Judges one measure.
    public init(measure: ProbeMeasure, limitMs: Double, summary: LatencySummary?) {
        self.measure = measure
        self.limitMs = limitMs
        p95Ms = summary?.p95
    }

    enum CodingKeys: String, CodingKey {
        case measure, met
        case limitMs = "limit_ms"
        case p95Ms = "p95_ms"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        measure = try container.decode(ProbeMeasure.self, forKey: .measure)
        limitMs = try container.decode(Double.self, forKey: .limitMs)
        p95Ms = try container.decodeIfPresent(Double.self, forKey: .p95Ms)
    }

    /// Writes `null` for what was not measured, so that every field is always there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(measure, forKey: .measure)
        try container.encode(limitMs, forKey: .limitMs)
        try container.encode(p95Ms, forKey: .p95Ms)
        try container.encode(met, forKey: .met)
    }
}

/// How the calls went.
public struct CallCounts: Sendable, Equatable, Codable {
    public var attempted: Int
    public var connected: Int
    /// Refused, lost, or ended by the server before the script was through.
    public var failed: Int

    public init(attempted: Int = 0, connected: Int = 0, failed: Int = 0) {
        self.attempted = attempted
        self.connected = connected
        self.failed = failed
    }
}

/// How the turns went.
public struct TurnCounts: Sendable, Equatable, Codable {
    /// Utterances spoken to their end.
    public var spoken: Int
    /// Turns whose reply was completed and, if it had audio, played out.
    public var answered: Int
    /// Turns whose reply the server gave up or that never came.
    public var unanswered: Int
    /// Replies that began before the caller had finished speaking.
    public var early: Int
    /// Replies beyond the first one of a turn.
    public var doubled: Int

    public init(spoken: Int = 0, answered: Int = 0, unanswered: Int = 0, early: Int = 0, doubled: Int = 0) {
        self.spoken = spoken
        self.answered = answered
        self.unanswered = unanswered
        self.early = early
        self.doubled = doubled
    }

    /// Adds up two counts.
    public static func + (a: TurnCounts, b: TurnCounts) -> TurnCounts {
        TurnCounts(
            spoken: a.spoken + b.spoken, answered: a.answered + b.answered, unanswered: a.unanswered + b.unanswered,
            early: a.early + b.early, doubled: a.doubled + b.doubled)
    }
}
