import ArgumentParser

/// `tom config`: the effective settings and where each comes from.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Show the effective settings and where each comes from; secrets are redacted.",
        usage: """
            tom config
            tom config --json | jq '.settings[] | select(.source != "default")'
            tom config --env-example > tom.env
            """)

    @Flag(help: "Print JSON for scripts.")
    var json = false

    @Flag(help: "Print docs/configuration.md instead.")
    var markdown = false

    @Flag(name: .customLong("env-example"), help: "Print a settings file with every setting, commented out, instead.")
    var envExample = false

    @OptionGroup var options: ServeOptions

    func validate() throws {
        if [json, markdown, envExample].count(where: { $0 }) > 1 {
            throw ValidationError("--json, --markdown and --env-example exclude one another.")
        }
    }

    func run() throws {
        if markdown { return Terminal.write(SettingsDocument.markdown) }
        if envExample { return Terminal.write(SettingsDocument.environmentExample) }
        let resolved = try options.resolve()
        let settings = try Settings(resolved)
        settings.warnings.forEach(Terminal.warn)
        Terminal.write(
            json ? try ScriptOutput.json(SettingList(resolved, warnings: settings.warnings)) : table(resolved))
    }

    private func table(_ resolved: ResolvedSettings) -> String {
        let rows = resolved.all.map { ($0.key.name, $0.shown ?? "(\($0.key.absence ?? "none"))", $0.source) }
        let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
        return rows.map { name, value, source in
            "\(pad(name, widths.0))  \(pad(value, min(widths.1, 48)))  \(source)\n"
        }.joined()
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// What `tom config --json` prints.
struct SettingList: Encodable {
    let settings: [Entry]
    let warnings: [String]

    struct Entry: Encodable {
        let name: String
        let value: String?
        let source: String
        let standard: String?
        let isSecret: Bool

        enum CodingKeys: String, CodingKey {
            case name, value, source
            case standard = "default"
            case isSecret = "secret"
        }

        /// Writes `null` where there is no value, so that every field is always there.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(value, forKey: .value)
            try container.encode(source, forKey: .source)
            try container.encode(standard, forKey: .standard)
            try container.encode(isSecret, forKey: .isSecret)
        }
    }

    init(_ resolved: ResolvedSettings, warnings: [String]) {
        settings = resolved.all.map {
            Entry(
                name: $0.key.name, value: $0.shown, source: $0.source, standard: $0.key.standard,
                isSecret: $0.key.isSecret)
        }
        self.warnings = warnings
    }
}
