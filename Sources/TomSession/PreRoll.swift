/// The last half second of caller audio that belongs to no turn yet, kept so that a transcription begins before the onset that
/// the voice activity detector took a moment to confirm.
struct PreRoll {
    /// 500 ms at 16 kHz: the detector's confirmation plus the soft beginning of a word.
    static let capacity = 8_000
    /// A ring; `next` is where the next sample goes, the `count` before it are kept.
    private var samples: [Int16] = []
    private var next = 0
    private var count = 0

    /// Overwrites the oldest samples.
    mutating func append(_ input: Span<Int16>) {
        if samples.isEmpty { samples = [Int16](repeating: 0, count: Self.capacity) }
        let rest = input.count > Self.capacity ? input.extracting(last: Self.capacity) : input
        samples.withUnsafeMutableBufferPointer { ring in
            rest.withUnsafeBufferPointer { source in
                let first = min(source.count, Self.capacity - next)
                _ = ring[next...].update(fromContentsOf: source[..<first])
                _ = ring.update(fromContentsOf: source[first...])
            }
        }
        next = (next + rest.count) % Self.capacity
        count = min(count + rest.count, Self.capacity)
    }

    /// What was heard so far has gone to a turn.
    mutating func clear() { count = 0 }

    /// What is kept, oldest first.
    var contents: [Int16] {
        let start = next - count
        return start >= 0 ? Array(samples[start..<next]) : Array(samples[(start + Self.capacity)...] + samples[..<next])
    }
}
