/// The latencies a deployment promises: the 95th percentile of each measure stays below its limit, in milliseconds.
public struct ServiceObjectives: Sendable, Equatable {
    public var stt: Double
    public var llmFirstToken: Double
    public var ttsFirstAudio: Double
    public var roundTrip: Double
    public var endToEnd: Double

    /// The defaults are those the original system was judged by with mock engines.
    public init(
        stt: Double = 100, llmFirstToken: Double = 200, ttsFirstAudio: Double = 300, roundTrip: Double = 50,
        endToEnd: Double = 1_500
    ) {
        self.stt = stt
        self.llmFirstToken = llmFirstToken
        self.ttsFirstAudio = ttsFirstAudio
        self.roundTrip = roundTrip
        self.endToEnd = endToEnd
    }

    /// Each limit with the measure it holds for. End to end is judged by what the caller saw, not by what the server
    /// says.
    public var limits: [(measure: ProbeMeasure, limitMs: Double)] {
        [
            (.stt, stt), (.llmFirstToken, llmFirstToken), (.ttsFirstAudio, ttsFirstAudio), (.roundTrip, roundTrip),
            (.endToEndClient, endToEnd),
        ]
    }
}
