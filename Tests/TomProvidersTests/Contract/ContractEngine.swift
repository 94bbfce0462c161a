import Testing

/// The engines that keep the contract.
enum ContractEngine: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case openAITranscriber, openAIModel, openAIVoice
    /// Piper's HTTP server.
    case piperServer
    /// Piper as a program that TOM runs.
    case piperProgram
    case deepgram
    case wyomingTranscriber, wyomingVoice
    case realtime

    enum Stage: String { case stt, llm, tts }

    var testDescription: String { rawValue }

    /// How its errors' codes begin.
    var stage: Stage {
        switch self {
        case .openAITranscriber, .deepgram, .wyomingTranscriber: .stt
        case .openAIModel, .realtime: .llm
        case .openAIVoice, .piperServer, .piperProgram, .wyomingVoice: .tts
        }
    }

    /// Its name in orders and errors.
    var name: String {
        switch self {
        case .openAITranscriber, .openAIModel, .openAIVoice: "openai"
        case .piperServer, .piperProgram: "piper"
        case .deepgram: "deepgram"
        case .wyomingTranscriber, .wyomingVoice: "wyoming"
        case .realtime: "openai-realtime"
        }
    }

    /// Why no other engine takes its place and no breaker leaves it alone; `nil` where they do.
    var standsAlone: String? {
        self == .realtime
            ? "a model that hears and speaks holds the call's dialogue: it stands alone in LLM_ENGINE" : nil
    }

    /// The engine behind HTTP that it is; `nil` when it is none.
    var provider: Provider? {
        switch self {
        case .openAITranscriber: .stt
        case .openAIModel: .llm
        case .openAIVoice: .tts
        case .piperServer: .piper
        default: nil
        }
    }

    /// The engine behind the Wyoming protocol that it is; `nil` when it is none.
    var wyoming: WyomingEngine? {
        switch self {
        case .wyomingTranscriber: .stt
        case .wyomingVoice: .tts
        default: nil
        }
    }

    /// What `fault` is to it.
    /// - Parameter gate: holds a server back until a part of its answer was passed on.
    func cell(_ fault: Fault, _ gate: Gate) -> Cell {
        if fault == .oddAudio, stage != .tts, self != .realtime {
            return .impossible("it answers with words, not audio")
        }
        if stage == .tts, fault == .splitUTF8 { return .impossible("its answer holds no text") }
        switch self {
        case .openAITranscriber, .openAIModel, .openAIVoice, .piperServer: return httpCell(fault, gate)
        case .wyomingTranscriber, .wyomingVoice: return wyomingCell(fault, gate)
        case .deepgram, .realtime: return webSocketCell(fault, gate)
        case .piperProgram: return programCell(fault)
        }
    }
}
