import Foundation
import Logging
import Synchronization
import Testing
import TomRealtime

@testable import TomServer

@Suite struct APIKeyTests {
    private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test(arguments: [
        ("realtime", [APIScope.realtime]), ("speech,realtime", [.realtime, .speech]),
        ("all", [.realtime, .clientSecrets, .speech, .models]), ("operator, models", [.models, .operator]),
        ("all,operator", APIScope.allCases),
    ])
    func scopesAreReadInTheirOrder(text: String, scopes: [APIScope]) {
        #expect(APIScope.list(text) == scopes)
    }

    @Test(arguments: ["", ",", "everything", "realtime,admin"]) func otherWordsAreNoScopes(text: String) {
        #expect(APIScope.list(text) == nil)
    }

    @Test func theFileHoldsHashesAndIsItsOwnersAlone() throws {
        let keys = try TestKeys()
        let made = try keys.file.add(name: "phone", scopes: [.realtime], expires: nil, at: Date())
        #expect(made.token.hasPrefix("sk-tom-") && made.token.count == 7 + 43)
        let contents = try String(contentsOfFile: keys.path, encoding: .utf8)
        #expect(!contents.contains(made.token))
        #expect(contents.contains(made.key.sha256) && made.key.sha256.count == 64)
        let mode = try FileManager.default.attributesOfItem(atPath: keys.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try keys.file.keys() == [made.key])
        let other = try keys.file.add(name: "phone", scopes: [.realtime], expires: nil, at: Date())
        #expect(other.token != made.token && other.key.id != made.key.id)
    }

    @Test func theHashIsSHA256InHexadecimal() {
        // FIPS 180-4, "abc"
        #expect(APIKey.hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func manyAtOnceLoseNoKey() async throws {
        let keys = try TestKeys()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask {
                    _ = try keys.file.add(name: "key \(index)", scopes: [.models], expires: nil, at: Date())
                }
            }
            try await group.waitForAll()
        }
        #expect(Set(try keys.file.keys().map(\.name)).count == 20)
    }

    @Test func revokingTakesOneKeyOut() throws {
        let keys = try TestKeys()
        let (first, second) = (try keys.make([.realtime]), try keys.make([.speech]))
        #expect(try keys.file.revoke(id: first.id).id == first.id)
        #expect(try keys.file.keys().map(\.id) == [second.id])
        let error = #expect(throws: KeyError.self) { try keys.file.revoke(id: first.id) }
        #expect(error?.code == "keys.unknown")
    }

    @Test func whatIsNoKeyFileIsLeftAlone() throws {
        let keys = try TestKeys()
        try Data("[]".utf8).write(to: URL(filePath: keys.path))
        let error = #expect(throws: KeyError.self) { try keys.make([.realtime]) }
        #expect(error?.code == "keys.malformed")
        #expect(try String(contentsOfFile: keys.path, encoding: .utf8) == "[]")
    }

    @Test func withoutADirectoryTheStoresErrorIsTold() {
        let file = APIKeyFile(path: "/nowhere/at/all/keys.json")
        #expect(throws: KeyError.self) { try file.add(name: "k", scopes: [.models], expires: nil, at: Date()) }
    }

    // MARK: A running server's keys

    /// A clock that tests move.
    private final class TestClock: Sendable {
        private let time = Mutex(0.0)
        var now: Double { time.withLock { $0 } }
        func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    }

    @Test func aChangedFileIsReadAgainWithinASecond() throws {
        let keys = try TestKeys()
        let clock = TestClock()
        let ring = try KeyRing(path: keys.path, logger: Self.quiet, clock: { clock.now })
        #expect(try ring.current() == nil)
        let made = try keys.make([.realtime])
        #expect(try ring.current() == nil)
        clock.advance(1)
        #expect(try ring.current()?.key(token: made.token)?.id == made.id)
        _ = try keys.file.revoke(id: made.id)
        #expect(try ring.current()?.key(token: made.token) != nil)
        clock.advance(1)
        #expect(try ring.current()?.key(token: made.token) == nil)
    }

    @Test func aFileThatGoesLetsNobodyIn() throws {
        let keys = try TestKeys()
        let made = try keys.make([.realtime])
        let clock = TestClock()
        let ring = try KeyRing(path: keys.path, logger: Self.quiet, clock: { clock.now })
        #expect(try ring.current()?.key(token: made.token) != nil)
        try FileManager.default.removeItem(atPath: keys.path)
        clock.advance(1)
        #expect(try ring.current() == KeyTable())
    }

    @Test func aFileThatBreaksRefusesEverybodyUntilItIsMended() throws {
        let keys = try TestKeys()
        let made = try keys.make([.realtime])
        let whole = try Data(contentsOf: URL(filePath: keys.path))
        let clock = TestClock()
        let ring = try KeyRing(path: keys.path, logger: Self.quiet, clock: { clock.now })
        try Data("{".utf8).write(to: URL(filePath: keys.path))
        clock.advance(1)
        for _ in 0..<2 {
            #expect(throws: ServerError.keysUnreadable) { try ring.current() }
            clock.advance(1)
        }
        try whole.write(to: URL(filePath: keys.path))
        clock.advance(1)
        #expect(try ring.current()?.key(token: made.token) != nil)
        #expect(throws: ServerError.self) {
            try Data("{".utf8).write(to: URL(filePath: keys.path))
            _ = try KeyRing(path: keys.path, logger: Self.quiet, clock: { clock.now })
        }
    }

    // MARK: Ephemeral secrets

    private static func secret(_ expires: Double, size: Int = 100) -> EphemeralSecret {
        EphemeralSecret(
            expires: expires, session: RealtimeSession(id: "sess_1", expiresAt: 0, model: "m", voice: "v"),
            keyID: nil, size: size)
    }

    @Test func aSecretIsGoodUntilItExpires() {
        var table = EphemeralSecretTable()
        let isKept = table.insert(Self.secret(10), hash: "a", now: 0)
        #expect(isKept)
        #expect(table.secret(hash: "a", now: 9.9) != nil)
        #expect(table.secret(hash: "a", now: 10) == nil)
        #expect(table.secret(hash: "b", now: 0) == nil)
    }

    @Test func theTableIsBoundedAndExpiredOnesMakeRoom() {
        var table = EphemeralSecretTable(capacity: 2, maxBytes: 1_000)
        func inserts(_ hash: String, expires: Double, size: Int = 100, now: Double) -> Bool {
            table.insert(Self.secret(expires, size: size), hash: hash, now: now)
        }
        #expect(inserts("a", expires: 10, now: 0))
        #expect(inserts("b", expires: 20, now: 0))
        #expect(!inserts("c", expires: 30, now: 5))
        #expect(inserts("c", expires: 30, now: 10))
        #expect(table.count == 2 && table.bytes == 200)
        // b has gone, c has not
        #expect(!inserts("d", expires: 40, size: 901, now: 20))
        #expect(inserts("d", expires: 40, size: 900, now: 20))
        #expect(table.count == 2 && table.bytes == 1_000)
    }
}
