import TomConversation

/// A transcriber that hears "Test erkannt" in everything, for tests and measurements; it does not look at the audio.
public struct MockTranscriber: Transcriber {
    public let name = "mock"
    public let capabilities = TranscriberCapabilities(languages: [], readsAudio: false)
    private let transcript: Transcript
    private let delay: Duration
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - text: the final transcript of every turn.
    ///   - delay: from the end of the turn's audio to the transcript; at zero it is delivered inside `finish()`.
    ///   - clock: what the delay is measured by.
    public init(
        text: String = "Test erkannt", delay: Duration = .milliseconds(50),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        transcript = Transcript(text: text)
        self.delay = delay
        self.clock = clock
    }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        MockTranscription(transcript: transcript, delay: delay, clock: clock, deliver: deliver)
    }
}

private final class MockTranscription: Transcription {
    private let transcript: Transcript
    private let delay: Duration
    private let clock: any Clock<Duration>
    private let deliver: @Sendable (TranscriptionEvent) -> Void
    private let answer = MockDelay()

    init(
        transcript: Transcript, delay: Duration, clock: any Clock<Duration>,
        deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        self.transcript = transcript
        self.delay = delay
        self.clock = clock
        self.deliver = deliver
    }

    func append(_ samples: Span<Int16>) {}

    func finish() {
        answer.start(after: delay, clock: clock) { [deliver, transcript] in deliver(.final(transcript)) }
    }

    func cancel() { answer.cancel() }
}
