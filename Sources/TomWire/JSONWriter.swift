/// Appends JSON to a byte array without intermediate values.
///
/// The array is moved in and out, so that reused storage is neither copied nor allocated anew.
package struct JSONWriter {
    var bytes: [UInt8]
    var needsComma = false

    /// Lets `body` append to `bytes`.
    @inline(__always)
    package static func append(to bytes: inout [UInt8], _ body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(bytes: [])
        swap(&writer.bytes, &bytes)
        body(&writer)
        swap(&writer.bytes, &bytes)
    }

    /// One object of `fields`.
    @inline(__always)
    package mutating func object(_ fields: (inout JSONWriter) -> Void) {
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        fields(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    // MARK: Fields

    @inline(__always)
    private mutating func name(_ name: FieldName) { self.name(name.spelling) }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func field(_ name: FieldName, _ text: String) {
        self.name(name)
        string(text)
    }

    mutating func field(_ name: FieldName, _ text: String?) {
        if let text { field(name, text) }
    }

    mutating func field(_ name: FieldName, _ number: Int) {
        self.name(name)
        integer(number)
    }

    mutating func field(_ name: FieldName, _ number: Int?) {
        if let number { field(name, number) }
    }

    /// Left out when `number` is `nil` or not finite, which JSON cannot say.
    mutating func field(_ name: FieldName, _ number: Double?) {
        guard let number, number.isFinite else { return }
        self.name(name)
        self.number(number)
    }

    /// `null` when `number` is `nil` or not finite.
    mutating func nullableField(_ name: FieldName, _ number: Double?) {
        if let number, number.isFinite { return field(name, number) }
        self.name(name)
        append("null")
    }

    mutating func field(_ name: FieldName, _ flag: Bool) {
        self.name(name)
        append(flag ? "true" : "false")
    }

    mutating func field(_ name: FieldName, _ scalar: JSONScalar?) {
        guard let scalar else { return }
        self.name(name)
        bytes.append(contentsOf: scalar.json.utf8)
    }

    mutating func field(_ name: FieldName, _ fields: (inout JSONWriter) -> Void) {
        self.name(name)
        object(fields)
    }

    /// An object of strings, in the order of its keys.
    mutating func field(_ name: FieldName, _ strings: [String: String]) {
        field(name) { writer in
            for (key, text) in strings.sorted(by: { $0.key < $1.key }) {
                writer.name(escaping: key)
                writer.string(text)
            }
        }
    }

    mutating func field(_ name: FieldName, base64 audio: UnsafeRawBufferPointer) {
        field(name.spelling, base64: audio)
    }

    /// - Parameter name: needs no escapes.
    package mutating func field(_ name: StaticString, base64 audio: UnsafeRawBufferPointer) {
        self.name(name)
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        bytes.resize(to: start + Base64.encodedCount(audio.count))
        bytes.withUnsafeMutableBytes { all in
            Base64.encode(audio, into: UnsafeMutableRawBufferPointer(rebasing: all[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: Values

    /// A string with the escapes RFC 8259 section 7 demands and no others.
    package mutating func string(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            var start = 0
            for index in utf8.indices {
                let byte = utf8[index]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: utf8[start..<index])
                escape(byte)
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0..<0x20:
            append("u00")
            bytes.append(byte >> 4 + UInt8(ascii: "0"))
            let digit = byte & 0x0F
            bytes.append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
        default: bytes.append(byte)
        }
    }

    package mutating func integer(_ number: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = 20
        var rest = number.magnitude
        repeat {
            start -= 1
            digits[start] = UInt8(truncatingIfNeeded: rest % 10) + UInt8(ascii: "0")
            rest /= 10
        } while rest > 0
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        for index in start..<20 { bytes.append(digits[index]) }
    }

    /// - Parameter number: finite.
    package mutating func number(_ number: Double) {
        if let whole = Int(exactly: number) { return integer(whole) }
        // Swift's description of a finite number is the shortest that reads back the same, and valid JSON.
        bytes.append(contentsOf: number.description.utf8)
    }
}
