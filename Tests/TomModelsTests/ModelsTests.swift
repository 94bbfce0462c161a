import AsyncHTTPClient
import Foundation
import Glibc
import Testing
import TomErrors
import TomProviders

@testable import TomModels

/// A directory of models, and what is put into it from this machine. What comes over HTTP is in
/// Tests/Conformance/test_models.py.
@Suite struct ModelsTests {
    /// A scratch directory with a model directory in it, removed in the end.
    final class Place: Sendable {
        let root = FileManager.default.temporaryDirectory.appending(path: "tom-models-\(UUID().uuidString)").path
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: ModelDownload.configuration)
        var directory: ModelDirectory { ModelDirectory(root + "/models") }
        var installer: ModelInstaller {
            ModelInstaller(
                directory, download: ModelDownload(egress: EgressPolicy(allowsPublic: false), http: http),
                progress: { _ in })
        }

        init() throws {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        }

        @discardableResult
        func write(_ name: String, _ text: String) throws -> String {
            let path = "\(root)/\(name)"
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
            return path
        }

        func end() async throws {
            try await http.shutdown()
            try FileManager.default.removeItem(atPath: root)
        }
    }

    private func within(_ body: (Place) async throws -> Void) async throws {
        let place = try Place()
        do {
            try await body(place)
        } catch {
            try await place.end()
            throw error
        }
        try await place.end()
    }

    static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    static func model(
        _ name: String = "anna",
        files: [ModelManifest.File] = [.init(name: "anna.onnx", url: nil, sha256: abc, size: 3)]
    ) -> ModelManifest.Model {
        ModelManifest.Model(name: name, kind: .tts, licence: "CC-BY-4.0", files: files)
    }

    @Test func filesOfThisMachineAreAddedListedAndVerified() async throws {
        try await within { place in
            let file = try place.write("in/anna.onnx", "abc")
            let other = try place.write("in/anna.onnx.json", "{}")
            let model = try await place.installer.add(
                name: "anna", kind: .tts, licence: "MIT",
                from: [.init(source: .file(file), sha256: Self.abc), .init(source: .file(other), sha256: nil)])
            #expect(model.files.map(\.name) == ["anna.onnx", "anna.onnx.json"])
            #expect(model.files[0].sha256 == Self.abc && model.size == 5)
            let manifest = try place.directory.manifest()
            #expect(manifest.models == [model])
            let location = try place.directory.locate("anna", as: .tts)
            #expect(
                location.folder == place.directory.path + "/anna" && location.file == location.folder + "/anna.onnx")
            try place.directory.verify(model)
        }
    }

    @Test func aDirectoryIsAddedWhole() async throws {
        try await within { place in
            try place.write("in/b.json", "{}")
            try place.write("in/a.onnx", "abc")
            try place.write("in/LICENCE", "x")
            try place.write("in/.hidden", "x")
            let origin = ModelInstaller.Origin(source: .file(place.root + "/in"), sha256: nil)
            let model = try await place.installer.add(name: "m", kind: .vad, licence: "MIT", from: [origin])
            #expect(model.files.map(\.name) == ["LICENCE", "a.onnx", "b.json"])
            #expect(try place.directory.locate("m", as: .vad).file == place.directory.path + "/m/a.onnx")
            try place.write("in/sub/c", "x")
            await expect("models.bad_source") {
                try await place.installer.add(name: "n", kind: .vad, licence: "MIT", from: [origin])
            }
        }
    }

    @Test func aMirrorOfThisMachineServesAManifest() async throws {
        try await within { place in
            try place.write("mirror/anna/anna.onnx", "abc")
            try await place.installer.add(Self.model(), mirror: .file(place.root + "/mirror"))
            #expect(try place.directory.locate("anna", as: .tts).file.hasSuffix("/anna/anna.onnx"))
            await expect("models.bad_source") { try await place.installer.add(Self.model("other")) }
        }
    }

    @Test func aWrongHashPutsNothingIntoPlace() async throws {
        try await within { place in
            try place.write("mirror/anna/anna.onnx", "abd")
            await expect("models.wrong_hash") {
                try await place.installer.add(Self.model(), mirror: .file(place.root + "/mirror"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.directory.path + "/anna").isEmpty)
            #expect(try place.directory.manifest().models.isEmpty)
        }
    }

    @Test func aFileThatChangedLaterIsFound() async throws {
        try await within { place in
            try place.write("mirror/anna/anna.onnx", "abc")
            let model = try await place.installer.add(Self.model(), mirror: .file(place.root + "/mirror"))
            try place.write("models/anna/anna.onnx", "abd")
            #expect(place.directory.state(of: model) == .ok, "of the same size")
            await expect("models.wrong_hash") { try place.directory.verify(model) }
            try place.write("models/anna/anna.onnx", "abcd")
            #expect(place.directory.state(of: model) == .changed)
            await expect("models.incomplete") { _ = try place.directory.locate("anna", as: .tts) }
            try FileManager.default.removeItem(atPath: place.directory.path + "/anna/anna.onnx")
            #expect(place.directory.state(of: model) == .missing)
            await expect("models.unknown") { _ = try place.directory.locate("berta", as: .tts) }
            await expect("models.wrong_kind") { _ = try place.directory.locate("anna", as: .vad) }
            // Adding it again mends it.
            try await place.installer.add(model, mirror: .file(place.root + "/mirror"))
            try place.directory.verify(model)
        }
    }

    @Test func anotherVersionReplacesTheFilesOfTheFirst() async throws {
        try await within { place in
            let first = try place.write("in/first.onnx", "abc")
            let second = try place.write("in/second.onnx", "abcd")
            for path in [first, second] {
                try await place.installer.add(
                    name: "m", kind: .stt, licence: "MIT", from: [.init(source: .file(path), sha256: nil)])
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: place.directory.path + "/m") == ["second.onnx"])
            #expect(try place.directory.manifest().models.map(\.name) == ["m"])
        }
    }

    @Test func anUpdateThatFailsLeavesTheModelThatWasThere() async throws {
        try await within { place in
            func model(_ versions: [String]) throws -> ModelManifest.Model {
                Self.model(
                    files: try zip(["anna.onnx", "anna.onnx.json"], versions).map { name, text in
                        let hash = try ModelDirectory.hash(try place.write("hashed", text)).sha256
                        return .init(name: name, url: nil, sha256: hash, size: text.utf8.count)
                    })
            }
            let mirror = ModelSource.file(place.root + "/mirror")
            try place.write("mirror/anna/anna.onnx", "abc")
            try place.write("mirror/anna/anna.onnx.json", "{1}")
            let first = try await place.installer.add(try model(["abc", "{1}"]), mirror: mirror)
            // The second version's first file is there, of the same size as the first version's; its second is not.
            try place.write("mirror/anna/anna.onnx", "abd")
            let second = try model(["abd", "{2}"])
            await expect("models.wrong_hash") { try await place.installer.add(second, mirror: mirror) }
            #expect(try place.directory.manifest().models == [first])
            try place.directory.verify(first)
            try place.write("mirror/anna/anna.onnx.json", "{2}")
            try place.directory.verify(try await place.installer.add(second, mirror: mirror))
            let files = try FileManager.default.contentsOfDirectory(atPath: place.directory.path + "/anna").sorted()
            #expect(files == ["anna.onnx", "anna.onnx.json"])
        }
    }

    @Test func aManifestFromOutsideComesOverTLS() async throws {
        try await within { place in
            let download = ModelDownload(egress: EgressPolicy(allowsPublic: true), http: place.http)
            await expect("models.bad_source") {
                _ = try await ModelInstaller(place.directory, download: download)
                    .manifest(at: .url("http://192.0.2.1/manifest.json"))
            }
        }
    }

    @Test func whatIsNotYetVerifiedIsReadByNobodyElse() async throws {
        func mode(_ path: String) -> mode_t {
            var status = stat()
            return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
        }
        try await within { place in
            let path = try place.write("anna.onnx.part", "ab")
            try #require(chmod(path, 0o644) == 0)
            try ModelPart(path, from: 2).close()
            #expect(mode(path) == 0o600)
            try place.write("mirror/anna/anna.onnx", "abc")
            try await place.installer.add(Self.model(), mirror: .file(place.root + "/mirror"))
            #expect(mode(place.directory.filePath("anna", "anna.onnx")) == 0o644)
        }
    }

    @Test func addressesOutsideAreAskedOnlyWhereAllowed() async throws {
        try await within { place in
            let origin = ModelInstaller.Origin(source: .url("https://192.0.2.1/m.onnx"), sha256: Self.abc)
            await expect("models.egress_forbidden") {
                try await place.installer.add(name: "m", kind: .stt, licence: "MIT", from: [origin])
            }
            await expect("models.egress_forbidden") {
                _ = try await place.installer.manifest(at: .url("http://192.0.2.1/manifest.json"))
            }
            await expect("models.bad_source") {
                try await place.installer.add(
                    name: "m", kind: .stt, licence: "MIT",
                    from: [.init(source: .url("http://127.0.0.1/m.onnx"), sha256: nil)])
            }
        }
    }

    @Test func oneAtATimeChangesTheDirectory() async throws {
        try await within { place in
            try place.write("mirror/anna/anna.onnx", "abc")
            let (directory, installer, mirror) = (place.directory, place.installer, place.root + "/mirror")
            try await directory.locked { () async throws(ModelError) in
                await expect("models.locked") { try await installer.add(Self.model(), mirror: .file(mirror)) }
            }
            try await installer.add(Self.model(), mirror: .file(mirror))
        }
    }

    /// A file size limit stands for a full disk, in a process of its own.
    @Test func aFullDiskIsSaid() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let place = try ModelsTests.Place()
            let file = try place.write("in/m.onnx", String(repeating: "x", count: 100_000))
            var limit = rlimit(rlim_cur: 50_000, rlim_max: rlim_t.max)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            do {
                try await place.installer.add(
                    name: "m", kind: .stt, licence: "MIT", from: [.init(source: .file(file), sha256: nil)])
                preconditionFailure("it was added")
            } catch let error as ModelError {
                precondition(error.code == "models.disk_full" && error.category == .quota, "\(error)")
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: place.directory.path + "/m")
            precondition(left.isEmpty, "\(left)")
            try await place.end()
        }
    }
}
