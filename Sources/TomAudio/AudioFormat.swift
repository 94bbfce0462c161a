/// The form of one channel of audio on a wire: codec and sample rate.
public struct AudioFormat: Sendable, Hashable, CustomStringConvertible {
    public var codec: AudioCodec
    public var sampleRate: SampleRate

    public init(codec: AudioCodec, sampleRate: SampleRate) {
        self.codec = codec
        self.sampleRate = sampleRate
    }

    /// Bytes that one sample takes: 2 or 1.
    public var bytesPerSample: Int { codec.bytesPerSample }

    /// Bytes of `ms` milliseconds of audio; a fraction of a sample at the end is left out.
    /// - Parameter ms: zero or above.
    public func bytes(forMs ms: Int) -> Int {
        sampleRate.hertz * ms / 1_000 * bytesPerSample
    }

    /// Whole milliseconds of audio that `bytes` bytes hold, rounded down.
    /// - Parameter bytes: zero or above.
    public func milliseconds(forBytes bytes: Int) -> Int {
        bytes / bytesPerSample * 1_000 / sampleRate.hertz
    }

    /// Codec and rate, such as `pcm16 16000 Hz`.
    public var description: String { "\(codec.rawValue) \(sampleRate)" }
}
