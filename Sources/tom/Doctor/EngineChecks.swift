import Foundation
import TomEngines
import TomErrors
import TomPocketSphinx
import TomSherpa

/// Checks of the agent and of the engine of each stage.
struct EngineChecks {
    let engines: Settings.Engines
    /// `nil` when it cannot be read: then there is nothing to check its engines with.
    let agent: Agent?

    /// One finding a stage: the recogniser is made with the agent's grammar, and the voice says a word, as at the start of
    /// `tom serve`.
    func findings() async -> [Finding] {
        guard let agent else { return [] }
        return await stt(agent) + llm() + tts(agent)
    }

    /// One finding for each engine of a failover order.
    private func inOrder(
        _ order: [String], _ stage: String, _ provider: Settings.Provider?, local: () async -> Finding
    ) async -> [Finding] {
        var findings: [Finding] = []
        for name in order {
            switch name {
            case "openai": findings.append(await reach(provider, stage))
            case Settings.Engines.realtimeEngine: if let agent { findings.append(await realtime(agent)) }
            case "deepgram": if let agent { findings.append(await deepgram(agent)) }
            case "wyoming":
                let server = stage == "stt" ? engines.speech.sttWyoming : engines.speech.ttsWyoming
                findings.append(await wyoming(stage, server, language: agent?.language ?? "en"))
            case "piper": findings.append(await piper(language: agent?.language ?? "en"))
            case Settings.Sherpa.name: findings.append(await sherpa(stage))
            case "mock": findings.append(.warning(stage, "the mock is among the engines", fix: "Leave it out."))
            default: findings.append(await local())
            }
        }
        return findings
    }

    private func sherpa(_ stage: String) async -> Finding {
        do throws(EngineError) {
            guard stage == "tts" else {
                return .ok(
                    stage, try await SherpaEngines.transcriber(engines, agents: agent.map { [$0] } ?? []).summary)
            }
            let voice = try await SherpaEngines.synthesizer(engines)
            guard let language = voice.language, let agent, !agent.language.lowercased().hasPrefix(language) else {
                return .ok(stage, voice.summary)
            }
            return .warning(
                stage, "\(voice.summary), and the agent speaks “\(agent.language)”",
                fix: "Set TTS_MODEL to a voice of that language.")
        } catch {
            return .failed(
                stage, error.message, fix: error.hint ?? "Set SHERPA_ONNX_LIBRARY and the model's folder.",
                code: error.code)
        }
    }

    /// Reads the agent file.
    static func agent(file: String?) -> (finding: Finding, agent: Agent?) {
        do {
            let agent = try load(file)
            let source = file ?? "built in"
            return (.ok("agent", "\(agent.name), language \(agent.language) (\(source))"), agent)
        } catch {
            let fix = error.hint ?? "Correct the file, or remove AGENT_FILE to use the built-in English receptionist."
            return (.failed("agent", error.message, fix: fix, code: error.code), nil)
        }
    }

    /// Reads the price file.
    static func prices(_ path: String, _ files: Settings.Files) -> Finding {
        do throws(EngineError) {
            let prices = try Serve.prices(files)
            return .ok("prices", "\(path), in \(prices?.currency ?? "")")
        } catch {
            return .failed(
                "prices", error.message, fix: error.hint ?? "Correct the file, or remove PRICES_FILE.", code: error.code
            )
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

    private func stt(_ agent: Agent) async -> [Finding] {
        if engines.realtime != nil { return [.ok("stt", "\(Settings.Engines.realtimeEngine) hears by itself")] }
        switch engines.stt {
        case .off:
            return [
                .warning(
                    "stt", "speech to text is off: typed text and keys only",
                    fix: "Set REALTIME_STT=local to hear callers.")
            ]
        case .mock:
            return [
                .warning(
                    "stt", "the mock understands the same words whatever is said", fix: "Set REALTIME_STT=local.")
            ]
        case .local: return [await localRecogniser(agent, isAlone: true)]
        case .provider:
            return await inOrder(engines.sttOrder, "stt", engines.sttProvider) {
                await localRecogniser(agent, isAlone: engines.sttOrder.count == 1)
            }
        }
    }

    /// - Parameter isAlone: whether no other engine hears the caller where this one is left out.
    private func localRecogniser(_ agent: Agent, isAlone: Bool) async -> Finding {
        guard agent.language == EngineSet.pocketSphinxLanguage else {
            guard isAlone else {
                return .warning(
                    "stt",
                    "PocketSphinx is left out for this agent: it has an English model only, and the agent speaks "
                        + "“\(agent.language)”",
                    fix: "Remove pocketsphinx from STT_ENGINE, or use an agent in English.")
            }
            return .failed(
                "stt", "PocketSphinx has an English model only, and the agent speaks “\(agent.language)”",
                fix:
                    "Set REALTIME_STT=off: typed text, keys and speech output work in “\(agent.language)”. To hear callers in "
                    + "it, set REALTIME_STT=provider, STT_ENGINE=openai and where its API is.")
        }
        return await pocketSphinx(agent)
    }

    private func pocketSphinx(_ agent: Agent) async -> Finding {
        let directory = engines.pocketSphinxModelDir
        let dropped: [DroppedPhrase]
        do throws(EngineError) {
            dropped = try await EngineSet.pocketSphinx(agent, engines).droppedPhrases.values.flatMap(\.self)
        } catch {
            return .failed("stt", error.message, fix: error.hint ?? "Set STT_POCKETSPHINX_MODEL_DIR.", code: error.code)
        }
        guard dropped.isEmpty else {
            let first = dropped.prefix(3).map(\.description).joined(separator: "; ")
            return .warning(
                "stt", "\(dropped.count) phrases of the agent will not be heard: \(first)",
                fix: "Use words that are in \(directory)/cmudict-en-us.dict.")
        }
        return .ok("stt", "PocketSphinx, model in \(directory), at most \(engines.pocketSphinxMaxDecoders) decoders")
    }

    private func llm() async -> [Finding] {
        let receptionist = Finding.ok("llm", "the receptionist of the agent file")
        return switch engines.llm {
        case .off: [.warning("llm", "the language model is off: TOM answers nothing", fix: "Set REALTIME_LLM=local.")]
        case .mock: [.warning("llm", "the mock gives one answer whatever is asked", fix: "Set REALTIME_LLM=local.")]
        case .local: [receptionist]
        case .provider: await inOrder(engines.llmOrder, "llm", engines.llmProvider) { receptionist }
        }
    }

    private func tts(_ agent: Agent) async -> [Finding] {
        switch engines.tts {
        case .off: [.warning("tts", "text to speech is off: answers are text only", fix: "Set REALTIME_TTS=local.")]
        case .mock: [.warning("tts", "the mock answers with a tone", fix: "Set REALTIME_TTS=local.")]
        case .local: [await espeak(agent)]
        case .provider: await inOrder(engines.ttsOrder, "tts", engines.ttsProvider) { await espeak(agent) }
        }
    }

    private func espeak(_ agent: Agent) async -> Finding {
        let voice = "\(engines.espeakPath), language “\(agent.language)”" + (agent.voice.map { ", voice \($0)" } ?? "")
        do throws(EngineError) {
            try await EspeakSynthesizer(configuration: EngineSet.espeak(engines))
                .check(language: agent.language, voice: agent.voice)
        } catch {
            let fix = error.hint ?? "Run apt-get install espeak-ng, or set ESPEAK_PATH."
            return .failed("tts", "\(voice): \(error.message)", fix: fix, code: error.code)
        }
        return .ok("tts", voice)
    }
}
