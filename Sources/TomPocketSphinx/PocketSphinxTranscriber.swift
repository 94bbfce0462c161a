public import TomConversation
public import TomEngines

/// PocketSphinx in the process, hearing the phrases of a grammar and rejecting all other speech.
///
/// English only. Each running transcription has a thread and a recogniser of its own; both are bounded, and made when
/// first needed. Speech that is none of the grammar's phrases ends as a transcript without text, to be kept as audio.
/// Failures: `stt.model_missing`, `stt.model_unusable`, `stt.grammar_unusable`, `stt.temporary_file` at the start,
/// `stt.busy`, `stt.language` and `stt.decoder_failed` of a single turn.
public struct PocketSphinxTranscriber: Transcriber {
    public let name = "pocketsphinx"
    public let capabilities = TranscriberCapabilities(languages: ["en"], readsAudio: true)
    public let configuration: PocketSphinxConfiguration
    /// Phrases that will not be heard, because the dictionary does not have all their words. Worth a warning at the
    /// start.
    public var droppedPhrases: [Expectation: [DroppedPhrase]] { pool.vocabulary.dropped }

    private let pool: RecognizerPool
    private let workers: WorkerThreads
    private let onDroppedAudio: @Sendable (Int) -> Void

    /// Reads the dictionary; makes no decoder yet.
    /// - Parameters:
    ///   - grammars: what may be said in answer to each kind of question; `.open` stands in for kinds that are
    ///     missing.
    ///   - onDroppedAudio: told, on the call's event loop, how many samples a full buffer has just dropped.
    /// - Throws: `stt.model_missing`, `stt.model_unusable`.
    public init(
        configuration: PocketSphinxConfiguration = PocketSphinxConfiguration(),
        grammars: [Expectation: SpeechGrammar], onDroppedAudio: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(EngineError) {
        try AcousticModel.check(configuration.modelPath)
        let vocabulary = try Vocabulary(grammars: grammars, dictionaryPath: configuration.dictionaryPath)
        self.configuration = configuration
        self.onDroppedAudio = onDroppedAudio
        pool = RecognizerPool(vocabulary: vocabulary, modelPath: configuration.modelPath)
        workers = WorkerThreads(
            limit: max(1, configuration.maximumDecoders), queueLimit: max(0, configuration.maximumWaiting))
    }

    /// Makes one recogniser, so that the first caller does not wait for it, and finds out whether model and grammars
    /// work.
    /// - Throws: `stt.model_unusable`, `stt.grammar_unusable`, `stt.temporary_file`, `stt.busy`.
    public func prepare() async throws(EngineError) {
        let pool = pool
        let limit = configuration.maximumWaiting
        let failure = await withCheckedContinuation { (continuation: CheckedContinuation<EngineError?, Never>) in
            let ticket = workers.submit {
                do throws(EngineError) {
                    pool.putBack(try pool.take())
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            }
            if ticket == nil { continuation.resume(returning: .transcriptionBusy(waiting: limit)) }
        }
        if let failure { throw failure }
    }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        let transcription = PocketSphinxTranscription(
            expectation: expectation(for: request), configuration: configuration, pool: pool, workers: workers,
            onDroppedAudio: onDroppedAudio, deliver: deliver)
        if request.language.primaryLanguage == "en" {
            transcription.start()
        } else {
            deliver(.failed(.languageUnsupported(request.language)))
        }
        return transcription
    }

    /// The kind of grammar to listen with; `nil` when there is nothing to hear and all speech is kept as audio.
    private func expectation(for request: TranscriptionRequest) -> Expectation? {
        let grammars = pool.vocabulary.grammars
        if grammars[request.expectation] != nil { return request.expectation }
        if request.expectation.keepsAudio { return nil }
        return grammars[.open] == nil ? nil : .open
    }

    /// How many transcriptions wait for a recogniser, and how many run at the moment.
    public var load: (waiting: Int, running: Int) { (workers.waitingCount, workers.runningCount) }
}
