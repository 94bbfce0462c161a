import ArgumentParser

/// `tom serve`: answers calls until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer calls.",
        usage: """
            tom serve
            tom serve --port 9000 --agent agents/receptionist.de.yaml
            JWT_SECRET=$(openssl rand -base64 32) tom serve --host 0.0.0.0
            """,
        discussion: """
            The first SIGTERM or SIGINT drains: calls may finish, new ones are refused. The second stops at once.
            `tom config` shows the settings that would be used, `tom doctor` whether they would work.
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try Settings(options.resolve().findingModels())
        settings.warnings.forEach(Terminal.warn)
        try await Serve(settings).run()
    }
}
