import TomModels

/// One setting's effective value and where it comes from.
struct ResolvedSetting: Sendable, Equatable {
    let key: SettingKey
    /// The value as it was written; `nil` when nobody set it and it has no default.
    let text: String?
    /// `default`, a flag, `environment`, or a file with the line.
    let source: String

    /// The value for people's eyes: secrets redacted.
    var shown: String? {
        if key.isSecret { return text.map { _ in "<redacted>" } }
        return key.kind == .url ? text.map(SettingValue.shown(url:)) : text
    }

    /// What is wrong with the value; `nil` when it fits.
    var problem: SettingProblem? {
        guard let text, let objection = key.kind.objection(to: text) else { return nil }
        let value = key.isSecret ? "the value" : "“\(shown ?? text)”"
        let example = key.standard.map { " (the default is \($0))" } ?? ""
        return SettingProblem(
            key: key.name, source: source, reason: "\(value) \(objection)", fix: "Use \(key.kind.bound)\(example).")
    }
}

/// Every setting's effective value, each of them well-formed: one that is not has its default, and a problem tells of
/// it.
struct ResolvedSettings: Sendable, Equatable {
    fileprivate let values: [String: ResolvedSetting]
    /// Unknown names and bad values.
    let problems: [SettingProblem]
    /// What is suspicious but does no harm.
    let warnings: [String]
    let toolSecrets: ToolSecrets
    /// Where models are looked for by their names; `nil`: names stay as they are.
    var models: ModelDirectory?

    init(
        values: [String: ResolvedSetting], problems: [SettingProblem], warnings: [String],
        toolSecrets: ToolSecrets = ToolSecrets()
    ) {
        self.values = values
        self.problems = problems
        self.warnings = warnings
        self.toolSecrets = toolSecrets
    }

    /// The same settings, when nothing is wrong with them.
    /// - Throws: `SettingsError` with every problem.
    func checked() throws(SettingsError) -> ResolvedSettings {
        guard problems.isEmpty else { throw SettingsError(problems: problems) }
        return self
    }

    /// All settings in the order of the documents.
    var all: [ResolvedSetting] { SettingCatalog.all.map { self[$0] } }

    subscript(key: SettingKey) -> ResolvedSetting {
        values[key.name] ?? ResolvedSetting(key: key, text: key.standard, source: "default")
    }

    /// The value of a text, path, word or host setting.
    func text(_ key: SettingKey) -> String? { self[key].text }

    /// - Precondition: `key` is a whole number with a default.
    func integer(_ key: SettingKey) -> Int {
        guard let number = optionalInteger(key) else { preconditionFailure("\(key.name) has no whole number") }
        return number
    }

    func optionalInteger(_ key: SettingKey) -> Int? { self[key].text.flatMap { Int($0) } }

    /// - Precondition: `key` is a boolean with a default.
    func boolean(_ key: SettingKey) -> Bool {
        guard let value = self[key].text.flatMap(SettingValue.boolean) else {
            preconditionFailure("\(key.name) has no boolean")
        }
        return value
    }

    func list(_ key: SettingKey) -> [String] { self[key].text.map(SettingValue.list) ?? [] }
}
