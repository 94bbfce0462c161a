/// Cuts an utterance into parts that a model for whole utterances can hear: Whisper drops what is beyond 30 s.
enum UtteranceParts {
    /// Samples of a part at most: 28 s at 16 kHz.
    static let longest = 28 * 16_000
    /// The end of a part is where it is quietest within its last 8 s.
    private static let search = 8 * 16_000
    /// 100 ms.
    private static let window = 1_600

    /// Ranges that cover `samples`, in order.
    static func ranges(_ samples: [Int16]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while samples.count - start > longest {
            let end = quietest(samples, from: start + longest - search, to: start + longest)
            ranges.append(start..<end)
            start = end
        }
        if start < samples.count { ranges.append(start..<samples.count) }
        return ranges
    }

    /// The middle of the quietest window.
    private static func quietest(_ samples: [Int16], from: Int, to: Int) -> Int {
        var best = (at: to - window, energy: Double.infinity)
        for at in stride(from: from, through: to - window, by: window) {
            let energy = samples[at..<at + window].reduce(0.0) { $0 + Double($1) * Double($1) }
            if energy < best.energy { best = (at, energy) }
        }
        return best.at + window / 2
    }
}
