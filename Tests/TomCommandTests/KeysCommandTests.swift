import Foundation
import Testing
import TomServer

@testable import tom

@Suite struct KeysCommandTests {
    /// A data directory of its own, which goes with it.
    private final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "tom-keys-\(UUID().uuidString)").path
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func keys(_ arguments: String...) throws -> TomProgram.Outcome { try keys(arguments) }

        func keys(_ arguments: [String]) throws -> TomProgram.Outcome {
            try TomProgram.run(["keys"] + arguments, environment: ["DATA_DIR": path + "/data"])
        }
    }

    private static func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func aKeyIsPrintedOnceAndKeptAsAHash() throws {
        let folder = Folder()
        let added = try folder.keys("add", "--name", "pipecat", "--scope", "realtime,client_secrets")
        #expect(added.status == 0)
        let token = added.output.trimmingCharacters(in: .newlines)
        #expect(token.hasPrefix("sk-tom-"))
        #expect(added.errors.contains("key_") && !added.errors.contains(token))
        let path = folder.path + "/data/keys.json"
        let contents = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!contents.contains(token))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let listed = try folder.keys("list")
        #expect(listed.output.contains("pipecat") && listed.output.contains("realtime,client_secrets"))
        #expect(listed.output.contains("no end") && !listed.output.contains(token))
    }

    @Test func scriptsReadJSON() throws {
        let folder = Folder()
        let empty = try Self.json(try folder.keys("list", "--json").output)
        #expect((empty["keys"] as? [Any])?.isEmpty == true)
        let added = try Self.json(
            try folder.keys("add", "--name", "kiosk", "--scope", "all", "--expires", "90d", "--json").output)
        #expect((added["key"] as? String)?.hasPrefix("sk-tom-") == true)
        #expect(added["scopes"] as? [String] == ["realtime", "client_secrets", "speech", "models"])
        #expect(added["expired"] as? Bool == false && added["expires"] is String)
        let list = try Self.json(try folder.keys("list", "--json").output)
        let key = try #require((list["keys"] as? [[String: Any]])?.first)
        #expect(key["id"] as? String == added["id"] as? String)
        #expect(key["key"] == nil && key["name"] as? String == "kiosk")
        let revoked = try folder.keys("revoke", try #require(key["id"] as? String), "--json")
        #expect(try Self.json(revoked.output)["name"] as? String == "kiosk")
        let after = try Self.json(try folder.keys("list", "--json").output)
        #expect((after["keys"] as? [Any])?.isEmpty == true)
    }

    @Test func aKeyThatIsNotThereCannotBeRevoked() throws {
        let folder = Folder()
        for _ in 0..<2 {
            let run = try folder.keys("revoke", "key_0000000000000000")
            #expect(run.status == 1 && run.errors.contains("keys.unknown") && run.errors.contains("tom keys list"))
            // with a file and without
            _ = try folder.keys("add", "--name", "a", "--scope", "models")
        }
    }

    @Test(arguments: [
        ["add"], ["add", "--name", "a"], ["add", "--name", "", "--scope", "all"],
        ["add", "--name", "a", "--scope", "everything"], ["add", "--name", "a\u{7}", "--scope", "all"],
        ["add", "--name", "a", "--scope", "all", "--expires", "soon"],
        ["add", "--name", "a", "--scope", "all", "--expires", "2001-01-01"], ["revoke"],
    ])
    func wrongUsageMakesNoKey(arguments: [String]) throws {
        let folder = Folder()
        let run = try folder.keys(arguments)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    // MARK: Times

    @Test func timesFromNowAndDatesAreRead() throws {
        let now = Date(timeIntervalSince1970: 1_000_000)
        #expect(KeyExpiry("30m")?.date(from: now) == now.addingTimeInterval(1_800))
        #expect(KeyExpiry("12h")?.date(from: now) == now.addingTimeInterval(43_200))
        #expect(KeyExpiry("90d")?.date(from: now) == now.addingTimeInterval(7_776_000))
        // date -u -d 2027-01-31 +%s
        #expect(KeyExpiry("2027-01-31") == .at(Date(timeIntervalSince1970: 1_801_353_600)))
        #expect(KeyExpiry("2027-01-31T12:00:00Z") == .at(Date(timeIntervalSince1970: 1_801_396_800)))
    }

    @Test(arguments: ["", "d", "0d", "-1d", "1.5h", "100001d", "7", "7w", "tomorrow", "31.01.2027", "2027-13-01"])
    func otherTimesAreNot(text: String) { #expect(KeyExpiry(text) == nil) }
}
