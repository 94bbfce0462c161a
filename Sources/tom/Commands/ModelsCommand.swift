import ArgumentParser
import AsyncHTTPClient
import TomModels
import TomProviders

/// `tom models`: the models and voices of this machine.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "List, add and verify models and voices.",
        usage: """
            tom models list
            tom models add anna --kind tts --licence CC-BY-4.0 --from anna.onnx --from anna.onnx.json
            tom models verify
            """,
        discussion:
            "TOM ships no models. They are kept in MODELS_DIR, with a manifest of their sources, hashes and licences.",
        subcommands: [List.self, Add.self, Verify.self], defaultSubcommand: List.self)

    /// What `--json` prints of a model.
    struct Entry: Encodable {
        let name: String
        let kind: String
        let licence: String
        /// Bytes.
        let size: Int?
        let state: ModelDirectory.State
        let path: String
        let files: [ModelManifest.File]

        init(_ model: ModelManifest.Model, in directory: ModelDirectory) {
            name = model.name
            kind = model.kind.rawValue
            licence = model.licence
            size = model.size
            state = directory.state(of: model)
            path = "\(directory.path)/\(model.name)"
            files = model.files
        }
    }

    static func size(_ bytes: Int?) -> String {
        guard let bytes else { return "?" }
        switch bytes {
        case ..<1_000: return "\(bytes) B"
        case ..<1_000_000: return "\(bytes / 1_000) kB"
        case ..<1_000_000_000: return "\(bytes / 1_000_000) MB"
        default: return "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB"
        }
    }
}

