/// A strict reader of JSON text (RFC 8259), the only one in TOM: it checks grammar, UTF-8 and depth and hands out
/// ranges, without copying and without allocating.
///
/// The bytes stay the caller's and must outlive the scanner. The caller bounds them: fewer than 2^32, which is as far as
/// a `JSONToken` reaches.
package struct JSONScanner {
    package let bytes: UnsafeRawBufferPointer
    package private(set) var position: Int
    /// Objects and arrays inside one another; deeper is refused.
    private let depthLimit: Int

    package init(
        _ bytes: UnsafeRawBufferPointer, at position: Int = 0, depthLimit: Int = WireLimits.depth
    ) {
        self.bytes = bytes
        self.position = position
        self.depthLimit = depthLimit
    }

    /// The byte at `offset`, or 0, which no JSON text contains outside of errors, beyond the end.
    @inline(__always)
    package func byte(at offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    @inline(__always)
    private var current: UInt8 { byte(at: position) }

    package mutating func skipWhiteSpace() {
        while true {
            switch current {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    // MARK: Values

    /// Reads one value; no white space before it. `depth`: how deep an object or array found here would be.
    package mutating func value(depth: Int) throws(WireError) -> JSONToken {
        switch current {
        case UInt8(ascii: "\""): return try string()
        case UInt8(ascii: "{"): return try container(depth: depth, isObject: true)
        case UInt8(ascii: "["): return try container(depth: depth, isObject: false)
        case UInt8(ascii: "t"): return try literal("true", .true)
        case UInt8(ascii: "f"): return try literal("false", .false)
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("a value was expected")
        }
    }

    private mutating func literal(_ text: StaticString, _ kind: JSONToken.Kind) throws(WireError) -> JSONToken {
        let end = position + text.utf8CodeUnitCount
        guard end <= bytes.count, matches(position..<end, text) else { throw unexpected("a value was expected") }
        defer { position = end }
        return JSONToken(kind, position..<end)
    }

    private mutating func number() throws(WireError) -> JSONToken {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if current == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if current | 0x20 == UInt8(ascii: "e") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return JSONToken(.number, start..<position)
    }

    private mutating func digits() throws(WireError) {
        guard current.isDigit else { throw unexpected("a digit was expected") }
        while current.isDigit { position += 1 }
    }

    // MARK: Objects and arrays

    private mutating func container(depth: Int, isObject: Bool) throws(WireError) -> JSONToken {
        let start = position
        try enter(depth: depth)
        var isFirst = true
        if isObject {
            while try nextMember(&isFirst, depth: depth) != nil {}
        } else {
            while try nextElement(&isFirst) { _ = try value(depth: depth + 1) }
        }
        return JSONToken(isObject ? .object : .array, start..<position)
    }

    /// Steps over the opening brace or bracket of an object or array at `depth`.
    package mutating func enter(depth: Int) throws(WireError) {
        guard depth <= depthLimit else {
            throw WireError(
                .tooDeep, message: "The message nests deeper than \(depthLimit) levels.",
                hint: "Flatten the message.")
        }
        position += 1
    }

    /// Reads the next member of the object at `depth` that was entered; `nil` after stepping over its closing brace.
    package mutating func nextMember(
        _ isFirst: inout Bool, depth: Int
    ) throws(WireError) -> (key: JSONToken, value: JSONToken)? {
        guard let key = try nextKey(&isFirst) else { return nil }
        return (key, try value(depth: depth + 1))
    }

    /// Reads the key of the next member of the object that was entered, up to where its value begins; `nil` after
    /// stepping over the closing brace.
    package mutating func nextKey(_ isFirst: inout Bool) throws(WireError) -> JSONToken? {
        guard try separator(&isFirst, closing: UInt8(ascii: "}")) else { return nil }
        guard current == UInt8(ascii: "\"") else { throw unexpected("a field name was expected") }
        let key = try string()
        skipWhiteSpace()
        guard current == UInt8(ascii: ":") else { throw unexpected("':' was expected") }
        position += 1
        skipWhiteSpace()
        return key
    }

    /// Moves to where the next element of the array that was entered begins; `false` after stepping over the closing
    /// bracket.
    package mutating func nextElement(_ isFirst: inout Bool) throws(WireError) -> Bool {
        try separator(&isFirst, closing: UInt8(ascii: "]"))
    }

    /// Steps over what stands before a member or element; `false` when that was the end.
    private mutating func separator(_ isFirst: inout Bool, closing: UInt8) throws(WireError) -> Bool {
        skipWhiteSpace()
        if current == closing {
            position += 1
            return false
        }
        if isFirst {
            isFirst = false
        } else {
            guard current == UInt8(ascii: ",") else { throw unexpected("',' or the end was expected") }
            position += 1
            skipWhiteSpace()
        }
        return true
    }

    // MARK: Strings

    private mutating func string() throws(WireError) -> JSONToken {
        position += 1
        let start = position
        var kind = JSONToken.Kind.string
        while true {
            skipPlainASCII()
            let next = current
            switch next {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return JSONToken(kind, start..<position)
            case UInt8(ascii: "\\"):
                kind = .escapedString
                try skipEscape()
            case 0x80...: try skipMultibyte()
            case 0x20...: position += 1
            default:
                throw unexpected(position < bytes.count ? "an unescaped control character" : "an unfinished string")
            }
        }
    }

    /// Moves to the next quote, backslash, control or non-ASCII byte, eight bytes at a time, as far as whole words
    /// reach. Base64 audio makes this the hottest loop of the scanner.
    @inline(__always)
    private mutating func skipPlainASCII() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while position + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // A high bit marks a byte that is zero (or below 0x20); marks above the lowest one may be false.
            let found =
                ((quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- (ones &* 0x20)) & ~word
                    | word)
                & highs
            guard found == 0 else {
                position += found.trailingZeroBitCount >> 3
                return
            }
            position += 8
        }
    }

    private mutating func skipEscape() throws(WireError) {
        switch byte(at: position + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard let escape = unicodeEscape(at: position) else { throw unexpected("a malformed \\u escape") }
            position += escape.length
        default: throw unexpected("an unknown escape")
        }
    }

    /// Steps over one well-formed multi-byte sequence of RFC 3629 section 4: no overlong form, surrogate or value above
    /// U+10FFFF.
    private mutating func skipMultibyte() throws(WireError) {
        let first = current
        let second = byte(at: position + 1)
        let length: Int
        switch (first, second) {
        case (0xC2...0xDF, 0x80...0xBF): length = 2
        case (0xE0, 0xA0...0xBF), (0xE1...0xEC, 0x80...0xBF), (0xED, 0x80...0x9F), (0xEE...0xEF, 0x80...0xBF):
            length = 3
        case (0xF0, 0x90...0xBF), (0xF1...0xF3, 0x80...0xBF), (0xF4, 0x80...0x8F): length = 4
        default: throw notUTF8()
        }
        for offset in 2..<max(length, 2) where byte(at: position + offset) & 0xC0 != 0x80 { throw notUTF8() }
        position += length
    }

    private func notUTF8() -> WireError {
        WireError(
            .invalidUTF8, message: "The message is not UTF-8 at byte \(position).", hint: "Send text frames as UTF-8.")
    }

    private func unexpected(_ what: String) -> WireError { .json(what, at: position) }
}

extension UInt8 {
    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }
}
