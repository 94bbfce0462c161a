/// Writes the setting list out: `docs/configuration.md` and `tom.env.example`.
enum SettingsDocument {
    /// The text of `docs/configuration.md`.
    static var markdown: String {
        let sections = SettingCatalog.sections.map { section in
            "## \(section.title)\n\n| name | value | default | meaning |\n|---|---|---|---|\n"
                + section.keys.map { "\(row($0))\n" }.joined()
        }
        return head + sections.joined(separator: "\n")
    }

    /// The text of `tom.env.example`: every setting, commented out, at its default.
    static var environmentExample: String {
        let sections = SettingCatalog.sections.map { section in
            "\n# --- \(section.title) ---\n" + section.keys.map(example).joined()
        }
        return """
            # Settings of TOM. Copy to `.env` in the working directory, or name the copy: tom serve --config tom.env
            # Made from the setting list by `tom config --env-example`; edit the copy, not this file.

            """ + sections.joined()
    }

    private static let head = """
        # Configuration

        This page is made from the setting list by `tom config --markdown > docs/configuration.md`; a test fails when it is stale.

        A setting is looked for in this order, and the first place that has it counts:

        1. the command line, where a setting has a flag: `tom serve --port 9000`
        2. the environment: `PORT=9000 tom serve`
        3. the file `.env` in the working directory
        4. the file named by `--config FILE` (or `TOM_CONFIG_FILE`)
        5. the default

        Both files hold one `KEY=value` a line; `#` begins a comment, quotes around a value are allowed, nothing is expanded. An
        empty value counts as not set. A value out of bounds stops the start, and so does an unknown name in the `--config` file
        or one in `.env` that looks like a setting; every fault is reported at once, with its place and what to write instead.
        A name in `.env` that other programs may begin likewise (`LOG_`, `DATA_`), and an engine or model that nothing asks for, are
        warnings.
        `tom config` prints the effective values with their sources; secrets are never shown and have no flag.


        """

    private static func row(_ key: SettingKey) -> String {
        let standard = key.standard.map { "`\($0)`" } ?? key.absence ?? "none"
        let flag = key.flag.map { " (`\($0)`)" } ?? ""
        let secret = key.isSecret ? " Secret." : ""
        let bound = key.kind.bound.replacing("|", with: "\\|")
        return "| `\(key.name)`\(flag) | \(bound) | \(standard) | \(key.meaning)\(secret) |"
    }

    private static func example(_ key: SettingKey) -> String {
        let absence = key.standard == nil ? " Unset: \(key.absence ?? "none")." : ""
        let meaning = key.meaning.replacing("`", with: "")
        let lines = wrap("\(meaning) Value: \(key.kind.bound).\(absence)", width: 118).map { "# \($0)\n" }
        return "\n" + lines.joined() + "#\(key.name)=\(key.standard ?? "")\n"
    }

    private static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
