import TomEngines
import TomErrors
import TomProviders

/// Checks of the engines `wyoming` and `piper`.
extension EngineChecks {
    /// Asks a Wyoming server what it can do, and whether that is what is wanted of it.
    func wyoming(_ stage: String, _ server: Settings.Wyoming?, language: String) async -> Finding {
        guard let server else { return .failed(stage, "no Wyoming server is set", fix: "Set its address.") }
        let info: WyomingInfo
        do throws(EngineError) {
            info = try await ProviderSet(engines).closing { providers throws(EngineError) in
                try await providers.wyoming(server, stage: stage).describe()
            }
        } catch {
            return .failed(
                stage, "\(server.shownURL): \(error.message)", fix: error.hint ?? "Check the server.", code: error.code)
        }
        let (programs, what) = stage == "stt" ? (info.transcribers, "model") : (info.synthesizers, "voice")
        guard let program = programs.first else {
            return .failed(
                stage, "\(server.shownURL) answers, and has no engine for \(stage)",
                fix: "Set the address of a Wyoming server that has one.")
        }
        let called = program.name + (program.version.map { " \($0)" } ?? "")
        if let name = server.name, !program.names.isEmpty, !program.names.contains(name) {
            return .warning(
                stage, "\(server.shownURL) answers: \(called), and does not list the \(what) \(name)",
                fix: "Use one that it lists, such as \(program.names.prefix(5).joined(separator: ", ")).")
        }
        let languages = program.languages.map(\.primaryLanguage)
        if server.name == nil, !languages.isEmpty, !languages.contains(language.prefix(2).lowercased()) {
            return .warning(
                stage, "\(server.shownURL) answers: \(called), and lists no \(what) for “\(language)”",
                fix: "Give the server one, or use an agent in another language.")
        }
        return .ok(stage, "\(server.shownURL) answers: \(called)" + (program.isStreaming ? ", streaming" : ""))
    }

    /// Has Piper say a word.
    func piper(language: String) async -> Finding {
        let piper =
            switch engines.speech.piper {
            case .program(let path, let voice, _)?: "\(path), voice \(voice)"
            case .server(let url, _, let voice)?:
                "Piper at \(SettingValue.shown(url: url))" + (voice.map { ", voice \($0)" } ?? "")
            case nil: "piper"
            }
        do throws(EngineError) {
            try await ProviderSet(engines).closing { providers throws(EngineError) in
                // A program of ours has said a word when it is there; it says another.
                try await providers.piper()?.sayWord(language: language)
            }
        } catch {
            return .failed("tts", "\(piper): \(error.message)", fix: error.hint ?? "Check Piper.", code: error.code)
        }
        return .ok("tts", "\(piper) speaks")
    }
}
