import TomErrors

/// What is wrong with one setting: where it stands, what it may be, and what to do.
struct SettingProblem: Sendable, Equatable {
    /// The setting's name as it was written.
    let key: String
    /// Where the value comes from, such as `tom.env line 3`.
    let source: String
    /// What is wrong, with the value (never a secret one) and the bound.
    let reason: String
    /// What to do about it.
    let fix: String

    var description: String { "\(key) (\(source)): \(reason). \(fix)" }
}

/// The settings cannot be used. Lists everything that is wrong, so that one round of corrections is enough.
struct SettingsError: DescribedError, Equatable {
    let problems: [SettingProblem]

    var code: String { "config.invalid" }
    var message: String {
        let list = problems.map { "\n  \($0.description)" }.joined()
        return problems.count == 1
            ? "one setting cannot be used:\(list)" : "\(problems.count) settings cannot be used:\(list)"
    }
    var hint: String? { nil }
    var category: ErrorCategory { .invalidRequest }
}
