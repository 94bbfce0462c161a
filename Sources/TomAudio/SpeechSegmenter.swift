/// Makes stretches of speech out of judgements on single frames, whoever judges them: it declares an onset after speech
/// without a break and a stop after silence, and lets clicks and short gaps pass.
///
/// A value without references; nothing is allocated, ever.
public struct SpeechSegmenter: Sendable {
    /// A change between silence and speech. Positions are milliseconds of the audio judged since the start.
    public enum Transition: Equatable, Sendable {
        /// Speech began; `atMs` is where its first frame begins, before the onset was sure.
        case started(atMs: Int)
        /// Speech ended; `lastSpeechMs` is where its last frame ends, before the silence was long enough.
        case stopped(lastSpeechMs: Int)
    }

    /// Length of one frame in milliseconds.
    public let frameMs: Int
    /// Whether the caller speaks, as far as transitions have said.
    public private(set) var isSpeaking = false
    /// Milliseconds of audio judged so far.
    public var positionMs: Int { frames * frameMs }
    /// While speaking: the end of the last frame that counted as speech, in milliseconds of the audio.
    public var lastSpeechMs: Int { (frames - gap) * frameMs }

    private var frames = 0
    /// Frames of speech without a break up to now.
    private var run = 0
    /// Frames since the last that counted as speech.
    private var gap = 0
    private let startFrames: Int
    private let stopFrames: Int
    private let onsetFrames: Int

    /// - Parameters:
    ///   - startMs: speech without a break that declares an onset; rounded up to whole frames, at least one.
    ///   - stopMs: silence that declares the stop; rounded up to whole frames, at least one.
    ///   - frameMs: length of one frame, above zero.
    ///   - onsetFrames: frames of speech that the first judgement of speech after silence stands for, itself counted:
    ///     more than 1 where who judges waits for them.
    public init(startMs: Int, stopMs: Int, frameMs: Int, onsetFrames: Int = 1) {
        precondition(frameMs > 0, "a frame is longer than \(frameMs) ms")
        precondition(onsetFrames > 0, "a judgement stands for more than \(onsetFrames) frames")
        self.frameMs = frameMs
        startFrames = max(1, (startMs + frameMs - 1) / frameMs)
        stopFrames = max(1, (stopMs + frameMs - 1) / frameMs)
        self.onsetFrames = onsetFrames
    }

    /// Takes the judgement on the next frame and returns the change it brings.
    public mutating func advance(isSpeech: Bool) -> Transition? {
        frames += 1
        if isSpeech {
            run = run > 0 ? run + 1 : min(onsetFrames, frames)
        } else {
            run = 0
        }
        guard isSpeaking else {
            guard run >= startFrames else { return nil }
            isSpeaking = true
            gap = 0
            return .started(atMs: (frames - run) * frameMs)
        }
        // After a pause one frame alone is a click; the next one counts it in after all.
        if isSpeech, gap < 2 || run >= 2 {
            gap = 0
            return nil
        }
        gap += 1
        // A frame that may yet be the first of more speech is waited for.
        guard gap >= stopFrames, !isSpeech else { return nil }
        isSpeaking = false
        return .stopped(lastSpeechMs: (frames - gap) * frameMs)
    }
}
