/// Base64 of RFC 4648 section 4 with padding, table driven and without allocation.
package enum Base64 {
    private static let alphabet: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")
    /// Set in a decoding table's entry for a character outside the alphabet.
    private static let invalid: UInt32 = 0xFF00_0000

    /// Four tables of 256, one for each place in a group: the six bits, shifted to where they lie in the three bytes
    /// when those are read as a little-endian number.
    private static let decoding: [UInt32] = {
        var tables = [UInt32](repeating: invalid, count: 4 * 256)
        for (index, character) in alphabet.enumerated() {
            let bits = UInt32(index)
            tables[Int(character)] = bits << 2
            tables[256 + Int(character)] = bits >> 4 | (bits & 0x0F) << 12
            tables[512 + Int(character)] = (bits >> 2) << 8 | (bits & 0x03) << 22
            tables[768 + Int(character)] = bits << 16
        }
        return tables
    }()

    /// The two characters of each 12-bit value, the first in the low byte.
    private static let encoding: [UInt16] = (0..<4096).map {
        UInt16(alphabet[$0 >> 6]) | UInt16(alphabet[$0 & 63]) << 8
    }

    /// Characters that `count` bytes become.
    package static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

    /// Bytes that `text` becomes; `nil` when its length or its padding's length is wrong.
    package static func decodedCount(_ text: UnsafeRawBufferPointer) -> Int? {
        guard text.count % 4 == 0 else { return nil }
        guard let last = text.last, last == padding else { return text.count / 4 * 3 }
        return text.count / 4 * 3 - (text[text.count - 2] == padding ? 2 : 1)
    }

    /// Decodes `text`, whose `decodedCount` is `output.count`; `false` when it is not base64, bits lost in the last
    /// character included. `output` may begin where `text` does: nothing is overwritten before it is read.
    package static func decode(_ text: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
        guard let last = text.last else { return output.isEmpty }
        return decoding.withUnsafeBufferPointer { table in
            // The last group is apart: it may be padded, and a four-byte store would overrun the output.
            let groups = text.count / 4 - 1
            var seen: UInt32 = 0
            for group in 0..<groups {
                let word = UInt32(littleEndian: text.loadUnaligned(fromByteOffset: group * 4, as: UInt32.self))
                let bits =
                    table[Int(word & 0xFF)] | table[256 + Int(word >> 8 & 0xFF)]
                    | table[512 + Int(word >> 16 & 0xFF)] | table[768 + Int(word >> 24)]
                seen |= bits
                output.storeBytes(of: bits.littleEndian, toByteOffset: group * 3, as: UInt32.self)
            }
            guard seen & invalid == 0 else { return false }
            let start = groups * 4
            let rest = output.count - groups * 3
            var bits = table[Int(text[start])] | table[256 + Int(text[start + 1])]
            if rest > 1 { bits |= table[512 + Int(text[start + 2])] }
            if rest > 2 { bits |= table[768 + Int(last)] }
            guard bits >> (8 * rest) == 0 else { return false }
            for index in 0..<rest { output[groups * 3 + index] = UInt8(truncatingIfNeeded: bits >> (8 * index)) }
            return true
        }
    }

    /// Encodes `bytes` into `output`, which has `encodedCount` bytes.
    package static func encode(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
        encoding.withUnsafeBufferPointer { table in
            var source = 0
            var target = 0
            // Six bytes in, eight characters out; the load takes eight bytes.
            while source + 8 <= bytes.count {
                let word = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: source, as: UInt64.self))
                let characters =
                    UInt64(table[Int(word >> 52)]) | UInt64(table[Int(word >> 40 & 0xFFF)]) << 16
                    | UInt64(table[Int(word >> 28 & 0xFFF)]) << 32 | UInt64(table[Int(word >> 16 & 0xFFF)]) << 48
                output.storeBytes(of: characters.littleEndian, toByteOffset: target, as: UInt64.self)
                source += 6
                target += 8
            }
            while source < bytes.count {
                let rest = min(bytes.count - source, 3)
                var word: UInt32 = 0
                for index in 0..<rest { word |= UInt32(bytes[source + index]) << (16 - 8 * UInt32(index)) }
                let characters = UInt32(table[Int(word >> 12)]) | UInt32(table[Int(word & 0xFFF)]) << 16
                output.storeBytes(of: characters.littleEndian, toByteOffset: target, as: UInt32.self)
                for index in rest..<3 { output[target + index + 1] = padding }
                source += rest
                target += 4
            }
        }
    }
}
