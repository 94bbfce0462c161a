/// What the checked values mean.
extension JSONScanner {
    package func text(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    /// Whether the bytes in `range` are exactly `expected`.
    @inline(__always)
    package func matches(_ range: Range<Int>, _ expected: StaticString) -> Bool {
        guard range.count == expected.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where bytes[range.lowerBound + index] != expected.utf8Start[index] { return false }
        return true
    }

    /// The string's content.
    package func string(_ value: JSONToken) -> String {
        guard value.kind == .escapedString else { return String(decoding: text(value.range), as: UTF8.self) }
        var unescaped: [UInt8] = []
        unescaped.reserveCapacity(value.range.count)
        unescape(value, into: &unescaped)
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// Appends the string's content in UTF-8; never more bytes than its text has.
    package func unescape(_ value: JSONToken, into output: inout [UInt8]) {
        var offset = value.range.lowerBound
        while offset < value.range.upperBound {
            let start = offset
            while offset < value.range.upperBound, bytes[offset] != UInt8(ascii: "\\") { offset += 1 }
            output.append(contentsOf: text(start..<offset))
            guard offset < value.range.upperBound else { return }
            if let escape = unicodeEscape(at: offset) {
                output.append(contentsOf: UTF8.encode(escape.scalar) ?? UTF8.encodedReplacementCharacter)
                offset += escape.length
            } else {
                output.append(Self.unescaped(byte(at: offset + 1)))
                offset += 2
            }
        }
    }

    private static func unescaped(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// The scalar that `\uXXXX`, or a surrogate pair of two, at `offset` stands for; `nil` for anything else, a lone
    /// surrogate included, which no UTF-8 can express.
    func unicodeEscape(at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        guard let high = codeUnit(at: offset) else { return nil }
        if let scalar = Unicode.Scalar(high) { return (scalar, 6) }
        guard high < 0xDC00, let low = codeUnit(at: offset + 6), 0xDC00...0xDFFF ~= low else { return nil }
        let value = 0x10000 + (UInt32(high - 0xD800) << 10 | UInt32(low - 0xDC00))
        return Unicode.Scalar(value).map { ($0, 12) }
    }

    private func codeUnit(at offset: Int) -> UInt16? {
        guard byte(at: offset) == UInt8(ascii: "\\"), byte(at: offset + 1) == UInt8(ascii: "u") else { return nil }
        var unit: UInt16 = 0
        for index in offset + 2..<offset + 6 {
            guard let digit = Self.hexDigit(byte(at: index)) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    // MARK: Numbers

    /// The number nearest to the text; `nil` when it is beyond a `Double`'s range.
    package func double(_ value: JSONToken) -> Double? {
        if let double = shortDouble(value.range) { return double }
        guard let double = Double(String(decoding: text(value.range), as: UTF8.self)), double.isFinite else {
            return nil
        }
        return double
    }

    /// Numbers without an exponent whose digits fit 53 bits, which all timestamps do: one exact division and no
    /// allocation.
    private func shortDouble(_ range: Range<Int>) -> Double? {
        var digits: UInt64 = 0
        var fraction = -1
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        guard range.count <= 17 else { return nil }
        for offset in range.lowerBound + (isNegative ? 1 : 0)..<range.upperBound {
            let byte = bytes[offset]
            if byte == UInt8(ascii: ".") {
                fraction = 0
            } else if byte.isDigit {
                digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                if fraction >= 0 { fraction += 1 }
            } else {
                return nil
            }
        }
        guard digits <= 1 << 53 else { return nil }
        // Both operands are exact (10^17 and below are), so the quotient is correctly rounded.
        var magnitude = Double(digits)
        if fraction > 0 {
            var power: UInt64 = 1
            for _ in 0..<fraction { power *= 10 }
            magnitude /= Double(power)
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The number when it is whole and exact in a `Double` (up to 2^53 either side); `nil` otherwise.
    func integer(_ value: JSONToken) -> Int? {
        guard let double = double(value), double.magnitude <= 9_007_199_254_740_992 else { return nil }
        return Int(exactly: double)
    }
}
