import Foundation
import TomAudio
import TomEngines
import TomErrors

/// A voice for sherpa-onnx: its kind, recognised by its files, and what was read of them.
struct VoiceModel: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Piper and other VITS voices; `lexicon` where words are looked up rather than spelt by eSpeak NG's rules.
        case vits(lexicon: String?)
        /// Kokoro; `lexicons` comma-separated, `language` for eSpeak NG.
        case kokoro(voices: String, lexicons: String?, language: String)
    }

    let kind: Kind
    let model: String
    let tokens: String
    /// eSpeak NG's data, where the voice is spelt by its rules.
    let espeakData: String?
    let rate: SampleRate
    /// 1 or more.
    let speakers: Int
    /// What the model says it speaks.
    let language: String

    /// Debian's package `espeak-ng-data`.
    private static let usualData = [
        "/usr/lib/x86_64-linux-gnu/espeak-ng-data", "/usr/lib/aarch64-linux-gnu/espeak-ng-data",
        "/usr/share/espeak-ng-data",
    ]

    /// Looks at `path`, a folder or an `.onnx` file in one; loads nothing.
    /// - Throws: `tts.model_missing`, `tts.model_unusable`.
    init(path: String) throws(EngineError) {
        let isFile = path.lowercased().hasSuffix(".onnx")
        let folder = try ModelFolder(isFile ? (path as NSString).deletingLastPathComponent : path, stage: .tts)
        guard let model = isFile ? path : folder.onnx("") else {
            throw .modelUnusable(.tts, path, "it holds no .onnx file.")
        }
        let file = try OnnxFile(path: model, stage: .tts)
        try Self.check(file)
        self.model = model
        tokens = try folder.tokens()
        rate = try Self.rate(file)
        speakers = max(1, file.integer("n_speakers") ?? 1)
        language = file.metadata["language"] ?? file.metadata["voice"] ?? "en-us"
        espeakData = Self.espeakData(folder)
        kind = try Self.kind(file, folder, data: espeakData)
    }

    private static func check(_ file: OnnxFile) throws(EngineError) {
        if file.metadata["sample_rate"] == nil, FileManager.default.fileExists(atPath: file.path + ".json") {
            throw EngineError(
                code: "tts.model_unusable",
                message: "\(file.path) is a voice as Piper itself reads it, without the metadata that sherpa-onnx needs.",
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

    /// The voice's own data, else the system's.
    private static func espeakData(_ folder: ModelFolder) -> String? {
        ([folder.file("espeak-ng-data")] + usualData)
            .first { FileManager.default.fileExists(atPath: $0 + "/phontab") }
    }

    private static func kind(
        _ file: OnnxFile, _ folder: ModelFolder, data: String?
    ) throws(EngineError) -> Kind {
        if folder.has("voices.bin") { return try kokoro(file, folder, data: data) }
        try file.require(["language", "comment"], stage: .tts, kind: "a VITS voice")
        if file.metadata["frontend"] == "characters" { return .vits(lexicon: nil) }
        if folder.has("lexicon.txt") { return .vits(lexicon: folder.file("lexicon.txt")) }
        guard data != nil else { throw missingData(file) }
        return .vits(lexicon: nil)
    }

    private static func kokoro(
        _ file: OnnxFile, _ folder: ModelFolder, data: String?
    ) throws(EngineError) -> Kind {
        try file.require(["style_dim", "has_espeak"], stage: .tts, kind: "Kokoro")
        guard data != nil else { throw missingData(file) }
        let voices = folder.file("voices.bin")
        let dimensions = file.list("style_dim").compactMap { Int($0) }
        let speakers = file.integer("n_speakers") ?? 0
        let size = (try? FileManager.default.attributesOfItem(atPath: voices)[.size] as? Int) ?? 0
        guard dimensions.count == 3, dimensions[1] == 1, dimensions.allSatisfy({ (1...100_000).contains($0) }),
            (1...100_000).contains(speakers), size == dimensions[0] * dimensions[2] * speakers * 4
        else { throw .modelUnusable(.tts, voices, "it is not of the size that \(file.path) says.") }
        let lexicons = folder.names.filter { $0.hasPrefix("lexicon") && $0.hasSuffix(".txt") }.map(folder.file)
        return .kokoro(
            voices: voices, lexicons: lexicons.isEmpty ? nil : lexicons.joined(separator: ","),
            language: file.metadata["voice"] ?? "en-us")
    }

    private static func missingData(_ file: OnnxFile) -> EngineError {
        EngineError(
            code: "tts.model_unusable", message: "\(file.path) needs eSpeak NG's data, which is not beside it and not installed.",
            hint: "Install it with `apt-get install espeak-ng-data`, or put the folder espeak-ng-data beside the voice.",
            category: .server)
    }
}
