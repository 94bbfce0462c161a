import TomEngines
import TomErrors

extension EngineError {
    static func modelMissing(path: String) -> EngineError {
        EngineError(
            code: "stt.model_missing", message: "PocketSphinx's English model is not at \(path).",
            hint: "Install it with `apt-get install pocketsphinx-en-us`, or configure its path.", category: .server)
    }

    static func modelUnusable(path: String) -> EngineError {
        EngineError(
            code: "stt.model_unusable", message: "PocketSphinx cannot load the model at \(path).",
            hint: "Install it again with `apt-get install --reinstall pocketsphinx-en-us`.", category: .server)
    }

    static var temporaryFile: EngineError {
        EngineError(
            code: "stt.temporary_file",
            message: "The recogniser's dictionary cannot be written to the temporary folder.",
            hint: "Check TMPDIR and the free space.", category: .quota)
    }

    static func grammarUnusable(_ name: String) -> EngineError {
        EngineError(
            code: "stt.grammar_unusable", message: "PocketSphinx does not take the grammar for \(name).",
            hint: "Check the phrases of the agent file.", category: .server)
    }

    static func transcriptionBusy(waiting: Int) -> EngineError {
        EngineError(
            code: "stt.busy", message: "\(waiting) turns wait for a recogniser already.",
            hint: "Allow more decoders or fewer calls.", category: .rateLimit)
    }

    static func languageUnsupported(_ language: String) -> EngineError {
        EngineError(
            code: "stt.language", message: "PocketSphinx has no model for the language \(language.prefix(12)).",
            hint: "Configure a speech-to-text provider for it.", category: .invalidRequest)
    }

    static var decodingFailed: EngineError {
        EngineError(
            code: "stt.decoder_failed", message: "PocketSphinx could not decode a turn.", hint: nil, category: .server)
    }
}
