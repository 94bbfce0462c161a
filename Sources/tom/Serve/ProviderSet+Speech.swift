import TomEngines
import TomErrors
import TomProviders

/// The engines `wyoming` and `piper`, made from the settings.
extension ProviderSet {
    /// - Throws: `stt.egress_forbidden`, `stt.host_unknown`.
    func wyomingTranscriber() async throws(EngineError) -> WyomingTranscriber? {
        guard let server = settings.speech.sttWyoming else { return nil }
        return WyomingTranscriber(client: try await wyoming(server, stage: "stt"), model: server.name)
    }

    /// - Throws: `tts.egress_forbidden`, `tts.host_unknown`.
    func wyomingSynthesizer() async throws(EngineError) -> WyomingSynthesizer? {
        guard let server = settings.speech.ttsWyoming else { return nil }
        return WyomingSynthesizer(client: try await wyoming(server, stage: "tts"), voice: server.name)
    }

    /// - Throws: `<stage>.bad_url`, `<stage>.egress_forbidden`, `<stage>.host_unknown`.
    func wyoming(_ server: Settings.Wyoming, stage: String) async throws(EngineError) -> WyomingClient {
        let client = WyomingClient(
            endpoint: try WyomingEndpoint(url: server.url, stage: stage, setting: server.setting), stage: stage,
            egress: EgressPolicy(allowsPublic: settings.allowsEgress), connectTimeout: settings.connectTimeout)
        try await client.checkEgress()
        return client
    }

    /// Piper, proved to speak where it is a program of ours.
    /// - Throws: `EngineError` when the program or its voice cannot be used, or the server's address is not allowed.
    func piper() async throws(EngineError) -> (any SpeechSynthesizer)? {
        switch settings.speech.piper {
        case nil: return nil
        case .server(let url, let setting, let voice):
            let provider = Settings.Provider(url: url, key: nil, model: "", names: .piper(url: setting))
            return PiperServerSynthesizer(client: try await client(provider, stage: "tts"), voice: voice)
        case .program(let path, let voice, let processes):
            var configuration = PiperConfiguration(executable: path, voice: voice)
            configuration.maximumProcesses = processes
            configuration.timeout = settings.ttsTimeout
            let piper = PiperSynthesizer(configuration: configuration)
            keep(piper)
            try await piper.prepare()
            return piper
        }
    }
}
