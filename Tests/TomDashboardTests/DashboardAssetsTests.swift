import Foundation
import Testing
import TomDashboard

@Suite("Dashboard assets")
struct DashboardAssetsTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "web/dashboard")

    private static func filesOnDisk() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            .filter { $0.contains(".") }
            .map { "/" + $0 }
    }

    @Test("every file of the folder is served, and nothing else")
    func everyFileIsServed() throws {
        let onDisk = try Self.filesOnDisk()
        #expect(onDisk.count > 30)
        #expect(DashboardAssets.paths == onDisk.sorted())
        for path in onDisk {
            let content = try Data(contentsOf: Self.folder.appending(path: String(path.dropFirst())))
            let asset = try #require(DashboardAssets.asset(path: path))
            let same = asset.bytes == Array(content)  // apart, so that a failure does not print the files
            #expect(same, "\(path) differs from the file on disk")
        }
    }

    @Test("the root is the start page")
    func rootIsStartPage() throws {
        let root = try #require(DashboardAssets.asset(path: "/"))
        #expect(root == DashboardAssets.asset(path: "/index.html"))
        #expect(root.contentType == "text/html; charset=utf-8")
        #expect(String(decoding: root.bytes, as: UTF8.self).contains("/js/main.js"))
    }

    @Test(
        "each kind of file has its media type",
        arguments: [
            ("/js/main.js", "text/javascript; charset=utf-8"), ("/css/base.css", "text/css; charset=utf-8"),
            ("/favicon.svg", "image/svg+xml"),
        ])
    func mediaTypes(path: String, contentType: String) throws {
        #expect(try #require(DashboardAssets.asset(path: path)).contentType == contentType)
    }

    @Test(
        "a path outside the folder finds nothing",
        arguments: [
            "", "index.html", "/js", "/js/", "/../Package.swift", "/js/../index.html", "/INDEX.HTML", "//index.html",
        ])
    func otherPaths(path: String) {
        #expect(DashboardAssets.asset(path: path) == nil)
    }

    @Test("entity tags are quoted and differ between files")
    func entityTags() throws {
        let tags = try DashboardAssets.paths.map { try #require(DashboardAssets.asset(path: $0)).etag }
        #expect(Set(tags).count == tags.count)
        #expect(tags.allSatisfy { $0.hasPrefix("\"") && $0.hasSuffix("\"") && $0.count > 4 })
    }

    @Test("no file holds inline code or styles, which the Content-Security-Policy forbids")
    func noInlineCode() throws {
        for path in DashboardAssets.paths where path.hasSuffix(".html") {
            let text = String(decoding: try #require(DashboardAssets.asset(path: path)).bytes, as: UTF8.self)
            #expect(!text.contains("<style"))
            #expect(text.firstMatch(of: /\sstyle\s*=/) == nil)
            #expect(text.firstMatch(of: /\son[a-z]+\s*=/) == nil)
            #expect(text.firstMatch(of: /<script(?![^>]*\ssrc=)/) == nil)
        }
    }
}
