/// The known fields of one JSON object, found in one pass; unknown ones are checked for well-formedness and skipped.
///
/// Values stay in the message's bytes, which must outlive this. Nothing is allocated but by reading strings.
struct MessageFields {
    let scanner: JSONScanner
    /// What to put before a field's name in an error: `input.` within `input`, empty at the top.
    private let path: StaticString
    private var slots = InlineArray<50, JSONToken>(repeating: JSONToken(.null, 0..<0))
    private var present: UInt64 = 0
    private var repeated: UInt64 = 0

    /// Scans a whole message, which is one object with nothing but white space around it.
    init(message bytes: UnsafeRawBufferPointer) throws(WireError) {
        guard bytes.count <= WireLimits.messageBytes else {
            throw WireError(
                .messageTooLarge, message: "The message has more than \(WireLimits.messageBytes) bytes.",
                hint: "Send shorter messages.")
        }
        var scanner = JSONScanner(bytes)
        self.scanner = scanner
        path = ""
        scanner.skipWhiteSpace()
        guard scanner.byte(at: scanner.position) == UInt8(ascii: "{") else {
            throw .json(
                Self.startsWithMark(bytes) ? "a byte order mark" : "an object was expected", at: scanner.position)
        }
        try scan(&scanner, depth: 1)
        scanner.skipWhiteSpace()
        guard scanner.position == bytes.count else { throw .json("text behind the object", at: scanner.position) }
    }

    /// The fields of an object found by another scan; `path` is its own name and a dot.
    init(of object: JSONToken, in scanner: JSONScanner, path: StaticString) throws(WireError) {
        var scanner = JSONScanner(scanner.bytes, at: object.range.lowerBound)
        self.scanner = scanner
        self.path = path
        // The object was within the depth limit when the message was scanned.
        try scan(&scanner, depth: 2)
    }

    private static func startsWithMark(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    }

    private mutating func scan(_ scanner: inout JSONScanner, depth: Int) throws(WireError) {
        try scanner.enter(depth: depth)
        var isFirst = true
        while let member = try scanner.nextMember(&isFirst, depth: depth) {
            guard let name = Self.name(member.key, in: scanner) else { continue }
            let bit: UInt64 = 1 << UInt64(name.rawValue)
            repeated |= present & bit
            present |= bit
            slots[Int(name.rawValue)] = member.value
        }
    }

    private static func name(_ key: JSONToken, in scanner: JSONScanner) -> FieldName? {
        if key.kind == .string { return FieldName.spelled(key.range, in: scanner) }
        var name = scanner.string(key)
        return name.withUTF8 { utf8 in
            FieldName.spelled(0..<utf8.count, in: JSONScanner(UnsafeRawBufferPointer(utf8)))
        }
    }

    // MARK: Values

    /// The field's path for an error.
    func path(_ name: FieldName) -> String { "\(path)\(name.spelling)" }

    /// The field's value whatever its type; `nil` when it is not there.
    @inline(__always)
    func value(_ name: FieldName) throws(WireError) -> JSONToken? {
        let bit: UInt64 = 1 << UInt64(name.rawValue)
        guard present & bit != 0 else { return nil }
        guard repeated & bit == 0 else { throw .duplicate(path(name)) }
        return slots[Int(name.rawValue)]
    }

    /// The value of an optional field, for which `null` is as good as absence.
    func optional(_ name: FieldName) throws(WireError) -> JSONToken? {
        guard let value = try value(name), value.kind != .null else { return nil }
        return value
    }

    func required(_ name: FieldName) throws(WireError) -> JSONToken {
        guard let value = try value(name) else { throw .missing(path(name)) }
        return value
    }

    func invalid(_ name: FieldName, _ expected: String) -> WireError { .invalid(path(name), expected) }
}
