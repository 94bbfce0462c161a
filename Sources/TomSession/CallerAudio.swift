import TomAudio

/// Turns a call's input audio, whatever its codec and rate, into PCM16 at 16 kHz.
///
/// Reuses its buffers: nothing is allocated per frame once they have grown to the size of a frame.
struct CallerAudio: ~Copyable {
    private let format: AudioFormat
    private var resampler: Resampler?
    private var decoded: [Int16] = []
    private var converted: [Int16] = []

    /// - Throws: `AudioError` when the rate is not one TOM converts.
    init(format: AudioFormat) throws(AudioError) {
        self.format = format
        resampler = format.sampleRate == .hz16000 ? nil : try Resampler(from: format.sampleRate, to: .hz16000)
        decoded.reserveCapacity(AudioFrame.samples(at: format.sampleRate))
    }

    /// Decodes `bytes` and hands the samples to `body`; they are valid during the call only.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, _ body: (Span<Int16>) -> Void) {
        decoded.removeAll(keepingCapacity: true)
        switch format.codec {
        case .pcm16: PCM16.decode(bytes, into: &decoded)
        case .pcmu: G711.decode(bytes, law: .mu, into: &decoded)
        case .pcma: G711.decode(bytes, law: .a, into: &decoded)
        }
        guard resampler != nil else { return body(decoded.span) }
        // Taken out of self for the call: a span of one stored buffer and a change to another would overlap.
        var input: [Int16] = []
        swap(&input, &decoded)
        converted.removeAll(keepingCapacity: true)
        resampler?.process(input.span, into: &converted)
        body(converted.span)
        swap(&input, &decoded)
    }
}
