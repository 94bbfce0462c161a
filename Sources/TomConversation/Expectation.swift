/// What the agent expects the caller to say next; it steers endpointing and the local recogniser's grammar.
public enum Expectation: String, Sendable, Equatable, CaseIterable, Codable {
    /// Any of the agent's intents.
    case open
    /// Yes or no.
    case yesNo
    /// A number spoken or keyed digit by digit; callers pause between groups, so endpointing waits longer.
    case digits
    /// A short free answer (a name) that is kept as audio.
    case shortAudio
    /// Free speech (a message) that is kept as audio; endpointing waits longest.
    case longAudio

    /// Whether the caller's next turn is kept as a recording.
    public var keepsAudio: Bool { self == .shortAudio || self == .longAudio }
}
