import Synchronization
import TomAudio
import TomEngines

/// One sentence on its way through a voice.
final class SherpaSynthesis: EngineTask {
    private struct State {
        var ticket: WorkerThreads.Ticket?
        var isOver = false
    }

    private let voice: Voice
    private let speller: Speller
    private let configuration: SherpaSynthesizerConfiguration
    private let deadline: ContinuousClock.Instant
    private let workers: WorkerThreads
    private let deliver: @Sendable (SynthesisEvent) -> Void
    private let state = Mutex(State())

    init(
        voice: Voice, speller: Speller, configuration: SherpaSynthesizerConfiguration, workers: WorkerThreads,
        deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) {
        self.voice = voice
        self.speller = speller
        self.configuration = configuration
        deadline = .now + .milliseconds(configuration.timeoutMs)
        self.workers = workers
        self.deliver = deliver
    }

    func start(_ text: String, speed: Double) throws(EngineError) {
        guard let ticket = workers.submit({ self.speak(text, speed: speed) }) else {
            throw .sherpaBusy(.tts, waiting: configuration.maximumWaiting)
        }
        state.withLock { $0.ticket = ticket }
    }

    func cancel() {
        let ticket = state.withLock { state in
            state.isOver = true
            return state.ticket
        }
        if let ticket { _ = workers.withdraw(ticket) }
    }
}

// On a worker's thread, which may block.
extension SherpaSynthesis {
    private var isOver: Bool { state.withLock { $0.isOver } }

    private func speak(_ text: String, speed: Double) {
        guard !isOver else { return }
        let timeout = EngineError.sherpaTimeout(.milliseconds(configuration.timeoutMs))
        guard ContinuousClock.now < deadline else { return end(.failed(timeout)) }
        let rate = voice.model.rate
        let limit = SherpaSynthesizerConfiguration.maximumAudioSeconds * rate.hertz
        var samples = 0
        var failure: EngineError?
        do throws(EngineError) {
            let words = try speller.words(text, until: deadline)
            guard !isOver else { return }
            try voice.say(words, speaker: configuration.speaker, speed: speed) { audio in
                guard !self.isOver else { return false }
                samples += audio.count
                if samples > limit { failure = .sherpaBadAudio("it is longer than any sentence") }
                if ContinuousClock.now >= self.deadline { failure = timeout }
                guard failure == nil else { return false }
                self.deliver(.audio(audio, rate: rate))
                return true
            }
            end(failure.map { .failed($0) } ?? .finished)
        } catch {
            end(.failed(error))
        }
    }

    private func end(_ event: SynthesisEvent) {
        let isWanted = state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
        if isWanted { deliver(event) }
    }
}
