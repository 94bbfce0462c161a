import TomConversation
import TomEngines
import TomErrors

extension EngineFailure {
    /// What the caller's client is told of an engine's failure: its code, and a sentence of ours. The error's own words may name
    /// paths and hosts of this house; they go to the log.
    init(_ error: EngineError) {
        self.init(code: error.code, message: "The \(Self.stage(error.code)) \(Self.fault(error)).")
    }

    private static func stage(_ code: String) -> String {
        switch code.prefix(while: { $0 != "." }) {
        case "stt": "speech recognition"
        case "llm": "language model"
        case "tts": "speech synthesis"
        default: "engine"
        }
    }

    private static func fault(_ error: EngineError) -> String {
        switch error.category {
        case .authentication, .authorization: "was refused by its provider"
        case .rateLimit, .quota: "is overloaded"
        case .connectivity: "cannot be reached"
        case .timeout: "did not answer in time"
        case .invalidRequest, .server, .cancelled: "failed"
        }
    }
}
