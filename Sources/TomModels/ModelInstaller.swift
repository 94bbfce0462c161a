import Foundation
import Glibc
import TomErrors

/// Brings models into a directory: fetches or copies, verifies, and only then puts into place.
public struct ModelInstaller: Sendable {
    private let directory: ModelDirectory
    private let download: ModelDownload
    private let progress: @Sendable (ModelProgress) -> Void

    /// - Parameter progress: called as bytes come; never concurrently.
    public init(
        _ directory: ModelDirectory, download: ModelDownload,
        progress: @escaping @Sendable (ModelProgress) -> Void = { _ in }
    ) {
        self.directory = directory
        self.download = download
        self.progress = progress
    }

    /// A file to be added that no manifest describes.
    public struct Origin: Sendable, Equatable {
        public var source: ModelSource
        /// Needed for an address; computed for a file of this machine where it is `nil`.
        public var sha256: String?
        public init(source: ModelSource, sha256: String?) {
            self.source = source
            self.sha256 = sha256
        }
    }

    /// Reads a manifest from a file or an address.
    public func manifest(at source: ModelSource) async throws(ModelError) -> ModelManifest {
        switch source {
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ModelError("io", "the manifest \(path) cannot be read.", hint: "Check the path.")
            }
            return try ModelDirectory.decode(data)
        case .url(let url):
            let manifest = try ModelDirectory.decode(try await download.document(at: url))
            try manifest.checkFetched()
            return manifest
        }
    }

    /// Adds a model that a manifest describes. Files that are there and have the right hash are kept.
    /// - Parameter mirror: where `<model>/<file>` is to be found, in place of the files' own addresses.
    /// - Returns: the model as it is recorded.
    @discardableResult
    public func add(_ model: ModelManifest.Model, mirror: ModelSource? = nil) async throws(ModelError)
        -> ModelManifest.Model
    {
        try model.check()
        var sources: [ModelSource] = []
        for file in model.files {
            if let mirror {
                sources.append(mirror.appending(model.name).appending(file.name))
            } else if let url = file.url {
                sources.append(try ModelSource(url))
            } else if try isPlaced(file, of: model) {
                sources.append(.file(directory.filePath(model.name, file.name)))
            } else {
                throw ModelError(
                    "bad_source", "the manifest has no address of \(file.name).", hint: "Give --mirror, or --from.")
            }
        }
        return try await install(model, from: sources)
    }

    /// Adds files that no manifest describes as the model `name`.
    @discardableResult
    public func add(
        name: String, kind: ModelManifest.Kind, licence: String, from origins: [Origin]
    ) async throws(ModelError) -> ModelManifest.Model {
        var files: [ModelManifest.File] = []
        var sources: [ModelSource] = []
        for origin in origins {
            for source in try Self.files(of: origin.source) {
                try ModelName.checkFile(source.fileName)
                files.append(try Self.describe(source, origin.sha256))
                sources.append(source)
            }
        }
        let model = ModelManifest.Model(name: name, kind: kind, licence: licence, files: files)
        try model.check()
        return try await install(model, from: sources)
    }

    /// Brings every file before any takes its place: one that fails leaves the model that was there as it was.
    /// - Parameter sources: of the files, in their order.
    private func install(
        _ model: ModelManifest.Model, from sources: [ModelSource]
    ) async throws(ModelError) -> ModelManifest.Model {
        try await directory.locked { () async throws(ModelError) in
            try directory.make("\(directory.path)/\(model.name)")
            var result = model
            var brought: [String] = []
            for (index, source) in sources.enumerated() {
                let file = model.files[index]
                let target = directory.filePath(model.name, file.name)
                if try isPlaced(file, of: model) {
                    result.files[index].size = directory.size(target)
                } else {
                    result.files[index].size = try await bring(file, of: model, from: source)
                    brought.append(target)
                }
            }
            for target in brought { try directory.place(target + ModelDirectory.partial, at: target) }
            try directory.record(result)
            return result
        }
    }

    private static func describe(_ source: ModelSource, _ sha256: String?) throws(ModelError) -> ModelManifest.File {
        switch source {
        case .url(let url):
            guard let sha256 else {
                throw ModelError(
                    "bad_source", "a file from an address needs its SHA-256.",
                    hint: "Give --sha256 as its publisher states it.")
            }
            return ModelManifest.File(name: source.fileName, url: url, sha256: sha256, size: nil)
        case .file(let path):
            guard let size = ModelDirectory.size(path) else {
                throw ModelError("bad_source", "there is no file \(path).", hint: "Check the path.")
            }
            let hash = if let sha256 { sha256 } else { try ModelDirectory.hash(path).sha256 }
            return ModelManifest.File(name: source.fileName, url: nil, sha256: hash, size: size)
        }
    }

    /// The files of a directory, by name; the source itself where it is none.
    private static func files(of source: ModelSource) throws(ModelError) -> [ModelSource] {
        guard case .file(let path) = source else { return [source] }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue else {
            return [source]
        }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw .file(error, "list", path)
        }
        for name in names where ModelDirectory.size("\(path)/\(name)") == nil {
            throw ModelError(
                "bad_source", "\(path)/\(name.prefix(60)) is no plain file.",
                hint: "Give a directory that holds nothing but the model's files.")
        }
        guard !names.isEmpty else { throw ModelError("bad_source", "\(path) holds no file.", hint: "Check the path.") }
        return names.map(source.appending)
    }

    // MARK: One file

    private func isPlaced(_ file: ModelManifest.File, of model: ModelManifest.Model) throws(ModelError) -> Bool {
        let target = directory.filePath(model.name, file.name)
        guard let size = directory.size(target), file.size == nil || file.size == size else { return false }
        return try ModelDirectory.hash(target).sha256 == file.sha256
    }

    /// Fetches or copies one file, verified and on the disk, to beside its place, and returns its size.
    private func bring(
        _ file: ModelManifest.File, of model: ModelManifest.Model, from source: ModelSource
    ) async throws(ModelError) -> Int {
        let part = directory.filePath(model.name, file.name) + ModelDirectory.partial
        let report = { [progress] (received: Int, total: Int?) in
            progress(ModelProgress(model: model.name, file: file.name, received: received, total: total ?? file.size))
        }
        var hash: (sha256: String, size: Int)
        switch source {
        case .file(let path):
            hash = try copy(path, to: part, report)
        case .url(let url):
            let resumed = directory.size(part) ?? 0 > 0
            try await download.fetch(url, to: part, size: file.size, report)
            hash = try ModelDirectory.hash(part)
            if hash.sha256 != file.sha256, resumed {
                // What was there already may be of another version of the file.
                unlink(part)
                try await download.fetch(url, to: part, size: file.size, report)
                hash = try ModelDirectory.hash(part)
            }
        }
        guard hash.sha256 == file.sha256 else {
            unlink(part)
            throw ModelError(
                "wrong_hash",
                "\(file.name) is not what it should be: its SHA-256 is \(hash.sha256), and not \(file.sha256).",
                hint: "Do not use this source, or correct the hash.", .server)
        }
        try directory.sync(part)
        return hash.size
    }

    private func copy(_ path: String, to part: String, _ report: (Int, Int?) -> Void) throws(ModelError) -> (
        sha256: String, size: Int
    ) {
        guard let total = ModelDirectory.size(path) else {
            throw ModelError("bad_source", "there is no file \(path).", hint: "Check the path.")
        }
        do {
            let input = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? input.close() }
            let output = try ModelPart(part, from: 0)
            defer { output.close() }
            while let data = try input.read(upToCount: 1 << 20), !data.isEmpty {
                try output.append(data)
                report(output.size, total)
            }
        } catch {
            if let known = error as? ModelError, known.code == "models.disk_full" { unlink(part) }
            throw .file(error, "copy to", part)
        }
        return try ModelDirectory.hash(part)
    }
}

/// How far a file is.
public struct ModelProgress: Sendable, Equatable {
    public let model: String
    public let file: String
    /// Bytes that are there, those of an earlier run included.
    public let received: Int
    /// `nil` where nobody says how many there will be.
    public let total: Int?
}
