/// What the `fmt ` chunk of a WAV file says, checked.
struct WAVFormat: Sendable, Equatable {
    enum Encoding: Sendable, Equatable {
        case integer
        case float
        case muLaw
        case aLaw
    }

    static let maximumChannels = 32
    static let maximumHertz = 768_000

    var encoding: Encoding
    var channels: Int
    var rate: SampleRate
    /// Bytes of one sample of one channel: 1, 2, 3, 4, or 8 for float.
    var bytesPerSample: Int
    /// Bytes of one sample of all channels.
    var bytesPerFrame: Int { channels * bytesPerSample }

    /// Reads the body of the chunk.
    /// - Parameter body: the chunk's first bytes, 40 at most.
    init(chunk body: [UInt8]) throws(AudioError) {
        guard body.count >= 16 else {
            throw .malformedWAV(reason: "its format chunk has \(body.count) bytes instead of 16 or more")
        }
        var tag = WAVFormat.uint16(body, 0)
        channels = WAVFormat.uint16(body, 2)
        let hertz = WAVFormat.uint32(body, 4)
        let blockAlign = WAVFormat.uint16(body, 12)
        let bits = WAVFormat.uint16(body, 14)
        if tag == 0xFFFE {
            // WAVE_FORMAT_EXTENSIBLE: the first two bytes of the sub-format's GUID are the tag that counts.
            guard body.count >= 26 else {
                throw .malformedWAV(reason: "its extensible format chunk has \(body.count) bytes instead of 40")
            }
            tag = WAVFormat.uint16(body, 24)
        }
        guard (1...WAVFormat.maximumChannels).contains(channels) else {
            throw .malformedWAV(reason: "it has \(channels) channels; 1 to \(WAVFormat.maximumChannels) can be read")
        }
        guard (1...WAVFormat.maximumHertz).contains(hertz) else {
            throw .malformedWAV(reason: "its sample rate is \(hertz) Hz")
        }
        rate = SampleRate(hertz: hertz)
        // The container's width is what counts (20 valid bits travel in 3 or 4 bytes, the most significant first);
        // writers that leave the alignment out are taken at their number of bits.
        let container = blockAlign > 0 ? blockAlign : channels * ((bits + 7) / 8)
        guard container % channels == 0 else {
            throw .malformedWAV(reason: "its \(channels) channels do not fit into blocks of \(container) bytes")
        }
        bytesPerSample = container / channels
        encoding = try WAVFormat.encoding(tag: tag, bytesPerSample: bytesPerSample)
    }

    private static func encoding(tag: Int, bytesPerSample: Int) throws(AudioError) -> Encoding {
        switch (tag, bytesPerSample) {
        case (1, 1...4): return .integer
        case (3, 4), (3, 8): return .float
        case (6, 1): return .aLaw
        case (7, 1): return .muLaw
        case (1, _), (3, _), (6, _), (7, _):
            throw .unsupportedWAV(reason: "format \(tag) with \(bytesPerSample) bytes a sample")
        default:
            throw .unsupportedWAV(reason: "format \(tag); PCM, float, A-law and mu-law can be read")
        }
    }

    /// Little-endian numbers at `offset`, which lies within `bytes`.
    static func uint16(_ bytes: [UInt8], _ offset: Int) -> Int {
        Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
    }

    static func uint32(_ bytes: [UInt8], _ offset: Int) -> Int {
        uint16(bytes, offset) | uint16(bytes, offset + 2) << 16
    }
}

extension WAVFormat {
    /// Decodes `bytes`, a whole number of frames, mixes the channels to one and appends to `output`.
    func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [Int16]) {
        let frames = bytes.count / bytesPerFrame
        if encoding == .integer, bytesPerSample == 2, channels == 1 {
            PCM16.decode(bytes, into: &output)
            return
        }
        output.reserveCapacity(output.count + frames)
        for frame in 0..<frames {
            var sum: Int32 = 0
            for channel in 0..<channels {
                sum += Int32(sample(bytes, at: frame * bytesPerFrame + channel * bytesPerSample))
            }
            // The mean of 16-bit values is one.
            output.append(Int16(truncatingIfNeeded: sum / Int32(channels)))
        }
    }

    private func sample(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int16 {
        switch encoding {
        case .muLaw: G711.decode(bytes[offset], law: .mu)
        case .aLaw: G711.decode(bytes[offset], law: .a)
        case .float where bytesPerSample == 8:
            WAVFormat.clamped(
                Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))))
        case .float:
            WAVFormat.clamped(
                Double(
                    Float(
                        bitPattern: UInt32(
                            littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))))
        case .integer:
            integer(bytes, at: offset)
        }
    }

    /// The integer sample at `offset`, rounded to its 16 most significant bits.
    private func integer(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int16 {
        // 8-bit samples are unsigned with 128 as zero; wider ones are signed.
        if bytesPerSample == 1 { return (Int16(bytes[offset]) - 128) << 8 }
        var value: Int64 = 0
        for i in 0..<bytesPerSample { value |= Int64(bytes[offset + i]) << (8 * i) }
        let excess = 8 * bytesPerSample - 16
        let signed = (value << (48 - excess)) >> (48 - excess)
        guard excess > 0 else { return Int16(truncatingIfNeeded: signed) }
        return Int16(clamping: (signed + (1 << (excess - 1))) >> excess)
    }

    /// A float sample, nominally -1...1; what lies outside is clipped and what is no number is silence.
    private static func clamped(_ value: Double) -> Int16 {
        guard !value.isNaN else { return 0 }
        return Int16(max(-32_768, min(32_767, (value * 32_768).rounded())))
    }
}
