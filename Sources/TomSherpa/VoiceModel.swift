import Foundation
import TomAudio
import TomEngines
import TomErrors

/// A voice for sherpa-onnx: its kind, recognised by its files, and what was read of them.
struct VoiceModel: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Piper and other VITS voices.
        case vits(lexicon: String?)
        /// Kokoro; `lexicons` comma-separated.
        case kokoro(voices: String, lexicons: String?)
    }

    let kind: Kind
    let model: String
    let tokens: String
    /// The voice of eSpeak NG by whose rules text becomes phonemes; `nil` where the voice reads text, letter by letter
    /// or with a lexicon.
    let spelling: String?
    let rate: SampleRate
    /// 1 or more.
    let speakers: Int
    /// What the model says it speaks.
    let language: String

    /// Looks at `path`, a folder or an `.onnx` file in one; loads nothing.
    /// - Throws: `tts.model_missing`, `tts.model_unusable`.
    init(path: String) throws(EngineError) {
        let isFile = path.lowercased().hasSuffix(".onnx")
        let folder = try ModelFolder(isFile ? (path as NSString).deletingLastPathComponent : path, stage: .tts)
        guard let model = isFile ? path : folder.onnx(".onnx") else {
            throw .modelUnusable(.tts, path, "it holds no .onnx file.")
        }
        let file = try OnnxFile(path: model, stage: .tts)
        try Self.check(file)
        self.model = model
        tokens = try folder.tokens()
        rate = try Self.rate(file)
        speakers = max(1, file.integer("n_speakers") ?? 1)
        language = file.metadata["language"] ?? file.metadata["voice"] ?? "en-us"
        kind = try Self.kind(file, folder)
        spelling = Self.spelling(file, kind)
    }

    private static func check(_ file: OnnxFile) throws(EngineError) {
        if file.metadata["sample_rate"] == nil, FileManager.default.fileExists(atPath: file.path + ".json") {
            throw EngineError(
                code: "tts.model_unusable",
                message:
                    "\(file.path) is a voice as Piper itself reads it, without the metadata that sherpa-onnx needs.",
                hint: "Set TTS_ENGINE=piper, or use the voice's `vits-piper-…` folder made for sherpa-onnx.",
                category: .server)
        }
        try file.require(["sample_rate", "n_speakers"], stage: .tts, kind: "a voice")
    }

    private static func rate(_ file: OnnxFile) throws(EngineError) -> SampleRate {
        let rate = SampleRate.supported.first { $0.hertz == file.integer("sample_rate") }
        guard let rate else {
            throw .modelUnusable(
                .tts, file.path, "its rate of \((file.metadata["sample_rate"] ?? "").prefix(12)) Hz is not supported.")
        }
        return rate
    }

    private static func kind(_ file: OnnxFile, _ folder: ModelFolder) throws(EngineError) -> Kind {
        if folder.has("voices.bin") { return try kokoro(file, folder) }
        try file.require(["language", "comment"], stage: .tts, kind: "a VITS voice")
        return .vits(lexicon: folder.has("lexicon.txt") ? folder.file("lexicon.txt") : nil)
    }

    private static func kokoro(_ file: OnnxFile, _ folder: ModelFolder) throws(EngineError) -> Kind {
        try file.require(["style_dim", "has_espeak"], stage: .tts, kind: "Kokoro")
        let voices = folder.file("voices.bin")
        let dimensions = file.list("style_dim").compactMap { Int($0) }
        let speakers = file.integer("n_speakers") ?? 0
        let size = (try? FileManager.default.attributesOfItem(atPath: voices)[.size] as? Int) ?? 0
        guard dimensions.count == 3, dimensions[1] == 1, dimensions.allSatisfy({ (1...100_000).contains($0) }),
            (1...100_000).contains(speakers), size == dimensions[0] * dimensions[2] * speakers * 4
        else { throw .modelUnusable(.tts, voices, "it is not of the size that \(file.path) says.") }
        let lexicons = folder.names.filter { $0.hasPrefix("lexicon") && $0.hasSuffix(".txt") }.map(folder.file)
        return .kokoro(voices: voices, lexicons: lexicons.isEmpty ? nil : lexicons.joined(separator: ","))
    }

    private static func spelling(_ file: OnnxFile, _ kind: Kind) -> String? {
        switch kind {
        case .vits(lexicon: .some), .kokoro(_, lexicons: .some): nil
        case .vits, .kokoro: file.metadata["frontend"] == "characters" ? nil : file.metadata["voice"] ?? "en-us"
        }
    }
}
