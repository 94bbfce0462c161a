public import TomEngines

/// Text to speech by sherpa-onnx in the process: voices of Piper (VITS) and Kokoro.
///
/// Audio has the voice's rate and is delivered, from a thread of this engine, after each part of the text that ends
/// like a sentence. A run of the model cannot be broken off: what is cancelled meanwhile is dropped when it ends. The
/// voice is tried in a process of its own before it is loaded, because the library ends the process over what it does
/// not like.
///
/// Since release 2 the library does not know how words sound: eSpeak NG tells it, one process for a sentence, as it is
/// GPL-3. A voice's speakers have numbers and no names: the speaker is the configured one, whatever voice a client prefers.
///
/// Failures: `tts.library_missing`, `tts.library_version`, `tts.model_missing`, `tts.model_unusable`, `tts.speaker`,
/// `tts.not_installed` at the start, `tts.busy`, `tts.timeout`, `tts.phonemes`, `tts.bad_audio` and `tts.text_too_long`
/// of a single sentence.
public struct SherpaSynthesizer: SpeechSynthesizer {
    public var name: String { "sherpa-onnx" }
    public let configuration: SherpaSynthesizerConfiguration
    /// Release and place of the library, and the voice, for `tom doctor`.
    public let summary: String
    /// The language of the voice as far as it is known, a two-letter code.
    public var language: String? {
        voice.model.spelling?.primaryLanguage
    }

    private let voice: Voice
    private let speller: Speller
    private let workers: WorkerThreads

    /// Tries the voice in a process of its own, then loads it; takes seconds for a large one, on a thread of its own.
    /// - Parameter trial: how to run that process.
    /// - Throws: `tts.library_missing`, `tts.library_version`, `tts.model_missing`, `tts.model_unusable`,
    ///   `tts.speaker`.
    public init(
        configuration: SherpaSynthesizerConfiguration, trial: SherpaTrial.Program
    ) async throws(EngineError) {
        self = try await onThread { () throws(EngineError) in
            let model = try VoiceModel(path: configuration.voice)
            let library = try SherpaLibrary(path: configuration.library, stage: .tts)
            try trial.run(.synthesizer(configuration), stage: .tts, model: configuration.voice, library: library)
            return try SherpaSynthesizer(library, model, configuration)
        }
    }

    init(
        _ library: SherpaLibrary, _ model: VoiceModel, _ configuration: SherpaSynthesizerConfiguration
    ) throws(EngineError) {
        self.configuration = configuration
        voice = try Voice(library, model)
        speller = Speller(model, configuration)
        try voice.check(speller, speaker: configuration.speaker)
        workers = WorkerThreads(
            limit: max(1, configuration.threads), queueLimit: max(0, configuration.maximumWaiting))
        let kind = if case .kokoro = model.kind { "Kokoro" } else { "VITS" }
        summary = """
            sherpa-onnx \(library.version) (\(library.path)), \(kind) voice \(model.model), \(model.language), \
            speaker \(configuration.speaker) of \(model.speakers), \(model.rate)
            """
    }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        let synthesis = SherpaSynthesis(
            voice: voice, speller: speller, configuration: configuration, workers: workers, deliver: deliver)
        let text = EspeakText.cleaned(request.text)
        do throws(EngineError) {
            guard text.count <= EspeakText.maximumLength else { throw .textTooLong }
            // Marks alone make no sound, and the library would write them into the log.
            if text.contains(where: { $0.isLetter || $0.isNumber }) {
                try synthesis.start(text, speed: request.speed)
            } else {
                deliver(.finished)
            }
        } catch {
            deliver(.failed(error))
        }
        return synthesis
    }

    /// How many sentences wait for a thread, and how many are spoken at the moment.
    public var load: (waiting: Int, running: Int) { (workers.waitingCount, workers.runningCount) }
}
