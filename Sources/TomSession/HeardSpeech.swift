import Synchronization
import TomAudio
import TomConversation
import TomEngines
import TomErrors

/// A recording on its way through the transcriber, asked for utterance by utterance.
public actor HeardSpeech {
    /// What was said between two pauses.
    public struct Utterance: Sendable, Equatable {
        public let text: String
        /// Within the recording, in milliseconds.
        public let startMs: Int
        public let endMs: Int
        public init(text: String, startMs: Int, endMs: Int) {
            self.text = text
            self.startMs = startMs
            self.endMs = endMs
        }
    }

    /// BCP 47.
    public nonisolated let language: String

    private let transcriber: any Transcriber
    private let patience: Duration
    private let clock: any Clock<Duration>
    private let account: SpeechAccount
    private var reader: UtteranceReader
    private var turns = 0
    private let control = Mutex(Control())

    /// What is reached from any thread.
    private struct Control {
        var isCancelled = false
        var current: PendingResults<Transcript>?
    }

    init(
        _ wav: ArraySlice<UInt8>, _ transcriber: any Transcriber, language: String, patience: Duration,
        _ clock: any Clock<Duration>, _ account: SpeechAccount
    ) {
        reader = UtteranceReader(wav)
        self.transcriber = transcriber
        self.language = language
        self.patience = patience
        self.clock = clock
        self.account = account
    }

    deinit { account.close(CancellationError()) }

    /// Milliseconds of the recording read so far; at the end, its duration.
    public var durationMs: Int { reader.durationMs }

    /// Calls the work off; whoever waits for words gets `CancellationError`. From any thread.
    public nonisolated func cancel() {
        let current = control.withLock { control in
            control.isCancelled = true
            return control.current
        }
        current?.finish(CancellationError())
    }

    /// The next utterance that has words; `nil` at the end.
    /// - Throws: `AudioError` for what is no WAV file, `EngineError`, and `CancellationError` once cancelled.
    public func next() async throws -> Utterance? {
        do {
            let utterance = try await words()
            if utterance == nil { account.close(nil) }
            return utterance
        } catch {
            account.close(error)
            throw error
        }
    }

    private func words() async throws -> Utterance? {
        while true {
            if control.withLock({ $0.isCancelled }) { throw CancellationError() }
            switch try reader.next() {
            case .end: return nil
            // a long silence is read in pieces: others may run between them
            case .more: await Task.yield()
            case .utterance(let heard):
                let text = try await transcript(heard)
                guard !text.isEmpty else { continue }
                return Utterance(text: text, startMs: heard.startMs, endMs: heard.endMs)
            }
        }
    }

    private func transcript(_ heard: UtteranceReader.Utterance) async throws -> String {
        let results = begin(heard.samples)
        let isCancelled = control.withLock { control in
            control.current = results
            return control.isCancelled
        }
        if isCancelled { results.finish(CancellationError()) }
        do {
            // the engine has the whole utterance to work through
            let patience = patience + .milliseconds(heard.endMs - heard.startMs)
            let transcript = try await results.next(
                patience: patience, clock, tooSlow: Self.tooSlow, isolation: self)
            account.engine("stt", nil)
            return transcript?.text ?? ""
        } catch {
            account.engine("stt", error)
            throw error
        }
    }

    private func begin(_ samples: [Int16]) -> PendingResults<Transcript> {
        turns += 1
        var request = TranscriptionRequest(
            turn: TurnID(turns), language: language, expectation: .open, meter: account.account.usage.meter())
        // all of it comes at once
        request.isTakenOver = true
        let results = PendingResults<Transcript>()
        let metrics = account.metrics
        let task = transcriber.transcribe(request) { event in
            switch event {
            case .interim: break
            case .failedOver(let failover): metrics.failedOver("stt", failover)
            case .final(let transcript):
                results.yield(transcript)
                results.finish()
            case .failed(let error): results.finish(error)
            }
        }
        results.onEnd(cancel: task)
        task.append(samples.span)
        task.finish()
        return results
    }

    private static let tooSlow = EngineError(
        code: "stt.timeout", message: "the transcriber was not done with an utterance in time.",
        hint: "Run `tom doctor`, or raise STT_TIMEOUT_MS.", category: .timeout)
}
