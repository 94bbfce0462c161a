import TomAudio

/// Turns a call's input audio, whatever its codec and rate, into PCM16 at 16 kHz.
///
/// Reuses its buffers: nothing is allocated per frame once they have grown to the size of a frame.
struct CallerAudio: ~Copyable {
    private let format: AudioFormat
    private var resampler: Resampler?
    private var decoded: [Int16] = []
    private var converted: [Int16] = []
    /// The first byte of a sample whose second one has not come.
    private var half: UInt8?

    /// - Throws: `AudioError` when the rate is not one TOM converts.
    init(format: AudioFormat) throws(AudioError) {
        self.format = format
        resampler = format.sampleRate == .hz16000 ? nil : try Resampler(from: format.sampleRate, to: .hz16000)
        decoded.reserveCapacity(AudioFrame.samples(at: format.sampleRate))
    }

    /// PCM16 at 16 kHz as a client's input format has it; for audio that a client asks for, not for every frame.
    static func encoded(_ pcm: [UInt8], as format: AudioFormat) -> [UInt8]? {
        var samples: [Int16] = []
        pcm.withUnsafeBytes { PCM16.decode($0, into: &samples) }
        if format.sampleRate != .hz16000 {
            guard var resampler = try? Resampler(from: .hz16000, to: format.sampleRate) else { return nil }
            var converted: [Int16] = []
            resampler.process(samples.span, into: &converted)
            resampler.flush(into: &converted)
            samples = converted
        }
        var bytes: [UInt8] = []
        switch format.codec {
        case .pcm16: PCM16.encode(samples.span, into: &bytes)
        case .pcmu: G711.encode(samples.span, law: .mu, into: &bytes)
        case .pcma: G711.encode(samples.span, law: .a, into: &bytes)
        }
        return bytes
    }

    /// Decodes `bytes` and hands the samples to `body`; they are valid during the call only. The bytes of a sample may come
    /// in two calls.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, _ body: (Span<Int16>) -> Void) {
        decoded.removeAll(keepingCapacity: true)
        switch format.codec {
        case .pcm16: decodePCM(bytes)
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

    private mutating func decodePCM(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        if let low = half, let high = rest.popFirst() {
            decoded.append(Int16(bitPattern: UInt16(low) | UInt16(high) << 8))
            half = nil
        }
        if !rest.count.isMultiple(of: 2) { half = rest.popLast() }
        PCM16.decode(UnsafeRawBufferPointer(rebasing: rest), into: &decoded)
    }

    /// Forgets half a sample: what follows begins with a whole one.
    mutating func dropHalf() { half = nil }
}
