import ArgumentParser
import Foundation
import TomServer

/// `tom keys`: the keys of the OpenAI-compatible API.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Add, list and revoke keys of the OpenAI-compatible API.",
        usage: """
            tom keys add --name pipecat --scope realtime,client_secrets
            tom keys add --name kiosk --scope all --expires 90d --json
            tom keys revoke key_0123456789abcdef
            """,
        discussion: """
            Keys are kept as hashes in KEYS_FILE. A running server follows within a second: a revoked key opens nothing \
            more, and takes the client secrets made with it along; sessions that run go on.
            """,
        subcommands: [Add.self, List.self, Revoke.self], defaultSubcommand: List.self)

    /// What `--json` prints of a key.
    struct Entry: Encodable, Equatable {
        let id: String
        let name: String
        let scopes: [APIScope]
        let created: Date
        let expires: Date?
        let expired: Bool
        /// The key itself, at its making only.
        var key: String?

        init(_ key: APIKey, at now: Date, token: String? = nil) {
            id = key.id
            name = key.name
            scopes = key.scopes
            created = key.created
            expires = key.expires
            expired = key.expires.map { $0 <= now } ?? false
            self.key = token
        }

        enum CodingKeys: String, CodingKey { case id, name, scopes, created, expires, expired, key }

        /// Writes `expires` always, and the key where there is one.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
            try container.encode(name, forKey: .name)
            try container.encode(scopes, forKey: .scopes)
            try container.encode(created, forKey: .created)
            try container.encode(expires, forKey: .expires)
            try container.encode(expired, forKey: .expired)
            try container.encodeIfPresent(key, forKey: .key)
        }
    }
}

extension KeysCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key and print it, once.",
            discussion: """
                Scopes: realtime (sessions), client_secrets (secrets for sessions of others), speech (audio), models; all \
                stands for these four. operator opens live calls, records and messages, and has to be named.
                """)

        @Option(help: ArgumentHelp("What the key is for, for people.", valueName: "name"))
        var name: String

        @Option(help: ArgumentHelp("Scopes, comma-separated.", valueName: "scopes"))
        var scope: String

        @Option(help: ArgumentHelp("When it expires: \(KeyExpiry.forms).", valueName: "time"))
        var expires: String?

        @Flag(help: "Print JSON for scripts.")
        var json = false

        @OptionGroup var options: SettingOptions

        func validate() throws {
            let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            guard (1...100).contains(name.count), isPlain else {
                throw ValidationError("--name has 1 to 100 characters, none of them a control character.")
            }
            guard APIScope.list(scope) != nil else {
                let words = APIScope.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--scope is \(APIScope.all), or some of \(words).")
            }
            if let expires, KeyExpiry(expires) == nil { throw ValidationError("--expires is \(KeyExpiry.forms).") }
        }

        func run() throws {
            let file = APIKeyFile(path: try Settings(options.sources().resolve()).files.keysFile)
            let now = Date()
            let end = expires.flatMap(KeyExpiry.init)?.date(from: now)
            if let end, end <= now { throw ValidationError("--expires is a time that has passed.") }
            try file.makeDirectory()
            let made = try file.add(name: name, scopes: APIScope.list(scope) ?? [], expires: end, at: now)
            if json {
                return Terminal.write(try ScriptOutput.json(Entry(made.key, at: now, token: made.token)))
            }
            Terminal.write(made.token + "\n")
            Terminal.say("\(made.key.id) is in \(file.path); the key above is shown this once.\n")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the keys: id, name, scopes, when they expire.")

        @Flag(help: "Print JSON for scripts.")
        var json = false

        @OptionGroup var options: SettingOptions

        func run() throws {
            let file = APIKeyFile(path: try Settings(options.sources().resolve()).files.keysFile)
            let now = Date()
            let keys = try file.keys().map { Entry($0, at: now) }
            if json {
                struct Answer: Encodable {
                    let file: String
                    let keys: [Entry]
                }
                return Terminal.write(try ScriptOutput.json(Answer(file: file.path, keys: keys)))
            }
            if keys.isEmpty { Terminal.say("no keys in \(file.path)\n") }
            let rows = keys.map { key in
                let end = key.expires.map { (key.expired ? "expired " : "until ") + $0.ISO8601Format() }
                return [key.id, key.name, key.scopes.map(\.rawValue).joined(separator: ","), end ?? "no end"]
            }
            let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
            for row in rows {
                let columns = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                Terminal.write((columns + [row[3]]).joined(separator: "  ") + "\n")
            }
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a key out; it opens nothing from then on.")

        @Argument(help: "The key's id, as `tom keys list` shows it.")
        var id: String

        @Flag(help: "Print JSON for scripts.")
        var json = false

        @OptionGroup var options: SettingOptions

        func run() throws {
            let file = APIKeyFile(path: try Settings(options.sources().resolve()).files.keysFile)
            let key = try file.revoke(id: id)
            if json {
                Terminal.write(try ScriptOutput.json(Entry(key, at: Date())))
            } else {
                Terminal.say("revoked \(key.id) (\(key.name))\n")
            }
        }
    }
}
