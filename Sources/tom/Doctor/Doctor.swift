import Foundation

/// Checks whether `tom serve` would work with these settings on this machine, and how to put right what would not.
struct Doctor {
    let settings: Settings

    /// Runs every check, in the order of the report.
    func examine() async -> [Finding] {
        let agent = EngineChecks.agent(file: settings.conversation.agentFile)
        let engines = EngineChecks(engines: settings.engines, agent: agent.agent)
        return [
            unasked,
            [agent.finding],
            await engines.findings(),
            await ToolChecks(settings: settings, agent: agent.agent).findings(),
            await VoiceActivityChecks(engines: settings.engines).findings(),
            [await NetworkChecks.port(settings.listening)],
            settings.listening.tls.map { [CertificateCheck(files: $0).finding(at: Date())] } ?? [],
            [
                NetworkChecks.microphone(settings.listening),
                NetworkChecks.admission(settings.admission),
                SystemChecks.dataDirectory(settings.files.dataDir),
            ],
            settings.files.journalDir.map { [SystemChecks.directory($0, check: "journals", key: .journalDir)] } ?? [],
            [ModelChecks.finding(directory: settings.files.modelsDir)],
            settings.files.pricesFile.map { [EngineChecks.prices($0, settings.files)] } ?? [],
            settings.files.costLog.map { [SystemChecks.costLog($0)] } ?? [],
            [SystemChecks.descriptors(maxCalls: settings.limits.maxCalls, limit: SystemChecks.descriptorLimit)],
        ].flatMap { $0 }
    }

    private var unasked: [Finding] {
        settings.unasked.map { .warning("settings", "\($0.key) (\($0.source)): \($0.reason)", fix: $0.fix) }
    }
}
