import Foundation
import Testing

@testable import tom

@Suite struct CertificateCheckTests {
    /// Makes a key and a certificate of `days` days with openssl.
    private func make(_ name: String, days: Int, in directory: URL) throws -> Settings.TLSFiles {
        let files = Settings.TLSFiles(
            certificate: directory.appending(path: "\(name).crt").path,
            key: directory.appending(path: "\(name).key").path)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            String(days), "-subj", "/CN=localhost", "-keyout", files.key, "-out", files.certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return files
    }

    @Test func datesAndKeysAreJudged() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tom-certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let files = try make("a", days: 90, in: directory)
        let other = try make("b", days: 90, in: directory)
        let now = Date()
        let day: TimeInterval = 86_400
        func status(_ files: Settings.TLSFiles, _ offset: TimeInterval = 60) -> Finding.Status {
            CertificateCheck(files: files).finding(at: now.addingTimeInterval(offset)).status
        }
        #expect(status(files) == .ok)
        #expect(status(files, 80 * day) == .warning)
        #expect(status(files, 91 * day) == .failed)
        #expect(status(files, -day) == .failed)
        let mixed = CertificateCheck(files: .init(certificate: files.certificate, key: other.key)).finding(at: now)
        #expect(mixed.status == .failed && mixed.detail.contains("is not the key"))
        #expect(status(.init(certificate: files.key, key: files.key)) == .failed)
        #expect(status(.init(certificate: files.certificate, key: files.certificate)) == .failed)
        #expect(status(.init(certificate: "/nowhere", key: files.key)) == .failed)
    }
}
