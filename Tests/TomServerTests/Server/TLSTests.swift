import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing
import TomServer

@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    /// A self-signed certificate made by openssl for this test.
    private func makeFiles() throws -> (directory: URL, files: ServerConfiguration.TLSFiles) {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tom-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let (key, certificate) = (directory.appending(path: "key.pem").path, directory.appending(path: "cert.pem").path)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return (directory, .init(certificatePath: certificate, keyPath: key))
    }

    @Test func aCallRunsOverTLSWithHTTP11Negotiated() async throws {
        let (directory, files) = try makeFiles()
        defer { try? FileManager.default.removeItem(at: directory) }
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
