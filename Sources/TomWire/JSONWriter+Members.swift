/// Members under any name, arrays and values of every kind: what the Realtime API's events are written with.
///
/// Names given as `StaticString` need no escapes.
extension JSONWriter {
    /// A member's name; its value has to follow.
    @inline(__always)
    package mutating func name(_ name: StaticString) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        bytes.append(UInt8(ascii: "\""))
        append(name)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// A member's name that may need escapes; its value has to follow.
    package mutating func name(escaping name: String) {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    // MARK: Members

    package mutating func field(_ name: StaticString, _ text: String) {
        self.name(name)
        string(text)
    }

    /// Left out when `text` is `nil`.
    package mutating func field(_ name: StaticString, _ text: String?) {
        if let text { field(name, text) }
    }

    package mutating func field(_ name: StaticString, _ number: Int) {
        self.name(name)
        integer(number)
    }

    /// Left out when `number` is `nil`.
    package mutating func field(_ name: StaticString, _ number: Int?) {
        if let number { field(name, number) }
    }

    /// - Parameter number: finite.
    package mutating func field(_ name: StaticString, _ number: Double) {
        self.name(name)
        self.number(number)
    }

    package mutating func field(_ name: StaticString, _ flag: Bool) {
        self.name(name)
        boolean(flag)
    }

    package mutating func field(_ name: StaticString, _ fields: (inout JSONWriter) -> Void) {
        self.name(name)
        object(fields)
    }

    /// `null` when `text` is `nil`.
    package mutating func nullableField(_ name: StaticString, _ text: String?) {
        self.name(name)
        if let text { string(text) } else { null() }
    }

    /// `null` when `number` is `nil`.
    package mutating func nullableField(_ name: StaticString, _ number: Int?) {
        self.name(name)
        if let number { integer(number) } else { null() }
    }

    package mutating func nullField(_ name: StaticString) {
        self.name(name)
        null()
    }

    /// An array; `write` writes exactly one value for each element.
    package mutating func array<Elements: Collection>(
        _ name: StaticString, of elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        self.name(name)
        array(of: elements, write)
    }

    // MARK: Values

    /// An array as a value; `write` writes exactly one value for each element.
    package mutating func array<Elements: Collection>(
        of elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            write(&self, element)
        }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    package mutating func boolean(_ flag: Bool) { append(flag ? "true" : "false") }

    package mutating func null() { append("null") }
}
