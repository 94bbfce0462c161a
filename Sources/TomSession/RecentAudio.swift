/// The latest samples of a stream, as many as are kept.
struct RecentAudio {
    let capacity: Int
    /// A ring; `next` is where the next sample goes, the `count` before it are kept.
    private var samples: [Int16] = []
    private var next = 0
    private var count = 0

    init(capacity: Int) { self.capacity = capacity }

    /// Overwrites the oldest samples. Allocates the first time.
    mutating func append(_ input: Span<Int16>) {
        guard capacity > 0 else { return }
        if samples.isEmpty { samples = [Int16](repeating: 0, count: capacity) }
        let rest = input.count > capacity ? input.extracting(last: capacity) : input
        samples.withUnsafeMutableBufferPointer { ring in
            rest.withUnsafeBufferPointer { source in
                let first = min(source.count, capacity - next)
                _ = ring[next...].update(fromContentsOf: source[..<first])
                _ = ring.update(fromContentsOf: source[first...])
            }
        }
        next = (next + rest.count) % capacity
        count = min(count + rest.count, capacity)
    }

    /// Forgets all but the last `kept` samples.
    mutating func clear(keeping kept: Int = 0) { count = min(count, kept) }

    /// What is kept of the last `wanted` samples, oldest first.
    func last(_ wanted: Int) -> [Int16] {
        let start = next - min(count, wanted)
        return start >= 0 ? Array(samples[start..<next]) : Array(samples[(start + capacity)...] + samples[..<next])
    }
}
