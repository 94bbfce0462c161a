/// How one sample of audio is written in bytes.
public enum AudioCodec: String, Sendable, Hashable, CaseIterable {
    /// Signed 16-bit linear PCM, little-endian.
    case pcm16
    /// ITU-T G.711 mu-law, 8 bits a sample.
    case pcmu
    /// ITU-T G.711 A-law, 8 bits a sample.
    case pcma

    /// Bytes that one sample takes: 2 or 1.
    public var bytesPerSample: Int {
        switch self {
        case .pcm16: 2
        case .pcmu, .pcma: 1
        }
    }
}
