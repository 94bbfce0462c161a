/// The keys of a key file, found by hash and by id.
struct KeyTable: Sendable, Equatable {
    private let byHash: [String: APIKey]

    init(_ keys: [APIKey] = []) {
        // of two entries with one hash the later counts: both are the same key
        byHash = Dictionary(keys.map { ($0.sha256.lowercased(), $0) }) { $1 }
    }

    /// The key, expired or not; `nil` when it is none of the file's.
    func key(token: String) -> APIKey? { byHash[APIKey.hash(token)] }

    /// The key with this id that is good at `now`, in seconds since the Unix epoch.
    func key(id: String, now: Double) -> APIKey? { byHash.values.first { $0.id == id && $0.isValid(at: now) } }
}
