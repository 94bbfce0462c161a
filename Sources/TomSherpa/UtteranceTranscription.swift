import Synchronization
import TomEngines

/// One turn that is heard when it is over.
final class UtteranceTranscription: Transcription {
    private struct State {
        var samples: [Int16] = []
        var ticket: WorkerThreads.Ticket?
        var isFinished = false
        var isCancelled = false
    }

    private let decoder: UtteranceDecoder
    private let limit: Int
    private let language: String
    private let deliver: @Sendable (TranscriptionEvent) -> Void
    private let state = Mutex(State())

    init(
        decoder: UtteranceDecoder, configuration: SherpaTranscriberConfiguration, language: String,
        deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) {
        self.decoder = decoder
        limit = configuration.maximumTurnSeconds * 16_000
        self.language = language
        self.deliver = deliver
    }

    func append(_ samples: Span<Int16>) {
        state.withLock { state in
            guard !state.isFinished, !state.isCancelled else { return }
            let count = min(samples.count, limit - state.samples.count)
            samples.extracting(first: count).withUnsafeBufferPointer { state.samples.append(contentsOf: $0) }
        }
    }

    func finish() {
        let isFirst = state.withLock { state in
            defer { state.isFinished = true }
            return !state.isFinished && !state.isCancelled
        }
        guard isFirst else { return }
        guard let ticket = decoder.workers.submit({ self.run() }) else {
            return deliver(.failed(.sherpaBusy(.stt, waiting: decoder.maximumWaiting)))
        }
        state.withLock { $0.ticket = ticket }
    }

    func cancel() {
        let ticket = state.withLock { state in
            state.isCancelled = true
            state.samples = []
            return state.ticket
        }
        if let ticket { _ = decoder.workers.withdraw(ticket) }
    }

    /// Ends the turn before it began.
    func refuse(_ error: EngineError) {
        cancel()
        deliver(.failed(error))
    }
}

// On the decoder's thread, which may block.
extension UtteranceTranscription {
    private var isCancelled: Bool { state.withLock { $0.isCancelled } }

    private func run() {
        let samples: [Int16] = state.withLock { state in
            defer { state.samples = [] }
            return state.samples
        }
        var words: [String] = []
        for range in UtteranceParts.ranges(samples) {
            guard !isCancelled else { return }
            guard let text = decoder.transcribe(samples[range], language: language) else {
                return end(.failed(.sherpaDecoding))
            }
            words.append(HeardText.cleaned(text))
        }
        let text = words.filter { !$0.isEmpty }.joined(separator: " ")
        end(.final(Transcript(text: text, language: language.isEmpty ? nil : language)))
    }

    private func end(_ event: TranscriptionEvent) {
        if !isCancelled { deliver(event) }
    }
}

/// A model for whole utterances with the one thread that uses it.
final class UtteranceDecoder: Sendable {
    /// Unchecked, because only the thread of `workers` reaches it.
    private struct Loaded: @unchecked Sendable {
        let recognizer: OfflineRecognizer
    }

    let workers: WorkerThreads
    let maximumWaiting: Int
    private let loaded: Loaded

    init(_ recognizer: sending OfflineRecognizer, maximumWaiting: Int) {
        loaded = Loaded(recognizer: recognizer)
        self.maximumWaiting = maximumWaiting
        workers = WorkerThreads(limit: 1, queueLimit: maximumWaiting)
    }

    /// Called on the thread of ``workers`` only.
    fileprivate func transcribe(_ samples: ArraySlice<Int16>, language: String) -> String? {
        loaded.recognizer.transcribe(samples, language: language)
    }
}
