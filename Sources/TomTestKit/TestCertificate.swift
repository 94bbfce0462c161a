import Foundation

/// A self-signed certificate for localhost and 127.0.0.1, made by openssl in a directory of its own.
public struct TestCertificate: Sendable {
    private let directory: URL
    /// Paths of PEM files.
    public var certificate: String { directory.appending(path: "cert.pem").path }
    public var key: String { directory.appending(path: "key.pem").path }

    public init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "tom-certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out",
            certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
    }

    /// Deletes the files.
    public func remove() { try? FileManager.default.removeItem(at: directory) }
}
