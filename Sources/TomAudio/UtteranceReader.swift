/// Cuts a WAV file into utterances at its pauses: PCM16 at 16 kHz, mono, each with a little of the silence around it.
///
/// The file is decoded as it is read, so that a long one costs its bytes and the utterance being read. Speech without a pause
/// is cut after ``maxUtteranceMs``.
public struct UtteranceReader: ~Copyable, Sendable {
    /// Speech between two pauses.
    public struct Utterance: Sendable, Equatable {
        /// PCM16 at 16 kHz.
        public let samples: [Int16]
        /// Where its first sample is in the file, in milliseconds.
        public let startMs: Int
        public var endMs: Int { startMs + samples.count / 16 }
    }

    public enum Step: Sendable, Equatable {
        case utterance(Utterance)
        /// Nothing yet; some of the file was read.
        case more
        case end
    }

    /// What one utterance may last; no engine of TOM hears more at once than two minutes.
    public static let maxUtteranceMs = 60_000
    /// Silence that ends an utterance, and what is kept of it before and behind.
    private static let pauseMs = 700
    private static let marginMs = 300
    private static let blockBytes = 65_536

    private let bytes: ArraySlice<UInt8>
    private var offset: Int
    private var wav = WAVStreamReader()
    private var resampler: Resampler?
    private var detector = VoiceActivityDetector(.init(stopMs: UtteranceReader.pauseMs))
    /// What was decoded and may be part of an utterance, from `heldStartMs` on.
    private var held: [Int16] = []
    private var heldStartMs = 0
    private var positionMs = 0
    private var speechStartMs: Int?
    private var ready: [Utterance] = []
    private var isDone = false

    /// - Parameter bytes: the whole file.
    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        offset = bytes.startIndex
    }

    /// Milliseconds of the file read so far; at the end, its duration.
    public var durationMs: Int { positionMs }

    /// Reads a little further.
    /// - Throws: `AudioError` for a file that is no WAV, or one that TOM does not read.
    public mutating func next() throws(AudioError) -> Step {
        if !ready.isEmpty { return .utterance(ready.removeFirst()) }
        if isDone { return .end }
        try read()
        return ready.isEmpty ? (isDone ? .end : .more) : .utterance(ready.removeFirst())
    }

    private mutating func read() throws(AudioError) {
        let blockEnd = min(offset + Self.blockBytes, bytes.endIndex)
        let samples = try wav.append(Array(bytes[offset..<blockEnd]))
        offset = blockEnd
        if resampler == nil, let rate = wav.rate { resampler = try Resampler(fromAny: rate, to: .hz16000) }
        var converted: [Int16] = []
        resampler?.process(samples.span, into: &converted)
        if offset == bytes.endIndex {
            try wav.finish()
            resampler?.flush(into: &converted)
            isDone = true
        }
        hear(converted)
        if isDone { end(speechEndMs: positionMs) }
    }

    /// Judges the samples frame by frame; what ends within them is ready.
    private mutating func hear(_ samples: [Int16]) {
        held += samples
        var changes: [VoiceActivityDetector.Transition] = []
        var begin = 0
        while begin < samples.count {
            let frameEnd = min(begin + VoiceActivityDetector.frameSize, samples.count)
            detector.process(samples.span.extracting(begin..<frameEnd)) { changes.append($0) }
            begin = frameEnd
            for change in changes { take(change) }
            changes.removeAll(keepingCapacity: true)
            if let start = speechStartMs, detector.positionMs - start >= Self.maxUtteranceMs {
                end(speechEndMs: detector.positionMs)
                speechStartMs = detector.positionMs
            }
        }
        positionMs = heldStartMs + held.count / 16
        if speechStartMs == nil { forget(before: positionMs - Self.marginMs - 200) }
    }

    private mutating func take(_ change: VoiceActivityDetector.Transition) {
        switch change {
        case .started(let atMs): speechStartMs = speechStartMs ?? max(atMs - Self.marginMs, heldStartMs)
        case .stopped(let lastSpeechMs): end(speechEndMs: lastSpeechMs + Self.marginMs)
        }
    }

    /// Makes an utterance of what began, if anything did.
    private mutating func end(speechEndMs: Int) {
        guard let startMs = speechStartMs else { return }
        speechStartMs = nil
        let first = max(0, startMs - heldStartMs) * 16
        let last = min(max(first, (speechEndMs - heldStartMs) * 16), held.count)
        guard last > first else { return }
        ready.append(Utterance(samples: Array(held[first..<last]), startMs: heldStartMs + first / 16))
        forget(before: heldStartMs + last / 16)
    }

    private mutating func forget(before ms: Int) {
        let count = min((ms - heldStartMs) * 16, held.count) / 16 * 16
        guard count > 0 else { return }
        held.removeFirst(count)
        heldStartMs += count / 16
    }
}
