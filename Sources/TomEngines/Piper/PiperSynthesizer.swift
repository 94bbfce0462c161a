import Dispatch

/// Piper as programs of its own that stay, each with the voice in memory, and speak a sentence after the other.
///
/// A process and not the library: Piper is GPL-3, and a crash in it ends one process here, not the server. Piper makes
/// the whole of a sentence before it writes it; audio comes in the voice's rate, from a thread of this engine, in
/// order. Each request ends once: with `.finished`, or with `.failed` and one of `tts.not_installed`, `tts.no_voice`,
/// `tts.overloaded`, `tts.crashed`, `tts.timeout`, `tts.busy`, `tts.bad_output` and `tts.text_too_long`. See
/// docs/decisions/0013-piper-process.md.
public struct PiperSynthesizer: SpeechSynthesizer {
    public let name = "piper"
    public let configuration: PiperConfiguration
    private let pool: PiperPool
    private let workers: WorkerThreads

    public init(configuration: PiperConfiguration) {
        self.configuration = configuration
        pool = PiperPool(configuration)
        workers = WorkerThreads(
            limit: max(1, configuration.maximumProcesses), queueLimit: max(0, configuration.maximumWaiting))
    }

    /// The voice is the program's own, and so is its pace, which is set when it starts: the request's language, voices and
    /// speed play no part.
    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let synthesis = PiperSynthesis(configuration, pool, workers, deliver: deliver)
        do throws(EngineError) {
            let text = EspeakText.cleaned(request.text)
            guard text.count <= EspeakText.maximumLength else { throw .textTooLong }
            guard request.hasWords else {
                deliver(.finished)
                return synthesis
            }
            try synthesis.start(text)
        } catch {
            deliver(.failed(error))
        }
        return synthesis
    }

    /// Starts every process, and has one say a word. Call it once, before the first sentence.
    /// - Throws: what a sentence would fail with, and `tts.no_audio`.
    public func prepare() async throws(EngineError) {
        try pool.fill(max(1, configuration.maximumProcesses))
        try await sayWord(language: "en")
    }

    /// Ends every process and waits until all have ended; nothing is spoken afterwards.
    public func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                pool.close()
                continuation.resume()
            }
        }
    }

    /// How many sentences wait for a process, and how many are spoken at the moment.
    public var load: (waiting: Int, running: Int) { (workers.waitingCount, workers.runningCount) }
}
