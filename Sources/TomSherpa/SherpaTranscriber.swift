public import TomEngines

/// Speech to text by sherpa-onnx in the process, with a model of ONNX Runtime.
///
/// Streaming models have words while the caller speaks: all calls share one model, and the steps of their turns are
/// decoded together. Whisper and Moonshine hear a turn when it is over, one after the other. The model is tried in a
/// process of its own before it is loaded, because the library ends the process over what it does not like.
///
/// Failures: `stt.library_missing`, `stt.library_version`, `stt.model_missing`, `stt.model_unusable` at the start,
/// `stt.busy`, `stt.language` and `stt.decoder_failed` of a single turn.
public struct SherpaTranscriber: Transcriber {
    public var name: String { "sherpa-onnx" }
    public let capabilities: TranscriberCapabilities
    public let configuration: SherpaTranscriberConfiguration
    /// Release and place of the library, and the kind of the model, for `tom doctor`.
    public let summary: String

    private enum Engine: Sendable {
        case streaming([DecodingLane])
        case utterances(UtteranceDecoder)
    }

    private let engine: Engine
    private let onDroppedAudio: @Sendable (Int) -> Void

    /// Tries the model in a process of its own, then loads it; takes seconds for a large model, on a thread of its own.
    /// - Parameters:
    ///   - trial: how to run that process.
    ///   - onDroppedAudio: told, on the call's event loop, how many samples a full buffer has just dropped.
    /// - Throws: `stt.library_missing`, `stt.library_version`, `stt.model_missing`, `stt.model_unusable`.
    public init(
        configuration: SherpaTranscriberConfiguration, trial: SherpaTrial.Program,
        onDroppedAudio: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws(EngineError) {
        self = try await onThread { () throws(EngineError) in
            let model = try SpeechModel(folder: configuration.model)
            let library = try SherpaLibrary(path: configuration.library, stage: .stt)
            try trial.run(.transcriber(configuration), stage: .stt, model: configuration.model, library: library)
            return try SherpaTranscriber(library, model, configuration, onDroppedAudio)
        }
    }

    init(
        _ library: SherpaLibrary, _ model: SpeechModel, _ configuration: SherpaTranscriberConfiguration,
        _ onDroppedAudio: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(EngineError) {
        self.configuration = configuration
        self.onDroppedAudio = onDroppedAudio
        capabilities = TranscriberCapabilities(languages: model.languages)
        summary = "sherpa-onnx \(library.version) (\(library.path)), \(model.kindName) model in \(model.folder)"
        let threads = max(1, configuration.threads)
        if model.isStreaming {
            let recognizer = try OnlineRecognizer(library, model)
            // A lane that begins anew may wait for the thread that it has just given back.
            let workers = WorkerThreads(limit: threads, queueLimit: threads)
            engine = .streaming((0..<threads).map { _ in DecodingLane(recognizer, workers: workers) })
        } else {
            engine = .utterances(
                UtteranceDecoder(
                    try OfflineRecognizer(library, model, threads: threads),
                    maximumWaiting: max(1, configuration.maximumTurns)))
        }
    }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        let language = request.language.primaryLanguage
        let isKnown = knows(language)
        switch engine {
        case .streaming(let lanes):
            let counts = lanes.map(\.count)
            let lane = zip(lanes, counts).min { $0.1 < $1.1 }?.0 ?? lanes[0]
            let turn = StreamingTranscription(
                lane: lane, configuration: configuration, language: language, isTakenOver: request.isTakenOver,
                onDroppedAudio: onDroppedAudio, deliver: deliver)
            if !isKnown {
                turn.refuse(.sherpaLanguage(request.language))
            } else if counts.reduce(0, +) >= configuration.maximumTurns {
                turn.refuse(.sherpaBusy(.stt, waiting: configuration.maximumTurns))
            } else {
                lane.add(turn)
            }
            return turn
        case .utterances(let decoder):
            let known = capabilities.languages.isEmpty ? "" : language
            let turn = UtteranceTranscription(
                decoder: decoder, configuration: configuration, language: known, deliver: deliver)
            if !isKnown { turn.refuse(.sherpaLanguage(request.language)) }
            return turn
        }
    }

    /// Whether the model knows `language`, a BCP 47 code, or does not say what it knows.
    public func knows(_ language: String) -> Bool {
        capabilities.languages.isEmpty || capabilities.languages.contains(language.primaryLanguage)
    }

    /// - Parameter languages: BCP 47 codes.
    /// - Throws: `stt.language` when the model knows none of them.
    public func check(anyOf languages: [String]) throws(EngineError) {
        guard let first = languages.first, !languages.contains(where: knows) else { return }
        throw .sherpaLanguage(first)
    }

    /// Turns that are being heard, or that wait for it.
    public var load: Int {
        switch engine {
        case .streaming(let lanes): lanes.reduce(0) { $0 + $1.count }
        case .utterances(let decoder): decoder.workers.waitingCount + decoder.workers.runningCount
        }
    }
}
