import Foundation
import Testing

@testable import TomModels

/// What names, manifests, sources and lengths from outside are checked for.
@Suite struct ManifestTests {
    @Test(arguments: [
        "..", ".", "", "../x", "a/b", "/etc/passwd", ".hidden", "a b", "a\0b", "ä", String(repeating: "a", count: 101),
    ])
    func namesThatLeadElsewhereAreRefused(name: String) async throws {
        await expect("models.bad_name") { try ModelManifest(models: [ModelsTests.model(name)]).check() }
        await expect("models.bad_name") {
            try ModelsTests.model(files: [.init(name: name, url: nil, sha256: ModelsTests.abc, size: nil)]).check()
        }
    }

    @Test(arguments: ["manifest.json", "Manifest.JSON", "manifest.json.part", "MANIFEST.json.Part"])
    func noModelTakesTheManifestsPlace(name: String) async throws {
        await expect("models.bad_name") { try ModelManifest(models: [ModelsTests.model(name)]).check() }
        try ModelsTests.model(files: [.init(name: "manifest.json", url: nil, sha256: ModelsTests.abc, size: nil)])
            .check()
    }

    @Test(arguments: ["m.tar.gz", "m.zip", "m.TGZ", "m.7z"]) func archivesAreRefused(name: String) async {
        await expect("models.archive") {
            try ModelsTests.model(files: [.init(name: name, url: nil, sha256: ModelsTests.abc, size: nil)]).check()
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

    @Test(arguments: ["/etc/shadow", "anna.onnx", "file:///etc/shadow", "FILE:///etc/shadow", "ftp://a/b", ""])
    func aFetchedManifestNamesNoFileOfThisMachine(url: String) async throws {
        let manifest = ModelManifest(models: [
            ModelsTests.model(files: [.init(name: "a", url: url, sha256: ModelsTests.abc, size: nil)])
        ])
        await expect("models.bad_manifest") { try manifest.checkFetched() }
        // The operator's own may.
        try manifest.check()
    }

    @Test(arguments: ["9223372036854775807", "-1", "68719476736"])
    func aLengthOutOfBoundsIsRefusedAndNoTrap(length: String) async throws {
        await expect("models.too_large") { _ = try ModelDownload.total(nil, length, from: 1) }
        #expect(try ModelDownload.total(5, length, from: 1) == 5)
    }

    @Test func whatIsFetchedIsCountedFromWhereItBegins() throws {
        #expect(try ModelDownload.total(nil, "10", from: 5) == 15)
        #expect(try ModelDownload.total(nil, nil, from: 5) == nil)
        #expect(try ModelDownload.total(nil, "99999999999999999999", from: 5) == nil)
    }

    @Test func sourcesHaveNames() throws {
        #expect(try ModelSource("https://h.example/a/b.onnx?x=1").fileName == "b.onnx")
        #expect(try ModelSource("/a/b.onnx") == .file("/a/b.onnx"))
        #expect(try ModelSource("file:///a/b%20c") == .file("/a/b c"))
    }
}

/// Expects `body` to throw a `ModelError` with this code.
func expect(
    _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let error = await #expect(throws: ModelError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}
