import Foundation
import Testing
import TomWire

/// The documents say what the code does.
struct DocumentTests {
    private static let docs = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs")

    /// `docs/asyncapi.yaml` is what the catalog says. `TOM_UPDATE_DOCS=1` writes it anew.
    @Test func asyncAPIMatchesTheTypes() throws {
        let file = Self.docs.appending(path: "asyncapi.yaml")
        let expected = AsyncAPIDocument.text
        if ProcessInfo.processInfo.environment["TOM_UPDATE_DOCS"] == "1" {
            try Data(expected.utf8).write(to: file)
        }
        let actual = try String(contentsOf: file, encoding: .utf8)
        let lines = zip(actual.split(separator: "\n"), expected.split(separator: "\n"))
        let difference = lines.first { $0 != $1 }.map { "'\($0)' should be '\($1)'" } ?? "length"
        #expect(actual == expected, "docs/asyncapi.yaml is stale (\(difference)): run the tests with TOM_UPDATE_DOCS=1")
    }

    @Test func everyEventHasASummary() {
        let client = Set(WireCatalog.client.map(\.type))
        #expect(Set(AsyncAPIDocument.clientSummaries.keys) == client)
        #expect(Set(AsyncAPIDocument.serverSummaries.keys) == Set(WireCatalog.server.map(\.type)))
    }

    /// Each example of `docs/protocol.md` is, to the byte, what the encoders write, and each event has one.
    @Test func examplesAreWhatTheEncodersWrite() throws {
        let text = try String(contentsOf: Self.docs.appending(path: "protocol.md"), encoding: .utf8)
        var client: Set<String> = []
        for line in Self.lines(in: text, fence: "```json client") {
            let decoded = try decodeClient(line, format: .standard)
            #expect(clientSample(decoded.event, audio: decoded.audio).text == line)
            client.insert(decoded.event.name.rawValue)
        }
        #expect(client == Set(WireCatalog.client.map(\.type)))
        var server: Set<String> = []
        for line in Self.lines(in: text, fence: "```json server") {
            let decoded = try decodeServer(Array(line.utf8))
            #expect(serverSample(decoded.message.event, audio: decoded.audio).text == line)
            server.insert(decoded.message.event.name.rawValue)
        }
        #expect(server == Set(WireCatalog.server.map(\.type)))
    }

    /// Every error code, close code and field is explained.
    @Test func protocolDocumentIsComplete() throws {
        let text = try String(contentsOf: Self.docs.appending(path: "protocol.md"), encoding: .utf8)
        for kind in WireError.Kind.allCases { #expect(text.contains("`\(kind.rawValue)`"), "\(kind.rawValue)") }
        for code in CloseCode.allCases { #expect(text.contains("| \(code.rawValue) |"), "\(code.rawValue)") }
        for field in (WireCatalog.client + WireCatalog.server).flatMap(\.fields) {
            #expect(text.contains(field.name), "\(field.name)")
        }
    }

    private static func lines(in text: String, fence: String) -> [String] {
        var lines: [String] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line == fence {
                isInside = true
            } else if line.hasPrefix("```") {
                isInside = false
            } else if isInside {
                lines.append(line)
            }
        }
        return lines
    }
}
