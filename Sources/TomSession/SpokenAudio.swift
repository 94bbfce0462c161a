import Synchronization
public import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// A text on its way through the synthesiser: PCM16 mono, asked for piece by piece.
///
/// A sentence is begun when everything before it was taken, so that a reader that stops costs one sentence at most.
public actor SpokenAudio {
    public nonisolated let rate: SampleRate

    private let synthesizer: any SpeechSynthesizer
    private let patience: Duration
    private let clock: any Clock<Duration>
    private let account: SpeechAccount
    private var sentences: ArraySlice<SynthesisRequest>
    private let control = Mutex(Control())

    /// What is reached from any thread.
    private struct Control {
        var isCancelled = false
        /// Of the sentence being spoken.
        var current: PendingResults<[Int16]>?
    }

    init(
        _ sentences: [SynthesisRequest], _ synthesizer: any SpeechSynthesizer, rate: SampleRate, patience: Duration,
        _ clock: any Clock<Duration>, _ account: SpeechAccount
    ) {
        self.sentences = sentences[...]
        self.synthesizer = synthesizer
        self.rate = rate
        self.patience = patience
        self.clock = clock
        self.account = account
    }

    deinit { account.close(CancellationError()) }

    /// Calls the work off; whoever waits for audio gets `CancellationError`. From any thread.
    public nonisolated func cancel() {
        let current = control.withLock { control in
            control.isCancelled = true
            return control.current
        }
        current?.finish(CancellationError())
    }

    /// The next samples, at least one; `nil` at the end.
    /// - Throws: `EngineError`, and `CancellationError` once cancelled.
    public func next() async throws -> [Int16]? {
        do {
            let samples = try await audio()
            if samples == nil { account.close(nil) }
            return samples
        } catch {
            account.engine("tts", error)
            account.close(error)
            sentences = []
            throw error
        }
    }

    private func audio() async throws -> [Int16]? {
        while true {
            guard let current = try sentence() else { return nil }
            if let samples = try await current.next(
                patience: patience, clock, tooSlow: Self.tooSlow, isolation: self)
            {
                return samples
            }
            account.engine("tts", nil)
            control.withLock { $0.current = nil }
        }
    }

    /// The sentence being spoken, begun here when it is the next one's turn.
    private func sentence() throws -> PendingResults<[Int16]>? {
        let (isCancelled, current) = control.withLock { ($0.isCancelled, $0.current) }
        if isCancelled { throw CancellationError() }
        if let current { return current }
        guard let request = sentences.popFirst() else { return nil }
        let results = begin(request)
        // cancelled in between: nobody else ends it
        let cancelledSince = control.withLock { control in
            control.current = results
            return control.isCancelled
        }
        if cancelledSince { results.finish(CancellationError()) }
        return results
    }

    private func begin(_ request: SynthesisRequest) -> PendingResults<[Int16]> {
        let results = PendingResults<[Int16]>()
        let converter = ReplyConverter(to: rate)
        let metrics = account.metrics
        let task = synthesizer.synthesize(request) { event in
            let output = converter.convert(event)
            if let failover = output.failover { metrics.failedOver("tts", failover) }
            if !output.samples.isEmpty { results.yield(output.samples) }
            switch output.end {
            case .finished: results.finish()
            case .failed(let error): results.finish(error)
            case .broke(let failover): results.finish(failover.error)
            case nil: break
            }
        }
        results.onEnd(cancel: task)
        return results
    }

    private static let tooSlow = EngineError(
        code: "tts.timeout", message: "the synthesiser did not go on in time.",
        hint: "Run `tom doctor`, or raise TTS_TIMEOUT_MS.", category: .timeout)
}
