/// A turn of the caller from its onset until its transcript is in.
struct CallerTurn: Sendable {
    let id: TurnID
    let expectation: Expectation
    let startedAt: Instant
    var phase: Phase
    /// Speech before the current stretch of it.
    private var speechBefore = Duration.zero
    /// Where the current stretch began in the input audio; `nil` where no voice activity is measured.
    private var stretchBeganMs: Int?
    /// End of the last frame of speech in the current stretch.
    private var voicedUntilMs = 0
    /// End of the last frame that counted as speech.
    private(set) var speechEndedAt: Instant
    var interim = ""
    /// When its words last changed.
    var wordsSince: Instant?
    /// Replies begun on its words before it was over.
    var speculations = 0
    var turnComplete: Bool?
    /// Where the pause began that the turn is in, in the input audio, and what an engine makes of it.
    private(set) var pausedAtMs: Int?
    var pauseComplete: Bool?
    /// Where it ended in the input audio, where that is not for the clock to say.
    var endedAtMs: Int?
    var endpointedAt: Instant?
    /// Whether it may be answered without being asked for.
    var mayBeAnswered = true
    /// The transcriber's answer, kept until the turns before this one have theirs.
    var result: Result?

    /// `speaking` -> `pausing` or `awaiting`; `pausing` -> `speaking` or `awaiting`; `awaiting` is left by the turn's end.
    enum Phase: Sendable, Equatable {
        case speaking(since: Instant)
        /// Silent; the turn ends at `until` unless speech returns.
        case pausing(until: Instant)
        /// The audio is complete; the transcript is due by `until`.
        case awaiting(until: Instant)
    }

    enum Result: Sendable, Equatable {
        case words(String, language: String?, confidence: Double?)
        /// Speech, but nothing the recogniser understands.
        case notUnderstood
        case nothing
        case failed(EngineFailure)
        /// The turn is answered before its words are known.
        case toFollow
    }

    init(id: TurnID, expectation: Expectation, onset: Instant, audioMs: Int?) {
        self.id = id
        self.expectation = expectation
        startedAt = onset
        speechEndedAt = onset
        phase = .speaking(since: onset)
        stretchBeganMs = audioMs
        voicedUntilMs = audioMs ?? 0
    }

    /// What its transcript will probably be; empty when nothing is known, or when it is known to hold no words.
    var probableWords: String {
        switch result {
        case .words(let text, _, _): text
        case .notUnderstood, .nothing, .failed: ""
        case .toFollow, nil: interim.trimmed
        }
    }

    var isSpeaking: Bool { if case .speaking = phase { true } else { false } }

    mutating func resumeSpeech(at onset: Instant, audioMs: Int) {
        phase = .speaking(since: onset)
        stretchBeganMs = audioMs
        voicedUntilMs = audioMs
        (pausedAtMs, pauseComplete) = (nil, nil)
    }

    mutating func continueSpeech(audioMs: Int) { voicedUntilMs = max(voicedUntilMs, audioMs) }

    /// The length of a stretch is taken from the audio, not from the clock: a client may send faster than it speaks.
    mutating func stopSpeech(at end: Instant, audioMs: Int, until deadline: Instant) {
        if let stretchBeganMs { speechBefore += .milliseconds(max(audioMs - stretchBeganMs, 0)) }
        speechEndedAt = max(end, startedAt)
        phase = .pausing(until: deadline)
        pausedAtMs = audioMs
    }

    /// Speech in this turn so far, pauses not counted: as measured in the audio, or by the clock where nothing measures it.
    func speech(at now: Instant) -> Duration {
        guard case .speaking(let since) = phase else { return speechBefore }
        if let stretchBeganMs { return speechBefore + .milliseconds(voicedUntilMs - stretchBeganMs) }
        return speechBefore + max(now - since, .zero)
    }

    /// The turn was given as a whole: it is as long as its audio, however little time it took to come.
    mutating func lasts(ms: Int) {
        speechBefore = .milliseconds(ms)
        phase = .pausing(until: speechEndedAt)
    }

    /// Where the turn ends in the input audio, the silence behind its speech included; `nil` where the client ends turns.
    func endMs(at now: Instant) -> Int? {
        guard stretchBeganMs != nil else { return nil }
        if let endedAtMs { return endedAtMs }
        guard let pausedAtMs, !isSpeaking else { return voicedUntilMs }
        return pausedAtMs + max(Int((now - speechEndedAt).milliseconds), 0)
    }

    /// Ends the intake: the audio is complete. A caller cut off in mid-speech has spoken until now.
    mutating func close(at now: Instant, due: Instant) {
        if isSpeaking {
            if case .speaking(let since) = phase {
                let spoken = max(now - since, .zero)
                speechBefore += spoken
                if let stretchBeganMs { voicedUntilMs = max(voicedUntilMs, stretchBeganMs + Int(spoken.milliseconds)) }
            }
            speechEndedAt = now
        }
        endpointedAt = now
        phase = .awaiting(until: due)
    }
}
