import NIOSSL
import Testing
import TomTestKit

@testable import TomProbe

@Suite struct ProbeTLSTests {
    private func report(port: Int, authority: String?) async throws -> ProbeReport {
        let options = ProbeOptions(
            url: try ServerURL("wss://127.0.0.1:\(port)"), turns: 1, utterances: [try Speech.utterance(frames: 5)],
            authorityFile: authority, callID: "tls")
        return try await Probe(options).run()
    }

    @Test func aTrustedServerIsMeasuredAndAnUntrustedOneIsNot() async throws {
        let files = try TestCertificate()
        defer { files.remove() }
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(files.certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))))
        let certificate = files.certificate
        try await ScriptedServer.with(.init(tls: context)) { server in
            let trusted = try await report(port: server.port, authority: certificate)
            #expect(trusted.failures == [])
            #expect(trusted.turns == TurnCounts(spoken: 1, answered: 1))
            let untrusted = try await report(port: server.port, authority: nil)
            #expect(untrusted.failures.map(\.code) == ["probe.unreachable"])
            #expect(untrusted.verdict == .notMeasured)
        }
    }

    @Test func anAuthorityFileThatIsNoneIsRefused() async throws {
        await #expect(throws: ProbeError.self) { try await report(port: 1, authority: "/nowhere.pem") }
    }
}
