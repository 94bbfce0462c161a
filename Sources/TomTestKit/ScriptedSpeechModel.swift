import Synchronization
public import TomConversation
public import TomEngines

/// A speech model whose halves are scripted; it keeps what it is told was heard.
public final class ScriptedSpeechModel: SpeechModel, SpeechModelCall {
    public let name = "scripted-speech"
    public let scriptedTranscriber: ScriptedTranscriber
    public let scriptedModel: ScriptedLanguageModel
    private let state = Mutex((truncations: [(ResponseID, Int)](), closes: 0, language: ""))

    /// One model, which is its own side of the one call it serves.
    public init(transcriber: ScriptedTranscriber, model: ScriptedLanguageModel) {
        scriptedTranscriber = transcriber
        scriptedModel = model
    }

    public func open(language: String, tools: [ToolDescription]) -> any SpeechModelCall {
        state.withLock { $0.language = language }
        return self
    }

    public var transcriber: any Transcriber { scriptedTranscriber }
    public var languageModel: any LanguageModel { scriptedModel }

    public func truncate(_ response: ResponseID, heardMs: Int) {
        state.withLock { $0.truncations.append((response, heardMs)) }
    }

    public func close() { state.withLock { $0.closes += 1 } }

    public var language: String { state.withLock { $0.language } }
    /// Milliseconds heard, for every truncation so far.
    public var truncations: [(ResponseID, Int)] { state.withLock { $0.truncations } }
    public var isClosed: Bool { state.withLock { $0.closes } > 0 }
}
