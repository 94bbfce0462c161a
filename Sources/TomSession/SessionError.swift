public import TomErrors

/// Why a session could not be made or a journal not be used.
public enum SessionError: DescribedError, Equatable {
    case unknownAgent(String, known: [String])
    case unsupportedLanguage(String, agent: String)
    /// No text can be spoken: no engine is set up for it.
    case noSynthesizer
    /// Nothing said in this language can be written down.
    case noTranscriber(language: String)
    case journal(directory: String)
    case journalUnreadable(path: String, line: Int, why: String)

    public var code: String {
        switch self {
        case .unknownAgent: "session.unknown_agent"
        case .unsupportedLanguage: "session.unsupported_language"
        case .noSynthesizer: "session.no_synthesizer"
        case .noTranscriber: "session.no_transcriber"
        case .journal: "session.journal"
        case .journalUnreadable: "session.journal_unreadable"
        }
    }

    public var message: String {
        switch self {
        case .unknownAgent: "no agent of that name is loaded."
        case .unsupportedLanguage(let language, let agent): "the agent \(agent) does not speak \(language)."
        case .noSynthesizer: "no synthesiser is set up."
        case .noTranscriber(let language): "no transcriber is set up that knows \(language)."
        case .journal(let directory): "no journal can be written to \(directory)."
        case .journalUnreadable(let path, let line, let why): "\(path), line \(line): \(why)."
        }
    }

    public var hint: String? {
        switch self {
        case .unknownAgent(_, let known): "Use one of: \(known.joined(separator: ", "))."
        case .unsupportedLanguage: "Leave the language out, or name an agent of that language."
        case .noSynthesizer: "Set REALTIME_TTS on the server."
        case .noTranscriber: "Set REALTIME_STT and STT_ENGINE on the server, or name another language."
        case .journal: "Give --journal a directory that TOM may write to."
        case .journalUnreadable: "Use a file written by this version's `tom serve --journal`."
        }
    }

    public var category: ErrorCategory {
        switch self {
        case .unknownAgent, .unsupportedLanguage, .noSynthesizer, .noTranscriber, .journalUnreadable: .invalidRequest
        case .journal: .server
        }
    }
}
