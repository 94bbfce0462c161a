/// Linear PCM as it travels: signed 16-bit samples, little-endian.
public enum PCM16 {
    /// Appends the samples in `bytes` to `output`; an odd byte at the end is left out.
    ///
    /// Allocates only when `output` must grow. `bytes` need not be aligned.
    public static func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [Int16]) {
        let count = bytes.count / 2
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: count))
        output.withUnsafeMutableBufferPointer { target in
            copy(bytes, count: count, to: UnsafeMutableBufferPointer(rebasing: target[start...]))
        }
    }

    /// Appends the samples in `bytes` to `output`; an odd byte at the end is left out.
    public static func decode(_ bytes: Span<UInt8>, into output: inout [Int16]) {
        bytes.withUnsafeBufferPointer { decode(UnsafeRawBufferPointer($0), into: &output) }
    }

    /// Decodes into the first `bytes.count / 2` elements of `output`, without allocating.
    /// - Parameter output: long enough for all whole samples in `bytes`.
    public static func decode(_ bytes: Span<UInt8>, into output: inout MutableSpan<Int16>) {
        let count = bytes.count / 2
        precondition(output.count >= count, "\(count) samples do not fit into \(output.count)")
        bytes.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { copy(UnsafeRawBufferPointer(source), count: count, to: $0) }
        }
    }

    /// The samples in `bytes`; an odd byte at the end is left out.
    public static func decode(_ bytes: [UInt8]) -> [Int16] {
        var output: [Int16] = []
        decode(bytes.span, into: &output)
        return output
    }

    /// Appends two bytes for each of `samples` to `output`; allocates only when `output` must grow.
    public static func encode(_ samples: Span<Int16>, into output: inout [UInt8]) {
        let start = output.count
        output.append(contentsOf: repeatElement(0, count: samples.count * 2))
        samples.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBytes { target in
                for i in 0..<source.count {
                    target.storeBytes(of: source[i].littleEndian, toByteOffset: start + 2 * i, as: Int16.self)
                }
            }
        }
    }

    /// The bytes of `samples`, two each.
    public static func encode(_ samples: [Int16]) -> [UInt8] {
        var output: [UInt8] = []
        encode(samples.span, into: &output)
        return output
    }

    private static func copy(
        _ bytes: UnsafeRawBufferPointer, count: Int, to target: UnsafeMutableBufferPointer<Int16>
    ) {
        for i in 0..<count {
            target[i] = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: Int16.self))
        }
    }
}
