import Crypto
import Foundation

/// Signs requests so that the receiver knows who sent them and that they are fresh.
///
/// See: Standard Webhooks 1.0.0, "Symmetric signatures": HMAC-SHA256 over `id.timestamp.body`.
struct WebhookSignature: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: 24 to 64 bytes in base64, with or without the usual `whsec_` before them; `nil` for anything else.
    init?(secret: String) {
        let text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
        guard let bytes = Data(base64Encoded: text), (24...64).contains(bytes.count) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The value of `webhook-signature`.
    /// - Parameter timestamp: seconds since the Unix epoch.
    func sign(id: String, timestamp: Int64, body: Data) -> String {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Data("\(id).\(timestamp).".utf8))
        mac.update(data: body)
        return "v1," + Data(mac.finalize()).base64EncodedString()
    }
}
