import Foundation
import NIOSSL

/// Checks the server's certificate: readable, of this date, and of this key.
struct CertificateCheck {
    let files: Settings.TLSFiles

    /// Warn when the certificate ends within this many days.
    private static let warningDays = 14

    func finding(at now: Date) -> Finding {
        guard let chain = try? NIOSSLCertificate.fromPEMFile(files.certificate), let certificate = chain.first else {
            return .failed(
                "certificate", "\(files.certificate) holds no PEM certificate that can be read",
                fix: "Check TLS_CERTIFICATE_FILE and that this user may read the file.")
        }
        guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
            return .failed(
                "certificate", "\(files.key) holds no PEM private key that can be read",
                fix:
                    "Check TLS_KEY_FILE and that this user may read the file; keys with a passphrase are not supported."
            )
        }
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        // BoringSSL refuses a key that is not the certificate's.
        guard (try? NIOSSLContext(configuration: configuration)) != nil else {
            return .failed(
                "certificate", "\(files.key) is not the key of the first certificate in \(files.certificate)",
                fix: "Put the server's own certificate first in the file, and name its key.")
        }
        return validity(of: certificate, at: now)
    }

    private func validity(of certificate: NIOSSLCertificate, at now: Date) -> Finding {
        let begins = Date(timeIntervalSince1970: TimeInterval(certificate.notValidBefore))
        let ends = Date(timeIntervalSince1970: TimeInterval(certificate.notValidAfter))
        let days = Int((ends.timeIntervalSince(now) / 86_400).rounded(.down))
        if now < begins {
            return .failed(
                "certificate", "the certificate is valid only from \(begins.formatted(.iso8601))",
                fix: "Check the machine's clock, or wait.")
        }
        if now > ends {
            return .failed("certificate", "the certificate ended on \(ends.formatted(.iso8601))", fix: "Renew it.")
        }
        if days < Self.warningDays {
            return .warning(
                "certificate", "the certificate ends in \(days) days, on \(ends.formatted(.iso8601))", fix: "Renew it.")
        }
        return .ok("certificate", "valid until \(ends.formatted(.iso8601)), and the key is its own")
    }
}
