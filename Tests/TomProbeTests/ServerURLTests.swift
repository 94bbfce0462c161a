import Testing

@testable import TomProbe

@Suite struct ServerURLTests {
    @Test(arguments: [
        ("ws://127.0.0.1:8080", "ws://127.0.0.1:8080"), ("wss://tom.example.org", "wss://tom.example.org:443"),
        ("http://localhost:9/", "ws://localhost:9"), ("wss://[::1]:8443/tom/", "wss://[::1]:8443/tom"),
    ])
    func addressesAreRead(text: String, canonical: String) throws {
        #expect(try ServerURL(text).description == canonical)
    }

    @Test(arguments: [
        "", "127.0.0.1:8080", "ftp://x", "ws://", "ws://u:p@host", "ws://host?t=token", "ws://host:70000",
    ])
    func othersAreRefused(text: String) {
        #expect(throws: ProbeError.self) { try ServerURL(text) }
    }

    @Test func thePathOfACallFollowsThePrefix() throws {
        #expect(try ServerURL("ws://h/base").path(callID: "a-1") == "/base/ws/stream/a-1")
    }
}
