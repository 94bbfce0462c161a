/// A reply begun before the caller's turn is over, on words that will probably be its transcript.
///
/// Nothing of it leaves TOM: its text is not told, its audio is not played, its tools do not run. It becomes the response when
/// the turn's transcript holds the same words, and is dropped otherwise.
struct Speculation: Sendable {
    let turn: TurnID
    /// The interim transcript it answers.
    let words: String
    /// How long the caller has spoken for them.
    let durationMs: Int
    /// What has been made of the reply.
    var response: ActiveResponse
    /// Its text so far, to be told when it is taken up.
    var text = ""
    /// Tools it asks for, to be run when it is taken up.
    var tools: [ToolCall] = []
    /// The model has said everything.
    var isFinished = false

    var id: GenerationID { response.generation.id }

    /// Whether two transcripts hold the same words: an engine's last word often only adds capitals and punctuation.
    static func areSameWords(_ one: String, _ other: String) -> Bool { words(of: one) == words(of: other) }

    private static func words(of text: String) -> [Substring] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }
    }
}

extension Conversation {
    /// Whether and when a reply is begun before the caller's turn is over.
    public struct SpeculationPolicy: Sendable, Equatable, Codable {
        public var isOn = true
        /// How long the words must stay the same, and the caller silent.
        public var stableFor = Duration.milliseconds(150)
        /// Replies begun for one turn, so that a caller who pauses often costs no multiple.
        public var maxPerTurn = 2
        public init() {}
    }
}
