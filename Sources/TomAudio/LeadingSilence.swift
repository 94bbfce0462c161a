/// Takes the silence from the beginning of one sentence of synthesised speech, as its audio comes.
///
/// The onset is where the level first passes ``onsetDbfs`` for two blocks of 5 ms in a row, a click alone being none;
/// it is then followed back as long as the level stays above ``floorDbfs``, at most ``swellMs``, so that a sound that
/// swells (an "s", a breathed "h") is whole, and ``keptMs`` before it stay for plosives. Audio without an onset is
/// given out unshortened in the end: a sentence is never trimmed to nothing.
public struct LeadingSilence: Sendable {
    /// Level of speech, RMS of a block.
    public static let onsetDbfs: Float = -46
    /// Level of what belongs to the sound that follows it.
    public static let floorDbfs: Float = -58
    /// Kept before the onset.
    public static let keptMs = 15
    /// Longest that a sound may take from ``floorDbfs`` to ``onsetDbfs``; what lasts longer is a noise of the voice.
    public static let swellMs = 150
    /// Silence beyond this is the voice's own doing and stays.
    public static let maxMs = 1_000

    private let block: Int
    private let kept: Int
    private let swell: Int
    private let limit: Int
    /// Audio from the sentence's beginning, until its onset is known.
    private var held: [Int16] = []
    /// Samples of `held` that were measured: whole blocks.
    private var measured = 0
    /// Where the sound begins that may become the onset; `nil` in silence.
    private var soundStart: Int?
    /// Blocks in a row above ``onsetDbfs``.
    private var loudBlocks = 0

    /// How many samples were taken away; `nil` as long as it is not known.
    public private(set) var removed: Int?

    public init(rate: SampleRate) {
        block = max(rate.hertz / 200, 1)
        kept = rate.hertz * Self.keptMs / 1_000
        swell = rate.hertz * Self.swellMs / 1_000
        limit = rate.hertz * Self.maxMs / 1_000
    }

    /// Takes more of the sentence and returns what of it is to be heard: nothing as long as it may be silence.
    public mutating func trim(_ samples: [Int16]) -> [Int16] {
        if removed != nil { return samples }
        held += samples
        while held.count - measured >= block {
            measure()
            if loudBlocks == 2 { return release(from: max(soundStart ?? 0, measured - 2 * block - swell) - kept) }
            if measured >= limit { return release(from: (soundStart ?? limit) - kept) }
        }
        return []
    }

    /// The sentence is over: returns what is still held.
    public mutating func flush() -> [Int16] {
        guard removed == nil else { return [] }
        // A sound too short for an onset is all there is.
        return release(from: 0)
    }

    private mutating func measure() {
        let level = Level(held.span.extracting(measured..<(measured + block))).rmsDbfs
        if level < Self.floorDbfs { soundStart = nil } else if soundStart == nil { soundStart = measured }
        loudBlocks = level < Self.onsetDbfs ? 0 : loudBlocks + 1
        measured += block
    }

    private mutating func release(from start: Int) -> [Int16] {
        let start = max(0, start)
        removed = start
        defer { held = [] }
        return start == 0 ? held : Array(held[start...])
    }
}
