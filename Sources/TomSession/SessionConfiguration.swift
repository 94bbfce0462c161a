public import TomAudio
public import TomConversation

/// What is the same for every session of a server.
public struct SessionConfiguration: Sendable {
    /// Defaults of every conversation; the profile's texts and the call's own options are laid over it.
    public var conversation = Conversation.Configuration()
    public var voiceActivity = VoiceActivityDetector.Configuration()
    /// How sure a model that detects speech has to be.
    public var speechThreshold = SpeechThreshold()
    /// Whether the agent speaks first.
    public var greets = true
    /// Without audio from a caller who was speaking, this long, the silence is taken as such: a client that stops sending must
    /// not hold the floor.
    public var inputGap = Duration.milliseconds(600)
    /// Room the playout waits for before it hands over the next batch: fewer, larger writes cost less than one per frame.
    public var playoutBatch = Duration.milliseconds(200)
    /// Where sessions write their journals; `nil` writes none.
    public var journalDirectory: String?

    public init() {}
}
