import Synchronization
import TomRealtime

/// What an ephemeral secret gives whoever holds it: sessions until it expires, configured as its maker said.
struct EphemeralSecret: Sendable, Equatable {
    /// Seconds since the Unix epoch.
    var expires: Double
    /// What sessions begin as; ids and times are their own.
    var session: RealtimeSession
    /// The key it was made with, without which it is worth nothing; `nil` when it was made without one.
    var keyID: String?
    /// Bytes of the request, against the bound of the table.
    var size: Int
}

/// The ephemeral secrets that are good at the moment, by their hashes. Bounded: when it is full of such that are still good,
/// no other is made.
struct EphemeralSecretTable: Sendable {
    let capacity: Int
    let maxBytes: Int
    private var secrets: [String: EphemeralSecret] = [:]
    private(set) var bytes = 0

    /// - Parameter maxBytes: of all requests together.
    init(capacity: Int = 10_000, maxBytes: Int = 64 << 20) {
        self.capacity = capacity
        self.maxBytes = maxBytes
    }

    var count: Int { secrets.count }

    /// Keeps a secret; `false` when there is no room.
    /// - Parameter now: seconds since the Unix epoch.
    mutating func insert(_ secret: EphemeralSecret, hash: String, now: Double) -> Bool {
        if !hasRoom(for: secret) { drop(expiredAt: now) }
        guard hasRoom(for: secret) else { return false }
        secrets[hash] = secret
        bytes += secret.size
        return true
    }

    /// The secret with this hash; `nil` when there is none, or it has expired.
    func secret(hash: String, now: Double) -> EphemeralSecret? {
        guard let secret = secrets[hash], now < secret.expires else { return nil }
        return secret
    }

    private func hasRoom(for secret: EphemeralSecret) -> Bool {
        secrets.count < capacity && bytes + secret.size <= maxBytes
    }

    private mutating func drop(expiredAt now: Double) {
        secrets = secrets.filter { now < $0.value.expires }
        bytes = secrets.values.reduce(0) { $0 + $1.size }
    }
}

/// The ephemeral secrets of a server, in memory: a restart forgets them.
final class EphemeralSecrets: Sendable {
    /// As at the hosted API.
    static let prefix = "ek_"

    private let table: Mutex<EphemeralSecretTable>

    init(_ table: EphemeralSecretTable = EphemeralSecretTable()) { self.table = Mutex(table) }

    /// Makes a secret.
    /// - Parameter now: seconds since the Unix epoch.
    /// - Throws: `ServerError` with 503 when there are too many.
    func mint(_ secret: EphemeralSecret, now: Double) throws(ServerError) -> String {
        var generator = SystemRandomNumberGenerator()
        let token = APIKey.randomToken(prefix: Self.prefix, using: &generator)
        guard table.withLock({ $0.insert(secret, hash: APIKey.hash(token), now: now) }) else {
            throw .tooManySecrets
        }
        return token
    }

    /// What `token` stands for; `nil` when it was never made here, or has expired.
    func secret(_ token: String, now: Double) -> EphemeralSecret? {
        let hash = APIKey.hash(token)
        return table.withLock { $0.secret(hash: hash, now: now) }
    }
}
