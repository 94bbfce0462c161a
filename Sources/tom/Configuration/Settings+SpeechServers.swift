import TomEngines
import TomProviders

extension Settings {
    /// Where the engines `wyoming` and `piper` are; `nil` where an order does not name them.
    struct SpeechServers: Sendable, Equatable {
        var sttWyoming: Wyoming?
        var ttsWyoming: Wyoming?
        var piper: Piper?
    }

    /// A server of the Wyoming protocol.
    struct Wyoming: Sendable, Equatable {
        var url: String
        /// Of a model or voice; `nil` for the server's own.
        var name: String?
    }

    /// How Piper is reached.
    enum Piper: Sendable, Equatable {
        /// - voice: path of an `.onnx` file.
        case program(path: String, voice: String, processes: Int)
        /// - voice: one of the server's; `nil` for its own.
        case server(url: String, voice: String?)
    }
}

extension Settings.SpeechServers {
    init(stt: [String], tts: [String], _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]) {
        // What is set for the provider of a stage is the OpenAI-compatible one's where there is one.
        func text(_ key: SettingKey, or shared: SettingKey, _ order: [String]) -> String? {
            resolved.text(key) ?? (order.contains("openai") ? nil : resolved.text(shared))
        }
        if stt.contains("wyoming") {
            let url = text(.sttWyomingURL, or: .sttProviderURL, stt)
            let model = text(.sttWyomingModel, or: .sttProviderModel, stt)
            sttWyoming = Self.wyoming(.sttWyomingURL, url, name: model, resolved, &problems)
        }
        if tts.contains("wyoming") {
            let url = text(.ttsWyomingURL, or: .ttsProviderURL, tts)
            let voice = text(.ttsWyomingVoice, or: .ttsVoice, tts)
            ttsWyoming = Self.wyoming(.ttsWyomingURL, url, name: voice, resolved, &problems)
        }
        if tts.contains("piper") {
            let voice = text(.ttsPiperVoice, or: .ttsVoice, tts)
            if let path = resolved.text(.ttsPiperPath) {
                piper = Self.program(Settings.path(path), voice: voice, resolved, &problems)
            } else {
                piper = Self.server(text(.ttsPiperURL, or: .ttsProviderURL, tts), voice: voice, resolved, &problems)
            }
        }
    }

    private static func wyoming(
        _ key: SettingKey, _ url: String?, name: String?, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) -> Settings.Wyoming? {
        let fix = "Set \(key.name) to where the server listens, such as tcp://127.0.0.1:10300."
        guard let url else {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source, reason: "is not set, and the engine wyoming needs it",
                    fix: fix))
            return nil
        }
        guard (try? WyomingEndpoint(url: url, stage: "stt")) != nil else {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source, reason: "“\(url)” is not a tcp address with a port",
                    fix: fix))
            return nil
        }
        return Settings.Wyoming(url: url, name: name)
    }

    private static func program(
        _ path: String, voice: String?, _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Piper? {
        if resolved.text(.ttsPiperURL) != nil {
            problems.append(
                SettingProblem(
                    key: SettingKey.ttsPiperURL.name, source: resolved[.ttsPiperURL].source,
                    reason: "TTS_PIPER_PATH is set too, and Piper is one or the other", fix: "Remove one of the two."))
        }
        guard let voice else {
            problems.append(
                SettingProblem(
                    key: SettingKey.ttsPiperVoice.name, source: resolved[.ttsPiperVoice].source,
                    reason: "is not set, and the program piper needs a voice", fix: SettingKey.ttsPiperVoice.meaning))
            return nil
        }
        let isPath = voice.contains("/") || voice.hasSuffix(".onnx")
        let folder = Settings.path(resolved.text(.ttsPiperDataDir) ?? "")
        return .program(
            path: path, voice: isPath ? Settings.path(voice) : "\(folder)/\(voice).onnx",
            processes: resolved.integer(.ttsPiperProcesses))
    }

    private static func server(
        _ url: String?, voice: String?, _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Piper? {
        guard let url else {
            problems.append(
                SettingProblem(
                    key: SettingKey.ttsPiperPath.name, source: resolved[.ttsPiperPath].source,
                    reason: "is not set, and neither is TTS_PIPER_URL: the engine piper needs one of them",
                    fix: "Set TTS_PIPER_PATH to the program, or TTS_PIPER_URL to where its HTTP server listens."))
            return nil
        }
        return .server(url: url, voice: voice)
    }
}
