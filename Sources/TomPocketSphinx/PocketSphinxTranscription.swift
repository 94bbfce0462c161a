import Glibc
import Synchronization
import TomConversation
import TomEngines

/// One turn on its way through a recogniser.
final class PocketSphinxTranscription: Transcription {
    private struct State {
        /// Audio that the recogniser has not taken yet.
        var pending: [Int16] = []
        /// Samples taken so far and pending.
        var accepted = 0
        var isFinished = false
        var isCancelled = false
    }

    private let expectation: Expectation?
    private let configuration: PocketSphinxConfiguration
    private let pool: RecognizerPool
    private let workers: WorkerThreads
    private let onDroppedAudio: @Sendable (Int) -> Void
    private let deliver: @Sendable (TranscriptionEvent) -> Void
    private let state = Monitor(State())
    private let ticket = Mutex<WorkerThreads.Ticket?>(nil)

    private static let samplesPerSecond = 16_000
    /// Audio decoded between two looks at whether the turn is cancelled: 20 ms.
    private static let step = 320

    init(
        expectation: Expectation?, configuration: PocketSphinxConfiguration, pool: RecognizerPool,
        workers: WorkerThreads, onDroppedAudio: @escaping @Sendable (Int) -> Void,
        deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        self.expectation = expectation
        self.configuration = configuration
        self.pool = pool
        self.workers = workers
        self.onDroppedAudio = onDroppedAudio
        self.deliver = deliver
    }

    func start() {
        // Where no phrase is expected, nothing is to be recognised: `finish` answers.
        guard expectation != nil else { return }
        let ticket = workers.submit { self.run() }
        guard let ticket else { return deliver(.failed(.transcriptionBusy(waiting: configuration.maximumWaiting))) }
        self.ticket.withLock { $0 = ticket }
    }

    func append(_ samples: Span<Int16>) {
        let limit = configuration.maximumBufferedSeconds * Self.samplesPerSecond
        let turn = configuration.maximumTurnSeconds * Self.samplesPerSecond
        let dropped: Int = state.signal { state in
            guard expectation != nil, !state.isFinished, !state.isCancelled else { return 0 }
            state.accepted += samples.count
            // What is beyond the longest turn is not missed.
            guard state.accepted <= turn else { return 0 }
            let taken = max(0, min(samples.count, limit - state.pending.count))
            samples.extracting(first: taken).withUnsafeBufferPointer { state.pending.append(contentsOf: $0) }
            return samples.count - taken
        }
        if dropped > 0 { onDroppedAudio(dropped) }
    }

    func finish() {
        let isFirst = state.signal { state in
            defer { state.isFinished = true }
            return !state.isFinished && !state.isCancelled
        }
        if isFirst, expectation == nil { deliver(.final(Transcript(text: nil, language: "en"))) }
    }

    func cancel() {
        state.signal { state in
            state.isCancelled = true
            state.pending = []
        }
        if let ticket = ticket.withLock({ $0 }) { _ = workers.withdraw(ticket) }
    }
}

// On a worker's thread, which may block.
extension PocketSphinxTranscription {
    private var isCancelled: Bool { state.withLock { $0.isCancelled } }

    private func run() {
        guard !isCancelled else { return }
        guard let expectation, let grammar = pool.vocabulary.grammars[expectation] else { return }
        do throws(EngineError) {
            let recognizer = try pool.take()
            guard recognizer.start(expectation) else { throw .decodingFailed }
            let isWhole = listen(recognizer, grammar)
            recognizer.end()
            let hypothesis = recognizer.hypothesis
            pool.putBack(recognizer)
            if isWhole { deliver(.final(transcript(hypothesis))) }
        } catch {
            if !isCancelled { deliver(.failed(error)) }
        }
    }

    /// What the event loop has handed over since the last look.
    private enum Input {
        case audio([Int16])
        case end
        case cancelled
    }

    private func next() -> Input {
        let turn = configuration.maximumTurnSeconds * Self.samplesPerSecond
        return state.wait { state in
            if state.isCancelled { return .cancelled }
            // What is said is none of the phrases, however it goes on: the decoder is free for another caller at once.
            if state.accepted > turn { return .end }
            if !state.pending.isEmpty {
                let audio = state.pending
                state.pending = []
                return .audio(audio)
            }
            return state.isFinished ? .end : nil
        }
    }

    /// Feeds the recogniser until the turn's audio ends.
    /// - Returns: `false` when the turn was cancelled.
    private func listen(_ recognizer: Recognizer, _ grammar: SpeechGrammar) -> Bool {
        let interval = max(1, configuration.interimIntervalMs) * Self.samplesPerSecond / 1_000
        var untilInterim = interval
        var last: String?
        while true {
            switch next() {
            case .end: return true
            case .cancelled: return false
            case .audio(let audio):
                for start in stride(from: 0, to: audio.count, by: Self.step) {
                    guard start == 0 || !isCancelled else { return false }
                    let end = min(start + Self.step, audio.count)
                    recognizer.process(audio[start..<end])
                    untilInterim -= end - start
                }
                guard untilInterim <= 0 else { continue }
                untilInterim = interval
                deliverInterim(recognizer.hypothesis, grammar, &last)
            }
        }
    }

    /// Words so far, when they are new and sound like it.
    private func deliverInterim(_ hypothesis: Recognizer.Hypothesis, _ grammar: SpeechGrammar, _ last: inout String?) {
        guard isAccepted(hypothesis), hypothesis.text != last else { return }
        last = hypothesis.text
        deliver(.interim(text: hypothesis.text, turnComplete: grammar.completes(hypothesis.text)))
    }

    private func isAccepted(_ hypothesis: Recognizer.Hypothesis) -> Bool {
        hypothesis.isConfirmed && hypothesis.deviation.map { $0 <= limit } ?? false
    }

    private var limit: Double {
        expectation == .digits ? configuration.maximumDigitsDeviation : configuration.maximumDeviation
    }

    private func transcript(_ hypothesis: Recognizer.Hypothesis) -> Transcript {
        let limit = configuration.maximumTurnSeconds * Self.samplesPerSecond
        guard state.withLock({ $0.accepted }) <= limit else { return Transcript(text: nil, language: "en") }
        guard let deviation = hypothesis.deviation else {
            return Transcript(text: hypothesis.heardSpeech ? nil : "", language: "en")
        }
        guard isAccepted(hypothesis) else { return Transcript(text: nil, language: "en") }
        // One half at the limit, close to one where the phrase explains the audio as well as any sequence of sounds.
        let confidence = 1 / (1 + exp((deviation - self.limit) / 6))
        return Transcript(text: hypothesis.text, language: "en", confidence: confidence)
    }
}
