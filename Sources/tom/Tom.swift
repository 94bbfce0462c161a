import ArgumentParser

/// The program: one command for each thing a user does.
@main
struct Tom: AsyncParsableCommand {
    /// Semantic version of the program, as `--version`, metrics and `CHANGELOG.md` have it.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "tom",
        abstract: "A self-hosted realtime telephone assistant.",
        usage: """
            tom serve                          answer calls on http://127.0.0.1:8080
            tom probe                          measure a running server with a scripted caller
            tom doctor                         find out what is missing, and how to fix it
            """,
        discussion: "Settings come from flags, the environment, .env and --config FILE; `tom config` shows them.",
        version: version,
        subcommands: [
            ServeCommand.self, ProbeCommand.self, TokenCommand.self, KeysCommand.self, ConfigCommand.self,
            DoctorCommand.self, ReplayCommand.self, ModelsCommand.self, SherpaTrialCommand.self,
        ])
}
