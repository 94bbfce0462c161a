/// Tells a phrase that was spoken from speech that merely was forced into the grammar.
///
/// A second search hears the same audio as a free sequence of phones. Where the phrase was said, both explain the
/// audio about equally well; where something else was said, the free sequence explains it much better. The measure is
/// the difference of their acoustic scores for each frame: half its mean over the phrase plus its worst mean over 300
/// ms within it, so that one wrong word in a right sentence shows.
public enum Verification {
    /// Chosen on ten synthetic voices, plain and in the telephone band: accepts three of four phrases at 10 to 20 dB signal to
    /// noise, and of sentences made to resemble them one in seven.
    public static let defaultLimit = 24.0
    /// For rows of digits, of which any fits any other: there is less to tell them from other speech by.
    public static let digitsLimit = 18.0

    /// 300 ms.
    static let window = 30

    /// The deviation of `phrase` from what `phones` heard; `nil` when there is no word in `phrase`.
    static func deviation(phrase: [Decoder.Segment], phones: [Decoder.Segment]) -> Double? {
        let words = phrase.filter { !$0.isFiller }
        guard let first = words.first, let last = words.last else { return nil }
        // What the phone search hears as speech before and after the phrase is to be explained too.
        let spoken = phones.filter { !$0.isFiller }
        let start = min(first.frames.lowerBound, (spoken.first?.frames.lowerBound ?? .max - margin) + margin)
        let end = max(last.frames.upperBound, (spoken.last?.frames.upperBound ?? margin) - margin)
        let heard = perFrame(phones, upTo: end)
        let forced = perFrame(phrase, upTo: end)
        let differences = (max(0, start)..<end).map { heard[$0] - forced[$0] }
        guard !differences.isEmpty else { return nil }
        let mean = differences.reduce(0, +) / Double(differences.count)
        return mean / 2 + worstWindow(differences)
    }

    /// 50 ms of the free sequence's speech are not counted at its ends, where it takes breath and noise for a phone.
    private static let margin = 5

    private static func perFrame(_ segments: [Decoder.Segment], upTo end: Int) -> [Double] {
        var scores = [Double](repeating: 0, count: end)
        for segment in segments {
            let share = Double(segment.score) / Double(segment.frames.count)
            for frame in segment.frames.clamped(to: 0..<end) { scores[frame] = share }
        }
        return scores
    }

    private static func worstWindow(_ values: [Double]) -> Double {
        let width = min(window, values.count)
        var sum = values.prefix(width).reduce(0, +)
        var worst = sum
        for index in width..<max(width, values.count) {
            sum += values[index] - values[index - width]
            worst = max(worst, sum)
        }
        return worst / Double(width)
    }
}
