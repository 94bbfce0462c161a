import HTTPTypes
import Testing

@testable import TomServer

struct AccessTypesTests {
    @Test func addressesAreReadInAnySpelling() {
        #expect(IPAddress("127.0.0.1")?.bytes == [127, 0, 0, 1])
        #expect(IPAddress("[::1]")?.isLoopback == true)
        #expect(IPAddress("::ffff:127.8.9.1") == IPAddress("127.8.9.1"))
        #expect(IPAddress("::ffff:127.8.9.1")?.isLoopback == true)
        #expect(IPAddress("2001:db8::1")?.isLoopback == false)
        #expect(IPAddress("256.0.0.1") == nil)
        #expect(IPAddress("localhost") == nil)
        #expect(IPAddress("2001:db8:1:2:3::4")?.limitKey == IPAddress("2001:db8:1:2:ffff::9")?.limitKey)
        #expect(IPAddress("10.0.0.1")?.limitKey != IPAddress("10.0.0.2")?.limitKey)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.6", false), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.129", true),
        ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "::1", false), ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
    ])
    func blocksContainTheirAddresses(block: String, address: String, inside: Bool) throws {
        #expect(try #require(IPAddressRange(block)).contains(try #require(IPAddress(address))) == inside)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "x", "", "10.0.0.0/8/9", "::/129"])
    func badBlocksAreRefused(text: String) { #expect(IPAddressRange(text) == nil) }

    @Test(
        arguments: [
            (nil, "tom.example", true), ("https://tom.example", "tom.example", true),
            ("http://tom.example", "tom.example:80", true), ("https://tom.example:8443", "tom.example:8443", true),
            ("https://tom.example:8443", "tom.example", false), ("https://evil.example", "tom.example", false),
            ("http://localhost:3000", "tom.example", true), ("http://127.0.0.1", "tom.example", true),
            ("http://[::1]:5173", "tom.example", true), ("null", "tom.example", false),
            ("file://", "tom.example", false),
            ("http://localhost.evil.example", "tom.example", false),
            ("http://127.0.0.1.evil.example", "tom.example", false),
            ("http://tom.example", nil, false),
        ] as [(String?, String?, Bool)])
    func withoutAListOwnAndLoopbackPagesMayCall(origin: String?, host: String?, allowed: Bool) {
        #expect(OriginPolicy().allows(origin: origin, host: host) == allowed)
    }

    @Test func withAListOnlyItsPagesMayCall() {
        let policy = OriginPolicy(allowed: ["https://app.example"])
        #expect(policy.allows(origin: "https://APP.example", host: "tom.example"))
        #expect(!policy.allows(origin: "https://tom.example", host: "tom.example"))
        #expect(!policy.allows(origin: "http://localhost", host: "tom.example"))
        #expect(policy.allows(origin: nil, host: "tom.example"))
        #expect(OriginPolicy(allowed: ["*"]).allows(origin: "null", host: nil))
    }

    @Test func bucketsRefillAndHoldTheirBurst() {
        var bucket = TokenBucket(rate: 2, burst: 3, now: 100)
        #expect((0..<4).map { _ in bucket.take(now: 100) } == [true, true, true, false])
        #expect(bucket.wait() == 0.5)
        #expect(bucket.take(now: 100.4) == false)
        #expect(bucket.take(now: 100.5) == true)
        #expect((0..<4).map { _ in bucket.take(now: 1_000) } == [true, true, true, false])
        var unlimited = TokenBucket(rate: 0, burst: 0, now: 0)
        #expect((0..<1_000).map { _ in unlimited.take(now: 0) }.contains(false) == false)
    }

    @Test func eachAddressHasItsOwnRate() throws {
        var limiter = ConnectionRateLimiter(perMinute: 30)
        let (a, b) = (try #require(IPAddress("192.0.2.1")), try #require(IPAddress("192.0.2.2")))
        for _ in 0..<30 { #expect(limiter.admit(a, now: 0) == nil) }
        #expect(limiter.admit(a, now: 0) == 2)
        #expect(limiter.admit(b, now: 0) == nil)
        #expect(limiter.admit(a, now: 2) == nil)
        #expect(limiter.admit(a, now: 2) != nil)
    }

    @Test func theTableOfAddressesIsBounded() throws {
        var limiter = ConnectionRateLimiter(perMinute: 30, capacity: 100)
        for number in 0..<1_000 {
            _ = limiter.admit(try #require(IPAddress("10.0.\(number / 250).\(number % 250)")), now: 0)
            #expect(limiter.count <= 100)
        }
    }

    @Test func aUsedTokenIsRememberedUntilItExpires() {
        var store = ReplayStore(capacity: 2)
        #expect(store.use("a", until: 1_060, now: 1_000) == .fresh)
        #expect(store.use("a", until: 1_060, now: 1_001) == .replayed)
        #expect(store.use("b", until: 1_070, now: 1_001) == .fresh)
        #expect(store.use("c", until: 1_061, now: 1_001) == .full)
        #expect(store.use("a", until: 1_060, now: 1_060) == .replayed)
        #expect(store.use("c", until: 1_090, now: 1_062) == .fresh)
        #expect(!store.contains("a"))
        #expect(store.count == 2)
    }

    @Test func tokensAreFoundWhereverTheyAre() {
        #expect(PresentedToken([:], query: []) == .none)
        #expect(PresentedToken([.authorization: "Bearer abc"], query: []) == .token("abc"))
        #expect(PresentedToken([.authorization: "bearer abc"], query: []) == .token("abc"))
        #expect(PresentedToken([.authorization: "Basic abc"], query: []) == .none)
        #expect(PresentedToken([.secWebSocketProtocol: "tom.v1, bearer.a.b.c"], query: []) == .token("a.b.c"))
        #expect(PresentedToken([:], query: ["abc"]) == .token("abc"))
        #expect(PresentedToken([.authorization: "Bearer abc"], query: ["abc"]) == .token("abc"))
        #expect(PresentedToken([.authorization: "Bearer abc"], query: ["abd"]) == .conflicting)
        // an empty token is a token, and a bad one
        #expect(PresentedToken([.authorization: "Bearer"], query: []) == .token(""))
        #expect(PresentedToken([:], query: [""]) == .token(""))
    }

    @Test(arguments: [
        ("a", true), (String(repeating: "a", count: 100), true), ("A-z0.9_:", true), ("", false),
        (String(repeating: "a", count: 101), false), ("a b", false), ("a/b", false), ("ä", false), ("a\n", false),
    ])
    func callIDs(text: String, valid: Bool) { #expect(CallID.isValid(text) == valid) }

    @Test func intakeCountsMessagesBytesAndErrors() {
        var rates = ServerConfiguration.Rates()
        rates.messagesPerSecond = 3
        rates.bytesPerSecond = 100
        var intake = CallIntake(rates, .init(), now: 0)
        #expect(intake.admit(bytes: 60, now: 0) == nil)
        #expect(intake.admit(bytes: 60, now: 0) == .bytes)
        #expect(intake.admit(bytes: 1, now: 0) == nil)
        #expect(intake.admit(bytes: 1, now: 0) == .messages)
        for second in 0..<19 { #expect(intake.countError(now: Double(second) * 0.1) == false) }
        #expect(intake.countError(now: 10.1) == false)
        var burst = CallIntake(rates, .init(), now: 0)
        #expect((0..<20).map { _ in burst.countError(now: 1) }.firstIndex(of: true) == 19)
    }
}
