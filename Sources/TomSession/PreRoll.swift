/// The last half second of caller audio that belongs to no turn yet, kept so that a transcription begins before the onset that
/// the voice activity detector took a moment to confirm.
struct PreRoll {
    /// 500 ms at 16 kHz: the detector's confirmation plus the soft beginning of a word.
    static let length = 8_000
    private let capacity: Int
    /// A ring; `next` is where the next sample goes, the `count` before it are kept.
    private var samples: [Int16] = []
    private var next = 0
    private var count = 0

    /// - Parameter extra: samples that a detector may lag behind the audio.
    init(extra: Int = 0) { capacity = Self.length + extra }

    /// Overwrites the oldest samples.
    mutating func append(_ input: Span<Int16>) {
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

    /// What was heard so far has gone to a turn, except for the last `lag` samples.
    mutating func clear(keeping lag: Int = 0) { count = min(count, lag) }

    /// The last ``length`` samples of what is kept, oldest first.
    var contents: [Int16] { contents(beyond: 0) }

    /// What is kept, oldest first: ``length`` samples and `lag` more at most.
    func contents(beyond lag: Int) -> [Int16] {
        let wanted = min(count, Self.length + lag)
        let start = next - wanted
        return start >= 0 ? Array(samples[start..<next]) : Array(samples[(start + capacity)...] + samples[..<next])
    }
}
