import NIOCore
import NIOPosix
import NIOSSL
import Testing
import TomServer
import TomTestKit

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    @Test func aCallRunsOverTLSWithHTTP11Negotiated() async throws {
        let made = try TestCertificate()
        defer { made.remove() }
        let files = ServerConfiguration.TLSFiles(certificatePath: made.certificate, keyPath: made.key)
        try await withServer(configure: { $0.tls = files }) { port, _ in
            var client = TLSConfiguration.makeClientConfiguration()
            client.trustRoots = .file(files.certificatePath)
            client.applicationProtocols = ["h2", "http/1.1"]
            let context = try NIOSSLContext(configuration: client)
            let socket = try await TestSocket.connect(port) {
                [try NIOSSLClientHandler(context: context, serverHostname: "localhost")]
            }
            try await socket.send(TestHTTP.request(port, "/ws/stream/tls", headers: TestHTTP.upgradeHeaders))
            #expect(try await socket.read { TestResponse.take(&$0) }.status == 101)
            #expect(try await socket.read { TestFrame.take(&$0) }.type == "connected")
            try await socket.send(TestFrame.bytes(1, Array(#"{"type":"stop"}"#.utf8)))
            #expect(try await socket.read { TestFrame.take(&$0) }.type == "stopped")
            #expect(try await socket.read { TestFrame.take(&$0) }.closeCode == 1000)
            try await socket.send(TestFrame.bytes(8, [0x03, 0xE8]))
            try await socket.waitForClose()
        }
    }

    @Test func aBadCertificateIsNamed() async throws {
        let missing = ServerConfiguration.TLSFiles(
            certificatePath: "/nonexistent/cert.pem", keyPath: "/nonexistent/key.pem")
        await #expect(throws: ServerError.self) { try await withServer(configure: { $0.tls = missing }) { _, _ in } }
    }
}