extension ModelsCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the models that were added: name, kind, size, licence, state.",
            discussion: "The state is told from the files' sizes; `tom models verify` reads them.")

        @Flag(help: "Print JSON for scripts.")
        var json = false

        @OptionGroup var options: SettingOptions

        func run() throws {
            let directory = ModelDirectory(try Settings(options.sources().resolve()).files.modelsDir)
            let models = try directory.manifest().models
            if json {
                struct Answer: Encodable {
                    let directory: String
                    let models: [Entry]
                }
                let entries = models.map { Entry($0, in: directory) }
                return Terminal.write(try ScriptOutput.json(Answer(directory: directory.path, models: entries)))
            }
            if models.isEmpty { Terminal.say("no models in \(directory.path)\n") }
            let rows = models.map {
                [$0.name, $0.kind.rawValue, ModelsCommand.size($0.size), $0.licence, directory.state(of: $0).rawValue]
            }
            let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
            Terminal.write(
                rows.map { row in
                    zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
                        .trimmingSuffix(while: { $0 == " " }) + "\n"
                }.joined())
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a model: fetch or copy its files, verify their SHA-256, put them into place.",
            usage: """
                tom models add NAME --manifest manifest.json
                tom models add NAME --manifest https://models.example/manifest.json --mirror /mnt/models
                tom models add NAME --kind tts --licence MIT --from DIRECTORY
                tom models add NAME --kind stt --licence MIT --from https://models.example/x.onnx --sha256 HASH
                """,
            discussion: """
                Without --manifest and --from, a model that was added before is fetched again. A download that broke \
                off goes on where it ended. Addresses outside this network need ALLOW_EGRESS=true.
                """)

        @Argument(help: "The model's name.")
        var name: String

        @Option(help: ArgumentHelp("Manifest that describes the model, a file or address.", valueName: "source"))
        var manifest: String?

        @Option(
            help: ArgumentHelp("Where NAME/FILE of the manifest is, instead of its own addresses.", valueName: "source")
        )
        var mirror: String?

        @Option(
            name: .customLong("from"), parsing: .singleValue,
            help: ArgumentHelp(
                "File, directory or address; several for several files, the model itself first.", valueName: "source"))
        var sources: [String] = []

        @Option(
            name: .customLong("sha256"), parsing: .singleValue,
            help: ArgumentHelp("SHA-256 of each --from, in the same order. Needed for addresses.", valueName: "hash"))
        var hashes: [String] = []

        @Option(help: ArgumentHelp("With --from: stt, tts, vad, turn or llm.", valueName: "kind"))
        var kind: String?

        @Option(help: ArgumentHelp("With --from: the licence, as SPDX names it.", valueName: "licence"))
        var licence: String?

        @Flag(help: "Print JSON for scripts; show no progress.")
        var json = false

        @OptionGroup var options: SettingOptions

        func validate() throws {
            if sources.isEmpty {
                if kind != nil || licence != nil || !hashes.isEmpty {
                    throw ValidationError("--kind, --licence and --sha256 belong to --from.")
                }
                return
            }
            if manifest != nil || mirror != nil { throw ValidationError("--from excludes --manifest and --mirror.") }
            if kind.flatMap(ModelManifest.Kind.init(rawValue:)) == nil {
                throw ValidationError("Give --kind with one of stt, tts, vad, turn, llm.")
            }
            if (licence ?? "").isEmpty { throw ValidationError("Give --licence, as SPDX names it.") }
            if !hashes.isEmpty, hashes.count != sources.count {
                throw ValidationError("Give one --sha256 for each --from, in the same order.")
            }
        }

        func run() async throws {
            let settings = try Settings(options.sources().resolve())
            let directory = ModelDirectory(settings.files.modelsDir)
            let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: ModelDownload.configuration)
            let line = ModelProgressLine(isQuiet: json || !Terminal.standardErrorIsTerminal)
            let installer = ModelInstaller(
                directory,
                download: ModelDownload(egress: EgressPolicy(allowsPublic: settings.engines.allowsEgress), http: http),
                progress: { line.show($0) })
            let outcome = await Result { try await add(with: installer, directory) }
            line.clear()
            try await http.shutdown()
            let model = try outcome.get()
            if json {
                Terminal.write(try ScriptOutput.json(Entry(model, in: directory)))
            } else {
                Terminal.say(
                    "added \(model.name) (\(ModelsCommand.size(model.size)), \(model.licence)) to \(directory.path)\n")
            }
        }

        private func add(with installer: ModelInstaller, _ directory: ModelDirectory) async throws
            -> ModelManifest.Model
        {
            if !sources.isEmpty, let kind = kind.flatMap(ModelManifest.Kind.init(rawValue:)), let licence {
                var origins: [ModelInstaller.Origin] = []
                for (index, source) in sources.enumerated() {
                    let hash = hashes.isEmpty ? nil : hashes[index].lowercased()
                    origins.append(.init(source: try ModelSource(source), sha256: hash))
                }
                return try await installer.add(name: name, kind: kind, licence: licence, from: origins)
            }
            let known =
                if let manifest { try await installer.manifest(at: ModelSource(manifest)) } else {
                    try directory.manifest()
                }
            return try await installer.add(known.require(name), mirror: mirror.map { try ModelSource($0) })
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every file of the models and compare its SHA-256.",
            discussion: "Exit status: 0 when all are as they were added, 1 when not.")

        @Argument(help: "Models to verify; all when none is named.")
        var names: [String] = []

        @Flag(help: "Print JSON for scripts.")
        var json = false

        @OptionGroup var options: SettingOptions

        func run() throws {
            let directory = ModelDirectory(try Settings(options.sources().resolve()).files.modelsDir)
            let manifest = try directory.manifest()
            let models = try names.isEmpty ? manifest.models : names.map { try manifest.require($0) }
            var verdicts: [Verdict] = []
            for model in models {
                do throws(ModelError) {
                    try directory.verify(model)
                    verdicts.append(Verdict(name: model.name, ok: true, code: nil, message: nil))
                } catch {
                    verdicts.append(Verdict(name: model.name, ok: false, code: error.code, message: error.message))
                }
            }
            if json {
                Terminal.write(try ScriptOutput.json(["models": verdicts]))
            } else {
                Terminal.write(
                    verdicts.map { "\($0.ok ? "ok    " : "FAILED")  \($0.name)\($0.message.map { ": \($0)" } ?? "")\n" }
                        .joined())
            }
            if verdicts.contains(where: { !$0.ok }) { throw ExitCode.failure }
        }

        struct Verdict: Encodable {
            let name: String
            let ok: Bool
            let code: String?
            let message: String?
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> String {
        var text = self
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}
