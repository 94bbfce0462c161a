import CSherpaOnnx
import TomEngines

/// A model for whole utterances that has been loaded. Used by one thread at a time: Whisper's decoder keeps its
/// language in it.
final class OfflineRecognizer {
    private let library: SherpaLibrary
    private let handle: UnsafeRawPointer
    private let strings: CStrings
    private var config: tom_sherpa_offline_config
    private let isWhisper: Bool
    private var language = ""
    private var languages: [String: UnsafePointer<CChar>] = [:]

    /// Loads the model, which takes seconds for a large one.
    /// - Throws: `stt.model_unusable`.
    init(_ library: SherpaLibrary, _ model: SpeechModel, threads: Int) throws(EngineError) {
        let strings = CStrings()
        var config = tom_sherpa_offline_config()
        config.features = tom_sherpa_features(sample_rate: 16_000, dimension: 80)
        config.tokens = strings(model.tokens)
        config.num_threads = Int32(clamping: threads)
        config.provider = strings("cpu")
        config.decoding_method = strings("greedy_search")
        config.max_active_paths = 4
        config.whisper_language = strings("")
        config.whisper_task = strings("transcribe")
        config.whisper_tail_paddings = -1
        var isWhisper = false
        switch model.kind {
        case .whisper(let encoder, let decoder):
            isWhisper = true
            config.whisper_encoder = strings(encoder)
            config.whisper_decoder = strings(decoder)
        case .moonshine(let preprocessor, let encoder, let uncached, let cached):
            config.moonshine_preprocessor = strings(preprocessor)
            config.moonshine_encoder = strings(encoder)
            config.moonshine_uncached_decoder = strings(uncached)
            config.moonshine_cached_decoder = strings(cached)
        case .moonshineMerged(let encoder, let decoder):
            config.moonshine_encoder = strings(encoder)
            config.moonshine_merged_decoder = strings(decoder)
        case .transducer, .zipformerCTC: preconditionFailure("\(model.kindName) streams")
        }
        guard let handle = library.offlineCreate(&config) else {
            throw .modelUnusable(.stt, model.folder, "sherpa-onnx does not take it.")
        }
        self.library = library
        self.handle = handle
        self.strings = strings
        self.config = config
        self.isWhisper = isWhisper
    }

    deinit { library.offlineDestroy(handle) }

    /// The words of `samples`, PCM at 16 kHz of ``UtteranceParts/longest`` at most.
    /// - Parameter language: a two-letter code that the model knows, or empty to let it guess: of another Whisper would
    ///   end the process.
    /// - Returns: `nil` when the library fails.
    func transcribe(_ samples: ArraySlice<Int16>, language: String) -> String? {
        if isWhisper, language != self.language {
            self.language = language
            if languages[language] == nil { languages[language] = strings(language) }
            config.whisper_language = languages[language]
            library.offlineSetConfig(handle, &config)
        }
        guard let stream = library.offlineStream(handle) else { return nil }
        defer { library.offlineStreamDestroy(stream) }
        let floats = samples.map { Float($0) / 32_768 }
        floats.withUnsafeBufferPointer { library.offlineAccept(stream, 16_000, $0.baseAddress, Int32($0.count)) }
        library.offlineDecode(handle, stream)
        guard let result = library.offlineResult(stream) else { return nil }
        defer { library.offlineResultDestroy(result) }
        return result.pointee.text.map { String(cString: $0) } ?? ""
    }
}
