import Synchronization
import TomEngines

/// One turn on its way through a streaming model.
final class StreamingTranscription: Transcription {
    private struct State {
        /// Audio that the lane has not taken yet.
        var pending: [Int16] = []
        /// Samples taken so far and pending.
        var accepted = 0
        var isFinished = false
        var isCancelled = false
    }

    /// Where the lane's thread is with the turn. Unchecked, because that thread is its only user.
    private final class Hearing: @unchecked Sendable {
        var stream: OnlineRecognizer.Stream?
        var text = ""
        var isFinished = false
    }

    private let lane: DecodingLane
    private let limit: Int
    private let turnLimit: Int
    private let language: String
    private let onDroppedAudio: @Sendable (Int) -> Void
    private let deliver: @Sendable (TranscriptionEvent) -> Void
    private let state = Mutex(State())
    private let hearing = Hearing()

    /// Audio that is worth waking a thread for: 100 ms. Models take steps of 160 ms and more.
    private static let portion = 1_600

    init(
        lane: DecodingLane, configuration: SherpaTranscriberConfiguration, language: String, isTakenOver: Bool,
        onDroppedAudio: @escaping @Sendable (Int) -> Void, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        self.lane = lane
        turnLimit = configuration.maximumTurnSeconds * 16_000
        limit = isTakenOver ? turnLimit : configuration.maximumBufferedSeconds * 16_000
        self.language = language
        self.onDroppedAudio = onDroppedAudio
        self.deliver = deliver
    }

    func append(_ samples: Span<Int16>) {
        let (dropped, wakes): (Int, Bool) = state.withLock { state in
            guard !state.isFinished, !state.isCancelled else { return (0, false) }
            // What is beyond the longest turn is not missed.
            let wanted = min(samples.count, turnLimit - state.accepted)
            let taken = min(wanted, limit - state.pending.count)
            state.accepted += taken
            let before = state.pending.count
            samples.extracting(first: taken).withUnsafeBufferPointer { state.pending.append(contentsOf: $0) }
            return (wanted - taken, before < Self.portion && state.pending.count >= Self.portion)
        }
        if dropped > 0 { onDroppedAudio(dropped) }
        if wakes { lane.wake() }
    }

    func finish() {
        let isFirst = state.withLock { state in
            defer { state.isFinished = true }
            return !state.isFinished && !state.isCancelled
        }
        if isFirst { lane.wake() }
    }

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.pending = []
        }
        lane.wake()
    }

    /// Ends the turn before it began.
    func refuse(_ error: EngineError) {
        state.withLock { $0.isCancelled = true }
        deliver(.failed(error))
    }
}

// On the lane's thread, which may block.
extension StreamingTranscription {
    /// What the lane does with a turn next.
    enum Progress {
        /// The stream has enough audio for a step.
        case ready(OnlineRecognizer.Stream)
        case waiting
        /// The turn is over: the lane forgets it, and then reports the event, if any.
        case over(TranscriptionEvent?)
    }

    /// Hands new audio to the model.
    func advance(_ recognizer: OnlineRecognizer) -> Progress {
        let input: (audio: [Int16], isFinished: Bool)? = state.withLock { state in
            if state.isCancelled { return nil }
            let audio = state.pending
            state.pending = []
            return (audio, state.isFinished)
        }
        guard let input else {
            hearing.stream = nil
            return .over(nil)
        }
        if hearing.stream == nil { hearing.stream = OnlineRecognizer.Stream(recognizer) }
        guard let stream = hearing.stream else { return .over(.failed(.sherpaDecoding)) }
        if !input.audio.isEmpty { stream.accept(input.audio) }
        if input.isFinished, !hearing.isFinished {
            hearing.isFinished = true
            stream.finish()
        }
        if stream.isReady { return .ready(stream) }
        return hearing.isFinished ? end(stream) : .waiting
    }

    /// Reports words that are new after a step.
    func stepped(_ stream: OnlineRecognizer.Stream) {
        guard !hearing.isFinished, let heard = stream.text else { return }
        let text = HeardText.cleaned(heard)
        guard !text.isEmpty, text != hearing.text, !state.withLock({ $0.isCancelled }) else { return }
        hearing.text = text
        deliver(.interim(text: text, turnComplete: nil))
    }

    private func end(_ stream: OnlineRecognizer.Stream) -> Progress {
        let text = stream.text
        hearing.stream = nil
        guard let text else { return .over(.failed(.sherpaDecoding)) }
        return .over(.final(Transcript(text: HeardText.cleaned(text), language: language)))
    }

    /// Reports the turn's end, after the lane has forgotten it.
    func report(_ event: TranscriptionEvent) {
        if !state.withLock({ $0.isCancelled }) { deliver(event) }
    }
}
