/// The last half second of caller audio that belongs to no turn yet, kept so that a transcription begins before the onset that
/// the voice activity detector took a moment to confirm.
struct PreRoll {
    /// 500 ms at 16 kHz: the detector's confirmation plus the soft beginning of a word.
    static let length = 8_000
    private var audio: RecentAudio

    /// - Parameter extra: samples that a detector may lag behind the audio.
    init(extra: Int = 0) { audio = RecentAudio(capacity: Self.length + extra) }

    /// Overwrites the oldest samples.
    mutating func append(_ input: Span<Int16>) { audio.append(input) }

    /// What was heard so far has gone to a turn, except for the last `lag` samples.
    mutating func clear(keeping lag: Int = 0) { audio.clear(keeping: lag) }

    /// The last ``length`` samples of what is kept, oldest first.
    var contents: [Int16] { contents(beyond: 0) }

    /// What is kept, oldest first: ``length`` samples and `lag` more at most.
    func contents(beyond lag: Int) -> [Int16] { audio.last(Self.length + lag) }
}
