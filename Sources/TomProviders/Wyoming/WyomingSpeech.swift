import TomAudio
import TomEngines
import TomErrors

/// What a server's events mean for one sentence that it speaks.
struct WyomingSpeech {
    /// The most audio of one sentence, in seconds; a server that goes on has gone wrong.
    static let maxSeconds = 600

    /// Whether the text was sent as a stream: then each piece has an end of its own, and `synthesize-stopped` is the
    /// last.
    private let isStreaming: Bool
    private var format: WyomingAudioFormat?
    /// The beginning of a sample, whose rest is still to come.
    private var rest: [UInt8] = []
    private var seconds = 0.0

    init(isStreaming: Bool) { self.isStreaming = isStreaming }

    /// - Returns: what it is for the sentence, if anything.
    /// - Throws: `tts.bad_audio`.
    mutating func take(_ event: WyomingEvent) throws(EngineError) -> SynthesisEvent? {
        switch event {
        case .audioStart(let format):
            try begin(format)
            return nil
        case .audioChunk(let format, let bytes):
            if format != self.format { try begin(format) }
            return try samples(bytes, format)
        case .audioStop:
            try endPiece()
            return isStreaming ? nil : .finished
        case .synthesizeStopped:
            try endPiece()
            return isStreaming ? .finished : nil
        case .error(let word): return .failed(.wyomingFailed(word, stage: "tts"))
        case .info, .transcript, .transcriptChunk, .transcriptStop, .other: return nil
        }
    }

    private mutating func begin(_ format: WyomingAudioFormat) throws(EngineError) {
        try endPiece()
        guard format.width == 2, (1...8).contains(format.channels), (4_000...192_000).contains(format.rate) else {
            throw .wyomingBadAudio(
                "\(format.rate) Hz, \(format.width) bytes a sample and \(format.channels) channels are not taken")
        }
        self.format = format
    }

    private func endPiece() throws(EngineError) {
        guard rest.isEmpty else { throw .wyomingBadAudio("it ends within a sample") }
    }

    private mutating func samples(
        _ bytes: [UInt8], _ format: WyomingAudioFormat
    ) throws(EngineError) -> SynthesisEvent? {
        let bytes = rest.isEmpty ? bytes : rest + bytes
        let whole = bytes.count - bytes.count % (2 * format.channels)
        rest = Array(bytes[whole...])
        guard whole > 0 else { return nil }
        var samples = PCM16.decode(Array(bytes[..<whole]))
        if format.channels > 1 { samples = Self.mixed(samples, format.channels) }
        seconds += Double(samples.count) / Double(format.rate)
        guard seconds <= Double(Self.maxSeconds) else {
            throw .wyomingBadAudio("it is longer than \(Self.maxSeconds) s")
        }
        return .audio(samples, rate: SampleRate(hertz: format.rate))
    }

    /// The mean of all channels, which lie side by side.
    private static func mixed(_ samples: [Int16], _ channels: Int) -> [Int16] {
        stride(from: 0, to: samples.count, by: channels).map { first in
            let sum = samples[first..<first + channels].reduce(0) { $0 + Int32($1) }
            return Int16(truncatingIfNeeded: sum / Int32(channels))
        }
    }
}
