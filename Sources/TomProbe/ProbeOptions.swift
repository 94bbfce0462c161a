/// What to probe and how.
public struct ProbeOptions: Sendable {
    public var url: ServerURL
    /// Calls at the same time, 1 to ``maxCalls``.
    public var calls: Int
    /// Turns of each call; `nil` for as many as `duration` allows.
    public var turns: Int?
    /// No turn begins later than this after its call's connect; `nil` for no bound but `turns`.
    public var duration: Duration?
    public var framing: Framing
    /// What the callers say, in turn; not empty.
    public var utterances: [Utterance]
    public var objectives: ServiceObjectives
    /// Sent in `start`; `nil` for the agent's own language.
    public var language: String?
    /// PEM file of the authority to trust instead of the system's.
    public var authorityFile: String?
    /// What call ids begin with; a single call has exactly this id.
    public var callID: String
    /// From one call's connect to the next one's.
    public var spacing: Duration = .milliseconds(20)
    /// From the end of an utterance to the end of its reply, after which the turn counts as unanswered.
    public var replyTimeout: Duration = .seconds(20)

    public static let maxCalls = 10_000

    /// How audio travels, both ways.
    public enum Framing: String, Sendable, CaseIterable, Codable { case json, binary }

    public init(
        url: ServerURL, calls: Int = 1, turns: Int? = nil, duration: Duration? = nil, framing: Framing = .json,
        utterances: [Utterance], objectives: ServiceObjectives = ServiceObjectives(), language: String? = nil,
        authorityFile: String? = nil, callID: String
    ) {
        self.url = url
        self.calls = calls
        self.turns = turns
        self.duration = duration
        self.framing = framing
        self.utterances = utterances
        self.objectives = objectives
        self.language = language
        self.authorityFile = authorityFile
        self.callID = callID
    }

    /// Turns of each call when neither turns nor duration are given: every utterance once.
    var effectiveTurns: Int? { turns ?? (duration == nil ? utterances.count : nil) }

    /// The id of call `index`, which counts from 0.
    public func id(ofCall index: Int) -> String { calls == 1 ? callID : "\(callID)-\(index + 1)" }
}
