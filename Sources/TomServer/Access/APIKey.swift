import Crypto
public import Foundation

/// A key of the API as the key file keeps it: everything but the key.
///
/// The file holds the SHA-256 of the key. A key is 256 random bits, so that there is nothing to guess that a slow hash would
/// have to make dear, and it is found by its hash, so that comparing takes the same time whatever was sent.
public struct APIKey: Sendable, Equatable, Codable {
    /// `key_` and 16 hexadecimal digits; names the key to people and in logs.
    public let id: String
    /// What the operator calls it.
    public let name: String
    public let scopes: [APIScope]
    /// In hexadecimal.
    public let sha256: String
    public let created: Date
    /// `nil`: it does not expire.
    public let expires: Date?

    /// What every key begins with: some clients ask for `sk-`, and whoever finds a key should see whose it is.
    public static let prefix = "sk-tom-"

    /// Whether it is still good.
    /// - Parameter now: seconds since the Unix epoch.
    func isValid(at now: Double) -> Bool { expires.map { now < $0.timeIntervalSince1970 } ?? true }

    /// SHA-256 in hexadecimal.
    static func hash(_ token: String) -> String {
        SHA256.hash(data: Data(token.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// `prefix` and 256 random bits in base64url (RFC 4648 section 5).
    static func randomToken(prefix: String, using generator: inout some RandomNumberGenerator) -> String {
        var bytes = Data()
        for _ in 0..<4 { withUnsafeBytes(of: generator.next() as UInt64) { bytes.append(contentsOf: $0) } }
        let text = bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        return prefix + text.replacing("=", with: "")
    }
}
