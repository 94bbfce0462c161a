import Crypto
public import Foundation
import Glibc
import TomErrors

/// The models and voices of this machine: a directory with one directory a model and `manifest.json`.
///
/// A file appears under its name only when it is whole, verified and on the disk. Every call blocks while it reads or
/// writes.
public struct ModelDirectory: Sendable, Equatable {
    public let path: String
    static let partial = ".part"
    private static let manifestName = "manifest.json"
    /// In small letters: some file systems know no others.
    static let ownNames = [manifestName, manifestName + partial]
    private static let maxManifestBytes = 4 << 20

    public init(_ path: String) { self.path = path }

    // MARK: Reading

    /// What was added, by name; none where there is no directory yet.
    /// - Throws: `models.bad_manifest`, `models.io`.
    public func manifest() throws(ModelError) -> ModelManifest {
        guard FileManager.default.fileExists(atPath: manifestPath) else { return ModelManifest() }
        guard let data = FileManager.default.contents(atPath: manifestPath) else {
            throw ModelError(
                "denied", "cannot read \(manifestPath).", hint: "Give the user that runs tom access to it.",
                .authorization)
        }
        return try Self.decode(data)
    }

    /// - Throws: as ``ModelManifest/check()``.
    public static func decode(_ data: Data) throws(ModelError) -> ModelManifest {
        guard data.count <= maxManifestBytes else { throw .badManifest("it is larger than \(maxManifestBytes) bytes") }
        let manifest: ModelManifest
        do {
            manifest = try JSONDecoder().decode(ModelManifest.self, from: data)
        } catch {
            throw .badManifest("it is no JSON of the known shape")
        }
        try manifest.check()
        return manifest
    }

    /// Where the files of a model are.
    public struct Location: Sendable, Equatable {
        /// All of its files are in it, and nothing else.
        public let folder: String
        /// The model itself.
        public let file: String
    }

    /// Where the model called `name` is, which is wanted for `kind`.
    /// - Throws: `models.unknown` when it was not added, `models.wrong_kind` when it is for something else,
    ///   `models.incomplete` when a file is missing or has another size; also as ``manifest()``.
    public func locate(_ name: String, as kind: ModelManifest.Kind) throws(ModelError) -> Location {
        let manifest = try manifest()
        guard let model = manifest.model(named: name), let file = model.mainFile else {
            throw .unknown(name, kind, there: manifest.models.filter { $0.kind == kind }.map(\.name), in: path)
        }
        guard model.kind == kind else { throw .wrongKind(model, wanted: kind) }
        guard state(of: model) == .ok else {
            throw ModelError(
                "incomplete", "the model \(name) in \(path) is not whole.", hint: "Run `tom models add \(name)` again.",
                .server)
        }
        return Location(folder: "\(path)/\(model.name)", file: filePath(model.name, file.name))
    }

    /// What is there of a model.
    public enum State: String, Sendable, Equatable, Encodable {
        /// Every file is there and has its size; its contents were not read.
        case ok
        case missing
        case incomplete
        /// A file has another size than it had when it was verified.
        case changed
    }

    public func state(of model: ModelManifest.Model) -> State {
        let sizes = model.files.map { size(filePath(model.name, $0.name)) }
        if sizes.allSatisfy({ $0 == nil }) { return .missing }
        if sizes.contains(nil) { return .incomplete }
        return zip(sizes, model.files).allSatisfy { $0 == $1.size || $1.size == nil } ? .ok : .changed
    }

    /// Reads every file of `model` and compares its hash.
    /// - Throws: `models.wrong_hash`, `models.incomplete`, `models.io`.
    public func verify(_ model: ModelManifest.Model) throws(ModelError) {
        for file in model.files {
            let path = filePath(model.name, file.name)
            guard size(path) != nil else {
                throw ModelError(
                    "incomplete", "\(path) is missing.", hint: "Run `tom models add \(model.name)` again.", .server)
            }
            guard try Self.hash(path).sha256 == file.sha256 else {
                throw ModelError(
                    "wrong_hash", "\(path) is not the file that was added: its SHA-256 is another.",
                    hint: "Run `tom models add \(model.name)` again.", .server)
            }
        }
    }

    // MARK: Writing

    /// Runs `body` while no other process changes the directory; makes the directory.
    /// - Throws: `models.locked`, and what `body` throws.
    func locked<Result>(_ body: () async throws(ModelError) -> Result) async throws(ModelError) -> Result {
        try make(path)
        let lock = open("\(path)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Self.system("write in", path) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw ModelError("locked", "another tom changes \(path).", hint: "Wait until it is done.", .rateLimit)
        }
        return try await body()
    }

    func make(_ directory: String) throws(ModelError) {
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw .file(error, "make", directory)
        }
    }

    func filePath(_ model: String, _ file: String) -> String { "\(path)/\(model)/\(file)" }

    /// Waits until a file is on the disk, so that what may fail for want of room has failed before it takes its place.
    func sync(_ path: String) throws(ModelError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Self.system("open", path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw Self.system("write", path) }
    }

    /// Moves a file that is whole, verified and on the disk into its place, where any user may read it.
    func place(_ temporary: String, at target: String) throws(ModelError) {
        guard chmod(temporary, 0o644) == 0, rename(temporary, target) == 0 else { throw Self.system("write", target) }
    }

    /// Writes `model` into the manifest, in place of one of the same name, and removes files that it has no more.
    func record(_ model: ModelManifest.Model) throws(ModelError) {
        var manifest = try self.manifest()
        let old = manifest.model(named: model.name)
        manifest.models.removeAll { $0.name == model.name }
        manifest.models.append(model)
        manifest.models.sort { $0.name < $1.name }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let temporary = manifestPath + Self.partial
        do {
            try encoder.encode(manifest).write(to: URL(filePath: temporary))
        } catch {
            throw .file(error, "write", temporary)
        }
        try sync(temporary)
        try place(temporary, at: manifestPath)
        let kept = Set(model.files.map(\.name))
        for file in old?.files ?? [] where !kept.contains(file.name) { unlink(filePath(model.name, file.name)) }
    }

    // MARK: Files

    private var manifestPath: String { "\(path)/\(Self.manifestName)" }

    /// Bytes of a regular file; `nil` where there is none.
    func size(_ path: String) -> Int? { Self.size(path) }

    static func size(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Reads all of a file in pieces.
    static func hash(_ path: String) throws(ModelError) -> (sha256: String, size: Int) {
        var hash = SHA256()
        var size = 0
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            while let data = try file.read(upToCount: 1 << 20), !data.isEmpty {
                hash.update(data: data)
                size += data.count
            }
        } catch {
            throw .file(error, "read", path)
        }
        return (hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(), size)
    }

    static func system(_ action: String, _ path: String) -> ModelError {
        .file(NSError(domain: NSPOSIXErrorDomain, code: Int(errno)), action, path)
    }
}
