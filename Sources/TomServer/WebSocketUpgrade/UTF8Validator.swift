/// Checks a text that arrives in pieces for valid UTF-8 and finds the first wrong byte as soon as it is there.
///
/// See: RFC 3629 section 4 (no surrogates, no overlong forms, nothing above U+10FFFF).
struct UTF8Validator: Sendable, Equatable {
    /// Continuation bytes that the current character still needs.
    private var pending: UInt8 = 0
    /// The range the next continuation byte has to lie in; narrower than 80-BF after E0, ED, F0 and F4.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether the text so far ends with a whole character.
    var isComplete: Bool { pending == 0 }

    /// Takes the next piece. Returns `false` once the text cannot become valid any more.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index < bytes.count {
            if pending == 0 {
                index = Self.skipASCII(bytes, from: index)
                guard index < bytes.count else { return true }
                guard begin(bytes[index]) else { return false }
            } else {
                guard (lower...upper).contains(bytes[index]) else { return false }
                (lower, upper) = (0x80, 0xBF)
                pending -= 1
            }
            index += 1
        }
        return true
    }

    /// The first index at or behind `start` whose byte is not ASCII. JSON is nearly all ASCII, so this is the hot loop.
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count,
            bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
        {
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }

    private mutating func begin(_ lead: UInt8) -> Bool {
        (lower, upper) = (0x80, 0xBF)
        switch lead {
        case 0xC2...0xDF: pending = 1
        case 0xE0: (pending, lower) = (2, 0xA0)
        case 0xED: (pending, upper) = (2, 0x9F)
        case 0xE1...0xEF: pending = 2
        case 0xF0: (pending, lower) = (3, 0x90)
        case 0xF1...0xF3: pending = 3
        case 0xF4: (pending, upper) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
