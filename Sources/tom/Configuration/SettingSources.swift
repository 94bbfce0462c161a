import Configuration

/// Where settings come from, strongest first: command line, environment, `.env`, the file of `--config`. What none of
/// them
/// sets has its default.
struct SettingSources: Sendable {
    /// Values of flags by setting name.
    var commandLine: [String: String] = [:]
    var environment: [String: String] = [:]
    /// The working directory's `.env`, which may belong to other programs too: only names that look like TOM's are
    /// judged.
    var dotEnv: EnvironmentFile?
    /// The file of `--config`, which is TOM's own: every name in it must be a setting.
    var file: EnvironmentFile?

    /// Reads and checks every setting. What is wrong is among the result's `problems`, and has its default meanwhile.
    func resolve() -> ResolvedSettings {
        var problems = [dotEnv, file].compactMap { $0?.problems }.flatMap { $0 }
        problems += (dotEnv.map { unknownNames(in: $0, own: false) } ?? [])
        problems += (file.map { unknownNames(in: $0, own: true) } ?? [])

        let layers = self.layers
        let access = SettingAccess()
        let reader = ConfigReader(providers: layers.map(\.provider), accessReporter: access)
        var values: [String: ResolvedSetting] = [:]
        for key in SettingCatalog.all {
            let text = reader.string(forKey: ConfigKey([key.name]), isSecret: key.isSecret)
            let source = text == nil ? "default" : layers[access.lastProviderIndex].source(key.name)
            let setting = ResolvedSetting(key: key, text: text ?? key.standard, source: source)
            if let problem = setting.problem {
                problems.append(problem)
            } else {
                values[key.name] = setting
            }
        }
        return ResolvedSettings(
            values: values, problems: problems, warnings: suspiciousEnvironment() + suspiciousLines(),
            toolSecrets: toolSecrets)
    }

    private var toolSecrets: ToolSecrets {
        let files = [file, dotEnv].compactMap(\.self).map { Dictionary($0.entries.map { ($0.key, $0.value) }) { $1 } }
        return ToolSecrets(layers: files + [environment])
    }

    private struct Layer {
        let provider: any ConfigProvider
        /// Names the place a key's value stands at.
        let source: (String) -> String
    }

    private var layers: [Layer] {
        var layers = [
            Layer(
                provider: InMemoryProvider(
                    name: "command line",
                    values: Dictionary(
                        uniqueKeysWithValues: commandLine.map { name, value in
                            (AbsoluteConfigKey([name]), ConfigValue(.string(value), isSecret: false))
                        }))
            ) { SettingCatalog.key(named: $0)?.flag ?? "command line" },
            Layer(provider: Self.provider(environment)) { _ in "environment" },
        ]
        for file in [dotEnv, file].compactMap(\.self) {
            let lines = Dictionary(file.entries.map { ($0.key, $0.line) }) { $1 }
            layers.append(
                Layer(provider: Self.provider(Dictionary(file.entries.map { ($0.key, $0.value) }) { $1 })) {
                    "\(file.name) line \(lines[$0] ?? 0)"
                })
        }
        return layers
    }

    /// An empty value counts as not set, since that is what compose files and shells pass on for a variable without
    /// one.
    private static func provider(_ variables: [String: String]) -> EnvironmentVariablesProvider {
        let known = variables.filter { SettingCatalog.key(named: $0.key) != nil && !$0.value.isEmpty }
        return EnvironmentVariablesProvider(
            environmentVariables: known,
            secretsSpecifier: .dynamic { name, _ in SettingCatalog.key(named: name)?.isSecret ?? true })
    }

    private func unknownNames(in file: EnvironmentFile, own: Bool) -> [SettingProblem] {
        file.entries.compactMap { entry in
            guard SettingCatalog.key(named: entry.key) == nil, !SettingKey.isToolSecret(entry.key),
                own || SettingNames.looksLikeOurs(entry.key)
            else {
                return nil
            }
            let fix = SettingNames.nearest(to: entry.key).map { "Did you mean \($0)?" }
            return SettingProblem(
                key: entry.key, source: "\(file.name) line \(entry.line)", reason: "there is no such setting",
                fix: fix ?? "Remove the line; `tom config` lists every setting.")
        }
    }

    /// Lines of `.env` that may be meant for TOM, and are not judged because they may be meant for another program.
    private func suspiciousLines() -> [String] {
        (dotEnv?.entries ?? []).compactMap { entry in
            guard SettingCatalog.key(named: entry.key) == nil, !SettingKey.isToolSecret(entry.key),
                !SettingNames.looksLikeOurs(entry.key), SettingNames.mayBeOurs(entry.key)
            else { return nil }
            return "\(entry.key) in \(dotEnv?.name ?? "") line \(entry.line) is no setting of TOM; "
                + "that is right if another program reads it"
        }
    }

    /// The environment belongs to the whole machine, so that a name TOM does not know only gets a warning, and only
    /// when it
    /// is next to one it does.
    private func suspiciousEnvironment() -> [String] {
        environment.keys.sorted().compactMap { name in
            guard SettingCatalog.key(named: name) == nil, !SettingKey.isToolSecret(name),
                SettingNames.looksLikeOurs(name),
                let nearest = SettingNames.nearest(to: name)
            else { return nil }
            return "\(name) is set in the environment but is no setting; did you mean \(nearest)?"
        }
    }
}
