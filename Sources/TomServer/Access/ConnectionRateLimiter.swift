/// Bounds the new connections of each address, in a table of bounded size.
struct ConnectionRateLimiter: Sendable {
    /// Connections a minute and at once; zero means unlimited.
    let perMinute: Int
    /// Addresses remembered. When all of them are busy, the least recently seen is forgotten.
    let capacity: Int
    private var buckets: [IPAddress: (bucket: TokenBucket, seen: UInt64)] = [:]
    private var clock: UInt64 = 0

    init(perMinute: Int, capacity: Int = 10_000) {
        self.perMinute = perMinute
        self.capacity = capacity
    }

    var count: Int { buckets.count }

    /// Admits a connection from `address`.
    /// - Parameter now: seconds on a clock that does not go backwards.
    /// - Returns: `nil` when admitted, else the whole seconds to wait.
    mutating func admit(_ address: IPAddress, now: Double) -> Int? {
        guard perMinute > 0 else { return nil }
        let key = address.limitKey
        clock += 1
        if buckets[key] == nil, buckets.count >= capacity { makeRoom(now: now) }
        var entry =
            buckets[key] ?? (TokenBucket(rate: Double(perMinute) / 60, burst: Double(perMinute), now: now), clock)
        let admitted = entry.bucket.take(now: now)
        entry.seen = clock
        buckets[key] = entry
        return admitted ? nil : max(1, Int(entry.bucket.wait().rounded(.up)))
    }

    private mutating func makeRoom(now: Double) {
        buckets = buckets.filter { !$0.value.bucket.isFull(now: now) }
        guard buckets.count >= capacity else { return }
        // a tenth at once, so that a flood of addresses does not cost a search each
        let oldest = buckets.sorted { $0.value.seen < $1.value.seen }.prefix(max(1, capacity / 10))
        for (key, _) in oldest { buckets[key] = nil }
    }
}
