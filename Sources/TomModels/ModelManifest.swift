/// What models there are, from where, and under which licence: `manifest.json` of a model directory, or one that a
/// publisher gives.
public struct ModelManifest: Sendable, Equatable, Codable {
    /// Version of this shape, 1.
    public var manifest = 1
    public var models: [Model]

    public init(models: [Model] = []) { self.models = models }

    /// A model or voice: a few plain files.
    public struct Model: Sendable, Equatable, Codable {
        /// 1 to 100 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit; not `manifest.json` or
        /// `manifest.json.part`.
        public var name: String
        public var kind: Kind
        /// An SPDX identifier, or the name of the licence.
        public var licence: String
        /// The model itself and what it needs beside it.
        public var files: [File]

        public init(name: String, kind: Kind, licence: String, files: [File]) {
            self.name = name
            self.kind = kind
            self.licence = licence
            self.files = files
        }

        /// The model itself: the first file that ends in `.onnx`, since a licence may come before it in a directory that
        /// was added whole; otherwise the first file.
        public var mainFile: File? { files.first { $0.name.hasSuffix(".onnx") } ?? files.first }

        /// Bytes of all files; `nil` where one is not known.
        public var size: Int? {
            files.reduce(0 as Int?) { sum, file in
                sum.flatMap { sum in file.size.map { sum.addingReportingOverflow($0).partialValue } }
            }
        }
    }

    /// What a model is for.
    public enum Kind: String, Sendable, Equatable, Codable, CaseIterable { case stt, tts, vad, turn, llm }

    public struct File: Sendable, Equatable, Codable {
        /// Of the same characters as a model's name.
        public var name: String
        /// Where it was or is to be fetched; `nil` for a file of this machine.
        public var url: String?
        /// 64 hexadecimal digits, in small letters.
        public var sha256: String
        /// Bytes; `nil` where the publisher gives none.
        public var size: Int?

        public init(name: String, url: String?, sha256: String, size: Int?) {
            self.name = name
            self.url = url
            self.sha256 = sha256
            self.size = size
        }
    }

    /// Files larger than this are refused, in bytes.
    public static let maxFileBytes = 64 << 30
    static let maxModels = 1_000
    static let maxFiles = 100

    /// The model called `name`; `nil` when there is none.
    public func model(named name: String) -> Model? { models.first { $0.name == name } }

    /// The model called `name`.
    /// - Throws: `models.unknown`.
    public func require(_ name: String) throws(ModelError) -> Model {
        guard let model = model(named: name) else {
            throw ModelError(
                "unknown", "the manifest has no model “\(name.prefix(60))”.",
                hint: "`tom models list` shows what was added; --manifest and --from name other sources.")
        }
        return model
    }

    /// Checks everything that a manifest from outside may have wrong: it names files that will be written.
    /// - Throws: `models.bad_manifest`, `models.bad_name`, `models.archive`.
    public func check() throws(ModelError) {
        guard manifest == 1 else { throw .badManifest("its version is \(manifest), and 1 is known") }
        guard models.count <= Self.maxModels else { throw .badManifest("it has more than \(Self.maxModels) models") }
        guard Set(models.map(\.name)).count == models.count else { throw .badManifest("a name comes twice") }
        for model in models { try model.check() }
    }

    /// Checks what holds besides for a manifest that came over the network: it names no files of this machine.
    /// - Throws: `models.bad_manifest`.
    func checkFetched() throws(ModelError) {
        for model in models {
            for file in model.files {
                guard let url = file.url else { continue }
                guard case .url? = try? ModelSource(url) else {
                    throw .badManifest("the url of \(file.name) is no http or https address")
                }
            }
        }
    }
}

extension ModelManifest.Model {
    func check() throws(ModelError) {
        try ModelName.checkModel(name)
        guard !licence.isEmpty, licence.count <= 200 else { throw .badManifest("\(name) has no licence") }
        guard !files.isEmpty, files.count <= ModelManifest.maxFiles else {
            throw .badManifest("\(name) has \(files.count) files; 1 to \(ModelManifest.maxFiles) are possible")
        }
        guard Set(files.map(\.name)).count == files.count else { throw .badManifest("\(name) has a file twice") }
        for file in files {
            try ModelName.checkFile(file.name)
            guard ModelName.isHash(file.sha256) else {
                throw .badManifest("the sha256 of \(file.name) is not 64 hexadecimal digits in small letters")
            }
            if let size = file.size, !(0...ModelManifest.maxFileBytes).contains(size) {
                throw .badManifest("the size of \(file.name) is out of bounds")
            }
        }
    }
}

/// Names that are safe as those of files.
enum ModelName {
    static func isValid(_ name: String) -> Bool {
        guard (1...100).contains(name.utf8.count), let first = name.utf8.first, isAlphanumeric(first) else {
            return false
        }
        return name.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    static func check(_ name: String) throws(ModelError) {
        guard isValid(name) else {
            throw ModelError(
                "bad_name", "“\(name.prefix(60))” is no name of a model or file.",
                hint: "A name has 1 to 100 characters of A-Z a-z 0-9 . _ - and begins with a letter or digit.")
        }
    }

    /// - Throws: also for the names that the directory keeps its manifest under.
    static func checkModel(_ name: String) throws(ModelError) {
        try check(name)
        guard !ModelDirectory.ownNames.contains(name.lowercased()) else {
            throw ModelError(
                "bad_name", "\(name) is the name of the directory's own manifest.", hint: "Rename the model.")
        }
    }

    /// - Throws: also `models.archive`: an archive could hold paths of any kind, and is never unpacked.
    static func checkFile(_ name: String) throws(ModelError) {
        try check(name)
        let lower = name.lowercased()
        if archives.contains(where: lower.hasSuffix) {
            throw ModelError(
                "archive", "\(name) is an archive; models are plain files.",
                hint: "Unpack it, and add the files with --from.")
        }
        if lower.hasSuffix(ModelDirectory.partial) {
            throw ModelError("bad_name", "\(name) ends as an unfinished file does.", hint: "Rename it.")
        }
    }

    static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static let archives = [
        ".tar", ".gz", ".tgz", ".zip", ".bz2", ".tbz2", ".xz", ".txz", ".7z", ".zst", ".rar",
    ]
}
