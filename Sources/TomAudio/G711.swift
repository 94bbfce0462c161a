/// ITU-T G.711: 8-bit companded speech, both laws, without tables and without allocation.
///
/// Linear samples are 16 bits wide, the law's 14 bits (mu) or 13 bits (A) left-justified. On a decision value itself,
/// where the Recommendation leaves the choice open, negative samples take the interval nearer to zero, as the ITU-T
/// software library (Recommendation G.191) does.
public enum G711 {
    /// The companding law.
    public enum Law: Sendable, Hashable, CaseIterable {
        /// mu-law, used in North America and Japan; `audio/PCMU`.
        case mu
        /// A-law, used elsewhere; `audio/PCMA`.
        case a
    }

    /// The linear value of one code word. See ITU-T G.711 tables 1a and 1b (A), 2a and 2b (mu).
    @inlinable
    public static func decode(_ code: UInt8, law: Law) -> Int16 {
        switch law {
        case .mu: decodeMu(code)
        case .a: decodeA(code)
        }
    }

    /// The code word of one linear value.
    @inlinable
    public static func encode(_ sample: Int16, law: Law) -> UInt8 {
        switch law {
        case .mu: encodeMu(sample)
        case .a: encodeA(sample)
        }
    }

    /// Decodes code words into the first `bytes.count` elements of `output`.
    ///
    /// Does not allocate; 160 bytes are 20 ms.
    /// - Parameter output: at least as long as `bytes`.
    public static func decode(_ bytes: Span<UInt8>, law: Law, into output: inout MutableSpan<Int16>) {
        precondition(output.count >= bytes.count, "\(bytes.count) samples do not fit into \(output.count)")
        bytes.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                decode(UnsafeRawBufferPointer(source), law: law, to: target)
            }
        }
    }

    /// Decodes code words and appends the samples to `output`; allocates only when `output` must grow.
    public static func decode(_ bytes: Span<UInt8>, law: Law, into output: inout [Int16]) {
        bytes.withUnsafeBufferPointer { decode(UnsafeRawBufferPointer($0), law: law, into: &output) }
    }

    /// Decodes code words and appends the samples to `output`; allocates only when `output` must grow.
    public static func decode(_ bytes: UnsafeRawBufferPointer, law: Law, into output: inout [Int16]) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: bytes.count))
        output.withUnsafeMutableBufferPointer {
            decode(bytes, law: law, to: UnsafeMutableBufferPointer(rebasing: $0[start...]))
        }
    }

    /// Encodes samples into the first `samples.count` elements of `output`.
    ///
    /// Does not allocate; 160 samples are 20 ms.
    /// - Parameter output: at least as long as `samples`.
    public static func encode(_ samples: Span<Int16>, law: Law, into output: inout MutableSpan<UInt8>) {
        precondition(output.count >= samples.count, "\(samples.count) bytes do not fit into \(output.count)")
        samples.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { encode(source, law: law, to: $0) }
        }
    }

    /// Encodes samples and appends the code words to `output`; allocates only when `output` must grow.
    public static func encode(_ samples: Span<Int16>, law: Law, into output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: samples.count))
        samples.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer {
                encode(source, law: law, to: UnsafeMutableBufferPointer(rebasing: $0[start...]))
            }
        }
    }
}

extension G711 {
    // The law is chosen outside the loops, so that each loop is a straight line the compiler can unroll.
    private static func decode(
        _ source: UnsafeRawBufferPointer, law: Law, to target: UnsafeMutableBufferPointer<Int16>
    ) {
        switch law {
        case .mu: for i in 0..<source.count { target[i] = decodeMu(source[i]) }
        case .a: for i in 0..<source.count { target[i] = decodeA(source[i]) }
        }
    }

    private static func encode(
        _ source: UnsafeBufferPointer<Int16>, law: Law, to target: UnsafeMutableBufferPointer<UInt8>
    ) {
        switch law {
        case .mu: for i in 0..<source.count { target[i] = encodeMu(source[i]) }
        case .a: for i in 0..<source.count { target[i] = encodeA(source[i]) }
        }
    }

    @inlinable
    static func decodeMu(_ code: UInt8) -> Int16 {
        // All bits travel inverted.
        let bits = Int32(~code)
        let segment = (bits >> 4) & 7
        let magnitude = ((((bits & 0x0F) << 1) &+ 33) &<< segment) &- 33
        let signMask = -(bits >> 7)
        // Two's complement negation without a branch, then 14 to 16 bits.
        return Int16(truncatingIfNeeded: ((magnitude ^ signMask) &- signMask) << 2)
    }

    // Both laws are small floating-point formats: the segment is an exponent, the interval four bits of a mantissa. A
    // conversion to Float, exact for 13 bits, finds both at once and, unlike a bit scan, for several samples together.

    @inlinable
    static func encodeMu(_ sample: Int16) -> UInt8 {
        let value = Int32(sample)
        let signMask = value >> 31
        // One's complement of negatives, 16 to 14 bits, bias; the largest segment ends at 8191.
        let biased = min(((value ^ signMask) >> 2) &+ 33, 0x1FFF)
        // 33 to 63 is segment 0: exponent 5, which Float keeps as 132.
        let code = Int32(bitPattern: Float(biased).bitPattern >> 19) &- (132 << 4)
        return ~UInt8(truncatingIfNeeded: code | (signMask & 0x80))
    }

    @inlinable
    static func decodeA(_ code: UInt8) -> Int16 {
        // Even bits travel inverted.
        let bits = Int32(code ^ 0x55)
        let segment = (bits >> 4) & 7
        // Segments 0 and 1 share one step; from 1 on there is a leading one. The half step puts the value mid-interval.
        let leading = Int32(segment == 0 ? 0 : 32)
        let shift = Int32(segment == 0 ? 0 : segment &- 1)
        let magnitude = (((bits & 0x0F) << 1) &+ 1 &+ leading) &<< shift
        // A set sign bit means positive.
        let signMask = (bits >> 7) &- 1
        return Int16(truncatingIfNeeded: ((magnitude ^ signMask) &- signMask) << 3)
    }

    @inlinable
    static func encodeA(_ sample: Int16) -> UInt8 {
        let value = Int32(sample)
        let signMask = value >> 31
        // One's complement of negatives; 12 bits of magnitude in units of the smallest step.
        let magnitude = (value ^ signMask) >> 4
        // Segment 0 is linear; segment 1, with the same step, begins at 16: exponent 4, which Float keeps as 131.
        let companded = Int32(bitPattern: Float(magnitude).bitPattern >> 19) &- (130 << 4)
        let code = magnitude < 16 ? magnitude : companded
        return UInt8(truncatingIfNeeded: (code | (~signMask & 0x80)) ^ 0x55)
    }
}
