import Foundation

/// A file of `KEY=value` lines: a `.env` file, or the file named by `--config`.
///
/// Blank lines and lines that begin with `#` are skipped, a leading `export` is allowed, a value may stand in single
/// or double
/// quotes. Within an unquoted value ` #` begins a comment. Nothing is expanded.
struct EnvironmentFile: Sendable, Equatable {
    /// One assignment.
    struct Entry: Sendable, Equatable {
        let key: String
        let value: String
        /// Counts from 1.
        let line: Int
    }

    /// The name shown in errors.
    let name: String
    /// In the file's order; of several assignments of one key the last one counts.
    private(set) var entries: [Entry] = []
    /// Lines that are no assignment.
    private(set) var problems: [SettingProblem] = []

    /// Parses a file's text.
    init(name: String, text: String) {
        self.name = name
        // A Windows line end is one Character, which isNewline knows.
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = SettingValue.trim(raw)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            if let entry = Self.entry(line, number: index + 1) {
                entries.append(entry)
            } else {
                problems.append(
                    SettingProblem(
                        key: "line \(index + 1)", source: name, reason: "the line is not of the form KEY=value",
                        fix: "Write KEY=value, or begin the line with # to make it a comment."))
            }
        }
    }

    /// Reads the file at `path`.
    /// - Returns: `nil` when there is none.
    /// - Throws: `SettingsError` when it is there and cannot be read as UTF-8 text of at most 1 MiB.
    static func read(path: String, name: String) throws -> EnvironmentFile? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20,
            let text = String(data: data, encoding: .utf8)
        else {
            throw SettingsError(problems: [
                SettingProblem(
                    key: name, source: path, reason: "the file cannot be read as UTF-8 text of at most 1 MiB",
                    fix: "Check that it is a text file and that this user may read it.")
            ])
        }
        return EnvironmentFile(name: name, text: text)
    }

    private static func entry(_ line: String, number: Int) -> Entry? {
        var rest = line[...]
        if rest.hasPrefix("export ") { rest = rest.dropFirst(7) }
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        let key = SettingValue.trim(rest[..<equals])
        guard let first = key.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            key.utf8.allSatisfy(isKeyByte), let value = value(SettingValue.trim(rest[rest.index(after: equals)...]))
        else { return nil }
        return Entry(key: key, value: value, line: number)
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The value without quotes or comment; `nil` when a quote is not closed or text follows it.
    private static func value(_ text: String) -> String? {
        if let quote = text.first, quote == "\"" || quote == "'" {
            let body = text.dropFirst()
            guard let end = body.firstIndex(of: quote) else { return nil }
            let after = SettingValue.trim(body[body.index(after: end)...])
            return after.isEmpty || after.hasPrefix("#") ? String(body[..<end]) : nil
        }
        guard let comment = text.range(of: " #") else { return text }
        return SettingValue.trim(text[..<comment.lowerBound])
    }
}
