import ArgumentParser
import Foundation

/// Where a command reads its settings from.
struct SettingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("File of KEY=value settings; weaker than .env and the environment.", valueName: "file"))
    var config: String?

    /// The sources of this process: its environment, `.env` in the working directory and the `--config` file.
    /// - Throws: `SettingsError` when a file is missing or cannot be read.
    func sources(flags: [String: String] = [:]) throws -> SettingSources {
        let environment = ProcessInfo.processInfo.environment
        var sources = SettingSources(commandLine: flags, environment: environment)
        sources.dotEnv = try EnvironmentFile.read(path: ".env", name: ".env")
        guard let path = config ?? environment["TOM_CONFIG_FILE"].flatMap({ $0.isEmpty ? nil : $0 }) else {
            return sources
        }
        guard let file = try EnvironmentFile.read(path: path, name: path) else {
            throw SettingsError(problems: [
                SettingProblem(
                    key: config == nil ? "TOM_CONFIG_FILE" : "--config", source: "command line or environment",
                    reason: "there is no file \(path)",
                    fix: "Check the path; `tom config --env-example` writes a file to begin with.")
            ])
        }
        sources.file = file
        return sources
    }
}

/// The flags of `tom serve`, also taken by the commands that say what it would do.
struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address to listen on (HOST).", valueName: "address"))
    var host: String?

    @Option(help: ArgumentHelp("TCP port to listen on, 0 for any free one (PORT).", valueName: "port"))
    var port: String?

    @Option(help: ArgumentHelp("Agent file (AGENT_FILE).", valueName: "file"))
    var agent: String?

    @Option(help: ArgumentHelp("Directory for one journal a call (JOURNAL_DIR).", valueName: "directory"))
    var journal: String?

    @OptionGroup var settings: SettingOptions

    /// - Throws: `SettingsError` when a file is missing or cannot be read.
    func resolve() throws -> ResolvedSettings {
        let flags: [(SettingKey, String?)] = [
            (.host, host), (.port, port), (.agentFile, agent), (.journalDir, journal),
        ]
        let given = Dictionary(uniqueKeysWithValues: flags.compactMap { key, value in value.map { (key.name, $0) } })
        return try settings.sources(flags: given).resolve()
    }
}
