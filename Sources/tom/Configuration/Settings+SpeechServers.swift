import Foundation
import TomEngines
import TomModels
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
        /// Name of the setting that says so.
        var setting: String
        /// Of a model or voice; `nil` for the server's own.
        var name: String?

        var shownURL: String { SettingValue.shown(url: url) }
    }

    /// How Piper is reached.
    enum Piper: Sendable, Equatable {
        /// - voice: path of an `.onnx` file.
        case program(path: String, voice: String, processes: Int)
        /// - voice: one of the server's; `nil` for its own.
        case server(url: String, setting: String, voice: String?)
    }
}

extension Settings.SpeechServers {
    init(
        stt: [String], tts: [String], _ claims: ProviderClaims, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) {
        if stt.contains("wyoming") {
            let model = claims.text(.sttWyomingModel)
            sttWyoming = Self.wyoming("stt", .sttWyomingURL, name: model, claims, resolved, &problems)
        }
        if tts.contains("wyoming") {
            let voice = claims.text(.ttsWyomingVoice)
            ttsWyoming = Self.wyoming("tts", .ttsWyomingURL, name: voice, claims, resolved, &problems)
        }
        if tts.contains("piper") {
            if let path = resolved.text(.ttsPiperPath) {
                piper = Self.program(Settings.path(path), claims, resolved, &problems)
            } else {
                piper = Self.server(claims, resolved, &problems)
            }
        }
    }

    private static func wyoming(
        _ stage: String, _ own: SettingKey, name: String?, _ claims: ProviderClaims, _ resolved: ResolvedSettings,
        _ problems: inout [SettingProblem]
    ) -> Settings.Wyoming? {
        let key = claims.key(own)
        let fix = "Set \(key.name) to where the server listens, such as \(WyomingEndpoint.example(stage: stage))."
        guard let url = claims.text(own) else {
            guard !claims.isContested(own) else { return nil }
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source, reason: "is not set, and the engine wyoming needs it",
                    fix: fix))
            return nil
        }
        guard (try? WyomingEndpoint(url: url, stage: stage)) != nil else {
            problems.append(
                SettingProblem(
                    key: key.name, source: resolved[key].source,
                    reason: "“\(SettingValue.shown(url: url))” is not a tcp address with a port",
                    fix: fix))
            return nil
        }
        return Settings.Wyoming(url: url, setting: key.name, name: name)
    }

    private static func program(
        _ path: String, _ claims: ProviderClaims, _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Piper? {
        if resolved.text(.ttsPiperURL) != nil {
            problems.append(
                SettingProblem(
                    key: SettingKey.ttsPiperURL.name, source: resolved[.ttsPiperURL].source,
                    reason: "TTS_PIPER_PATH is set too, and Piper is one or the other", fix: "Remove one of the two."))
        }
        guard let voice = Self.voice(claims.key(.ttsPiperVoice), resolved, &problems) else {
            guard !claims.isContested(.ttsPiperVoice) else { return nil }
            problems.append(
                SettingProblem(
                    key: SettingKey.ttsPiperVoice.name, source: resolved[.ttsPiperVoice].source,
                    reason: "is not set, and the program piper needs a voice", fix: SettingKey.ttsPiperVoice.meaning))
            return nil
        }
        return .program(path: path, voice: voice, processes: resolved.integer(.ttsPiperProcesses))
    }

    /// The path of a voice: one that Piper itself downloaded, which lies there as `NAME.onnx`, or any other model.
    private static func voice(
        _ key: SettingKey, _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> String? {
        guard let name = resolved.text(key) else { return nil }
        let own = resolved.text(.ttsPiperDataDir).map(Settings.path)
        let downloaded = "\(own ?? resolved.modelsDirectory)/\(name).onnx"
        if !name.contains("/"), FileManager.default.fileExists(atPath: downloaded) { return downloaded }
        return resolved.model(key, as: .file(.tts), butNotIn: own, &problems)
    }

    private static func server(
        _ claims: ProviderClaims, _ resolved: ResolvedSettings, _ problems: inout [SettingProblem]
    ) -> Settings.Piper? {
        guard let url = claims.text(.ttsPiperURL) else {
            guard !claims.isContested(.ttsPiperURL) else { return nil }
            problems.append(
                SettingProblem(
                    key: SettingKey.ttsPiperPath.name, source: resolved[.ttsPiperPath].source,
                    reason: "is not set, and neither is TTS_PIPER_URL: the engine piper needs one of them",
                    fix: "Set TTS_PIPER_PATH to the program, or TTS_PIPER_URL to where its HTTP server listens."))
            return nil
        }
        return .server(
            url: url, setting: claims.key(.ttsPiperURL).name, voice: claims.text(.ttsPiperVoice))
    }
}
