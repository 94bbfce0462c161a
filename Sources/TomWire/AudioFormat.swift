/// How samples are coded on the wire.
public enum WireCodec: String, Sendable, Equatable, CaseIterable {
    /// Signed 16-bit little-endian linear samples.
    case pcm16
    /// G.711 mu-law, always at 8 kHz.
    case pcmu
    /// G.711 A-law, always at 8 kHz.
    case pcma

    public var bytesPerSample: Int { self == .pcm16 ? 2 : 1 }
}

/// A direction's audio on the wire: one channel of `codec` at `sampleRate` samples per second.
public struct WireAudioFormat: Sendable, Equatable {
    public var codec: WireCodec
    /// Hertz.
    public var sampleRate: Int

    public init(codec: WireCodec, sampleRate: Int) {
        self.codec = codec
        self.sampleRate = sampleRate
    }

    /// What both directions use until a `start` says otherwise.
    public static let standard = WireAudioFormat(codec: .pcm16, sampleRate: 16_000)
    /// The rates `start` accepts for PCM16, in hertz; G.711 has only 8000.
    public static let pcm16SampleRates = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]

    /// The rates `start` accepts for `codec`, in hertz.
    public static func sampleRates(for codec: WireCodec) -> [Int] {
        codec == .pcm16 ? pcm16SampleRates : [8_000]
    }

    /// Bytes of one second, the longest `audio_chunk`.
    public var bytesPerSecond: Int { sampleRate * codec.bytesPerSample }
}
