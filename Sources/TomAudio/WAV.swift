/// WAV files: read leniently, written as one channel of 16-bit PCM. See: RIFF/WAVE, Microsoft and IBM, 1991, and RFC
/// 2361.
public enum WAV {
    /// Bytes before the first sample of what ``write(samples:rate:)`` makes.
    public static let headerSize = 44

    /// Reads a whole file, mixed to one channel.
    ///
    /// Takes 8, 16, 24 and 32-bit PCM, 32 and 64-bit float, mu-law and A-law, also as WAVE_FORMAT_EXTENSIBLE. A file
    /// that ends within its samples gives those it has.
    /// - Throws: ``AudioError/malformedWAV(reason:)`` or ``AudioError/unsupportedWAV(reason:)``; never traps.
    public static func read(_ bytes: [UInt8]) throws(AudioError) -> (samples: [Int16], rate: SampleRate) {
        var reader = WAVStreamReader()
        let samples = try reader.append(bytes)
        try reader.finish()
        guard let rate = reader.rate else { throw .malformedWAV(reason: "it has no format chunk") }
        return (samples, rate)
    }

    /// The bytes of a file with `samples` as its one channel.
    public static func write(samples: [Int16], rate: SampleRate) -> [UInt8] {
        var bytes = header(samples: samples.count, rate: rate)
        bytes.reserveCapacity(headerSize + 2 * samples.count)
        PCM16.encode(samples.span, into: &bytes)
        return bytes
    }

    /// The 44 bytes before the samples of a file with one channel of 16-bit PCM.
    /// - Parameter samples: how many samples follow; `nil` when that is not known yet, which writes the size that
    ///   readers take as "until the end". The same is written for more than a WAV file can hold (2 GiB).
    public static func header(samples: Int?, rate: SampleRate) -> [UInt8] {
        let largest = 0x7FFF_0000 - headerSize
        let size = samples.flatMap { $0 <= largest / 2 ? UInt32(2 * $0) : nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize)
        bytes += "RIFF".utf8
        append(size.map { $0 + 36 } ?? .max, to: &bytes)
        bytes += "WAVEfmt ".utf8
        append(UInt32(16), to: &bytes)
        append(UInt16(1), to: &bytes)  // PCM
        append(UInt16(1), to: &bytes)  // channels
        append(UInt32(clamping: rate.hertz), to: &bytes)
        append(UInt32(clamping: rate.hertz * 2), to: &bytes)  // bytes a second
        append(UInt16(2), to: &bytes)  // bytes a block
        append(UInt16(16), to: &bytes)  // bits a sample
        bytes += "data".utf8
        append(size ?? .max, to: &bytes)
        return bytes
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
}
