import Foundation
import TomEngines
import TomErrors
import TomProbe

/// Checks of the agent and of the engine of each stage.
struct EngineChecks {
    let engines: Settings.Engines
    /// The agent's language, BCP 47.
    let language: String

    /// One finding a stage; the speech stage says a word.
    func findings() async -> [Finding] { [stt, llm, await tts()] }

    /// Reads the agent file; the language is English when it cannot be read.
    static func agent(file: String?) -> (finding: Finding, language: String) {
        do {
            let agent = try load(file)
            let source = file ?? "built in"
            return (.ok("agent", "\(agent.name), language \(agent.language) (\(source))"), agent.language)
        } catch {
            let fix = error.hint ?? "Correct the file, or remove AGENT_FILE to use the built-in English receptionist."
            return (.failed("agent", error.message, fix: fix), "en")
        }
    }

    private static func load(_ file: String?) throws(EngineError) -> Agent {
        guard let file else { return try Agent.bundled(language: "en") }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw EngineError(
                code: "agent.unreadable", message: "the agent file \(file) cannot be read",
                hint: "Check AGENT_FILE and that this user may read the file.", category: .invalidRequest)
        }
        return try Agent.load(yaml: [UInt8](data), source: file)
    }

    private var stt: Finding {
        switch engines.stt {
        case .off:
            return .warning(
                "stt", "speech to text is off: typed text and keys only", fix: "Set REALTIME_STT=local to hear callers."
            )
        case .mock:
            return .warning(
                "stt", "the mock understands the same words whatever is said", fix: "Set REALTIME_STT=local.")
        case .local: break
        }
        guard language.lowercased().hasPrefix("en") else {
            return .failed(
                "stt", "PocketSphinx has an English model only, and the agent speaks “\(language)”",
                fix:
                    "Set REALTIME_STT=off: typed text, keys and speech output work in “\(language)”. To hear callers in it, "
                    + "REALTIME_STT=provider is needed, which this version does not have yet.")
        }
        let directory = engines.pocketSphinxModelDir
        let missing = [
            "en-us/mdef", "en-us/means", "en-us/variances", "en-us/transition_matrices", "cmudict-en-us.dict",
        ]
        .filter { !FileManager.default.isReadableFile(atPath: "\(directory)/\($0)") }
        guard missing.isEmpty else {
            return .failed(
                "stt", "PocketSphinx's model is incomplete: \(directory) lacks \(missing.joined(separator: ", "))",
                fix: "Run apt-get install pocketsphinx-en-us, or set STT_POCKETSPHINX_MODEL_DIR.")
        }
        return .ok("stt", "PocketSphinx, model in \(directory), at most \(engines.pocketSphinxMaxDecoders) decoders")
    }

    private var llm: Finding {
        switch engines.llm {
        case .off: .warning("llm", "the language model is off: TOM answers nothing", fix: "Set REALTIME_LLM=local.")
        case .mock: .warning("llm", "the mock gives one answer whatever is asked", fix: "Set REALTIME_LLM=local.")
        case .local: .ok("llm", "the receptionist of the agent file")
        }
    }

    private func tts() async -> Finding {
        switch engines.tts {
        case .off:
            return .warning("tts", "text to speech is off: answers are text only", fix: "Set REALTIME_TTS=local.")
        case .mock: return .warning("tts", "the mock answers with a tone", fix: "Set REALTIME_TTS=local.")
        case .local: break
        }
        do {
            let spoken = try await CallerVoice.sentence("Hello.", language: language, program: engines.espeakPath)
            return .ok(
                "tts", "\(engines.espeakPath) speaks “\(language)”: \(spoken.samples.count / 16) ms for one word")
        } catch {
            return .failed("tts", error.message, fix: "Run apt-get install espeak-ng, or set ESPEAK_PATH.")
        }
    }
}
