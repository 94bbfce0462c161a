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

    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    private static func model(
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
            #expect(try place.directory.path(of: "anna") == place.directory.path + "/anna/anna.onnx")
            try place.directory.verify(model)
        }
    }

    @Test func aDirectoryIsAddedWhole() async throws {
        try await within { place in
            try place.write("in/b.json", "{}")
            try place.write("in/a.onnx", "abc")
            try place.write("in/.hidden", "x")
            let origin = ModelInstaller.Origin(source: .file(place.root + "/in"), sha256: nil)
            let model = try await place.installer.add(name: "m", kind: .vad, licence: "MIT", from: [origin])
            #expect(model.files.map(\.name) == ["a.onnx", "b.json"])
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
            #expect(try place.directory.path(of: "anna").hasSuffix("/anna/anna.onnx"))
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
            await expect("models.incomplete") { _ = try place.directory.path(of: "anna") }
            try FileManager.default.removeItem(atPath: place.directory.path + "/anna/anna.onnx")
            #expect(place.directory.state(of: model) == .missing)
            await expect("models.unknown") { _ = try place.directory.path(of: "berta") }
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

    @Test(arguments: [
        "..", ".", "", "../x", "a/b", "/etc/passwd", ".hidden", "a b", "a\0b", "ä", String(repeating: "a", count: 101),
    ])
    func namesThatLeadElsewhereAreRefused(name: String) async throws {
        await expect("models.bad_name") { try ModelManifest(models: [Self.model(name)]).check() }
        await expect("models.bad_name") {
            try Self.model(files: [.init(name: name, url: nil, sha256: Self.abc, size: nil)]).check()
        }
    }

    @Test(arguments: ["m.tar.gz", "m.zip", "m.TGZ", "m.7z"]) func archivesAreRefused(name: String) async {
        await expect("models.archive") {
            try Self.model(files: [.init(name: name, url: nil, sha256: Self.abc, size: nil)]).check()
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"manifest":2,"models":[]}"#,
        #"{"manifest":1,"models":[{"name":"a","kind":"x","licence":"MIT","files":[]}]}"#,
        #"{"manifest":1,"models":[{"name":"a","kind":"tts","licence":"MIT","files":[]}]}"#,
        #"{"manifest":1,"models":[{"name":"a","kind":"tts","licence":"","files":[{"name":"a","sha256":"00"}]}]}"#,
        #"{"manifest":1,"models":[{"name":"a","kind":"tts","licence":"MIT","files":[{"name":"a","sha256":"00"}]}]}"#,
    ])
    func badManifestsAreRefused(text: String) async {
        await expect("models.bad_manifest") { _ = try ModelDirectory.decode(Data(text.utf8)) }
    }

    @Test(arguments: ["ftp://a/b", "https://", "https://user:pw@host/x", "file://host/x"])
    func badSourcesAreRefused(text: String) async {
        await expect("models.bad_source") { _ = try ModelSource(text) }
    }

    @Test func sourcesHaveNames() throws {
        #expect(try ModelSource("https://h.example/a/b.onnx?x=1").fileName == "b.onnx")
        #expect(try ModelSource("/a/b.onnx") == .file("/a/b.onnx"))
        #expect(try ModelSource("file:///a/b%20c") == .file("/a/b c"))
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

/// Expects `body` to throw a `ModelError` with this code.
private func expect(
    _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let error = await #expect(throws: ModelError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}
