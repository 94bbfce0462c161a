import Foundation
import TomEngines

/// A speech-to-text model of sherpa-onnx: its kind, recognised by the files of its folder, and what was read of them.
struct SpeechModel: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Streaming Zipformer transducer (or Conformer, LSTM, of the same three files).
        case transducer(encoder: String, decoder: String, joiner: String)
        /// Streaming Zipformer with CTC.
        case zipformerCTC(String)
        /// Whisper, a whole utterance at a time.
        case whisper(encoder: String, decoder: String)
        /// Moonshine, a whole utterance at a time, in the files of its first release.
        case moonshine(preprocessor: String, encoder: String, uncachedDecoder: String, cachedDecoder: String)
        /// Moonshine with one decoder.
        case moonshineMerged(encoder: String, decoder: String)
    }

    let kind: Kind
    let folder: String
    let tokens: String
    /// Two-letter codes of the languages it knows; empty where the files do not say.
    let languages: [String]

    /// Whether it hears audio as it comes, and has words before the turn is over.
    var isStreaming: Bool {
        switch kind {
        case .transducer, .zipformerCTC: true
        case .whisper, .moonshine, .moonshineMerged: false
        }
    }

    /// What the kind is called by its makers.
    var kindName: String {
        switch kind {
        case .transducer: "streaming transducer"
        case .zipformerCTC: "streaming Zipformer CTC"
        case .whisper: "Whisper"
        case .moonshine, .moonshineMerged: "Moonshine"
        }
    }

    /// Looks into `folder`; loads nothing.
    /// - Throws: `stt.model_missing`, `stt.model_unusable`.
    init(folder path: String) throws(EngineError) {
        let folder = try ModelFolder(path, stage: .stt)
        guard let kind = Self.kind(folder) else {
            throw .modelUnusable(
                .stt, path,
                "it holds no streaming Zipformer (encoder, decoder and joiner, or one CTC model), Whisper or Moonshine."
            )
        }
        self.folder = path
        self.kind = kind
        tokens = try folder.tokens()
        languages = try Self.checkedLanguages(kind)
    }

    private static func kind(_ folder: ModelFolder) -> Kind? {
        let encoder = folder.onnx("encode", without: ["decode", "joiner"])
        let decoder = folder.onnx("decode", without: ["encode", "joiner", "cached", "merged"])
        if let encoder, let decoder, let joiner = folder.onnx("joiner") {
            return .transducer(encoder: encoder, decoder: decoder, joiner: joiner)
        }
        if let preprocessor = folder.onnx("preprocess"), let encoder,
            let uncached = folder.onnx("uncached_decode"),
            let cached = folder.onnx("cached_decode", without: ["uncached"])
        {
            return .moonshine(
                preprocessor: preprocessor, encoder: encoder, uncachedDecoder: uncached, cachedDecoder: cached)
        }
        if let encoder, let merged = folder.onnx("merged") {
            return .moonshineMerged(encoder: encoder, decoder: merged)
        }
        if let encoder, let decoder { return .whisper(encoder: encoder, decoder: decoder) }
        return (folder.onnx("ctc") ?? folder.onnx("model")).map { .zipformerCTC($0) }
    }

    // MARK: Metadata

    private static let zipformer = [
        "encoder_dims", "num_encoder_layers", "cnn_module_kernels", "left_context_len", "T", "decode_chunk_len",
    ]
    private static let transducers = [
        "zipformer2": zipformer, "zipformer": zipformer, "conformer": ["T", "decode_chunk_len"],
        "lstm": ["T", "decode_chunk_len"],
    ]
    private static let whisper = [
        "n_mels", "n_text_layer", "n_text_ctx", "n_text_state", "n_vocab", "sot", "eot", "blank_id", "translate",
        "transcribe", "is_multilingual", "no_timestamps", "no_speech", "sot_sequence",
    ]

    /// Looks into each file for what the library would end the process over.
    /// - Returns: the languages that the model says it knows.
    private static func checkedLanguages(_ kind: Kind) throws(EngineError) -> [String] {
        func open(_ path: String) throws(EngineError) -> OnnxFile { try OnnxFile(path: path, stage: .stt) }
        switch kind {
        case .transducer(let encoder, let decoder, let joiner):
            try check(transducer: try open(encoder))
            try (try open(decoder)).require(
                ["vocab_size", "context_size"], stage: .stt, kind: "a transducer's decoder")
            _ = try open(joiner)
            return []
        case .zipformerCTC(let model):
            try (try open(model)).require(zipformer, stage: .stt, kind: "a streaming Zipformer CTC model")
            return []
        case .whisper(let encoder, let decoder):
            _ = try open(decoder)
            return try whisperLanguages(try open(encoder))
        case .moonshine(let preprocessor, let encoder, let uncached, let cached):
            for file in [preprocessor, encoder, uncached, cached] { _ = try open(file) }
            return []
        case .moonshineMerged(let encoder, let decoder):
            for file in [encoder, decoder] { _ = try open(file) }
            return []
        }
    }

    private static func check(transducer encoder: OnnxFile) throws(EngineError) {
        try encoder.require(["model_type"], stage: .stt, kind: "a transducer's encoder")
        let type = encoder.metadata["model_type"] ?? ""
        guard let needed = transducers[type] else {
            throw .modelUnusable(.stt, encoder.path, "its type “\(type.prefix(40))” does not stream.")
        }
        try encoder.require(needed, stage: .stt, kind: "a streaming \(type)")
    }

    private static func whisperLanguages(_ encoder: OnnxFile) throws(EngineError) -> [String] {
        try encoder.require(whisper, stage: .stt, kind: "Whisper")
        guard encoder.integer("is_multilingual") == 1 else { return ["en"] }
        try encoder.require(
            ["all_language_tokens", "all_language_codes"], stage: .stt, kind: "a multilingual Whisper")
        return encoder.list("all_language_codes")
    }
}
