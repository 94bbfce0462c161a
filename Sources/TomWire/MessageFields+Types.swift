/// Reading fields as the protocol's types. A field of another type is refused by name, never converted.
extension MessageFields {
    // MARK: Strings

    func string(_ name: FieldName) throws(WireError) -> String {
        try string(try required(name), of: name)
    }

    func optionalString(_ name: FieldName) throws(WireError) -> String? {
        guard let value = try optional(name) else { return nil }
        return try string(value, of: name)
    }

    /// A string of at most `limit` Unicode scalars.
    func string(_ name: FieldName, limit: Int) throws(WireError) -> String {
        try limited(try string(name), limit, of: name)
    }

    func optionalString(_ name: FieldName, limit: Int) throws(WireError) -> String? {
        guard let text = try optionalString(name) else { return nil }
        return try limited(text, limit, of: name)
    }

    private func limited(_ text: String, _ limit: Int, of name: FieldName) throws(WireError) -> String {
        // A scalar has at most four bytes, so that most texts need no counting.
        guard text.utf8.count <= limit || text.unicodeScalars.count <= limit else {
            throw WireError(
                .textTooLong, field: path(name), message: "Field '\(path(name))' has more than \(limit) characters.",
                hint: "Shorten '\(path(name))' to \(limit) characters.")
        }
        return text
    }

    private func string(_ value: JSONToken, of name: FieldName) throws(WireError) -> String {
        guard value.kind.isString else { throw invalid(name, "a string") }
        return scanner.string(value)
    }

    /// One of the raw values of `Choice`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: FieldName, as type: Choice.Type = Choice.self
    ) throws(WireError) -> Choice where Choice.RawValue == String {
        let value = try required(name)
        if value.kind.isString, let choice = Choice(rawValue: scanner.string(value)) { return choice }
        throw invalid(name, Self.list(Choice.allCases.map { "\"\($0.rawValue)\"" }))
    }

    func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: FieldName, as type: Choice.Type = Choice.self
    ) throws(WireError) -> Choice? where Choice.RawValue == String {
        try optional(name) == nil ? nil : try choice(name, as: type)
    }

    static func list(_ choices: [String]) -> String {
        choices.count == 1 ? choices[0] : "one of " + choices.joined(separator: ", ")
    }

    // MARK: Numbers and the rest

    /// A whole number; `1.0` and `1e3` are whole, as JSON knows one kind of number only.
    func integer(_ name: FieldName, in range: ClosedRange<Int> = 0...Self.largest) throws(WireError) -> Int {
        try integer(try required(name), of: name, in: range)
    }

    func optionalInteger(_ name: FieldName, in range: ClosedRange<Int> = 0...Self.largest) throws(WireError) -> Int? {
        guard let value = try optional(name) else { return nil }
        return try integer(value, of: name, in: range)
    }

    private func integer(
        _ value: JSONToken, of name: FieldName, in range: ClosedRange<Int>
    ) throws(WireError) -> Int {
        guard value.kind == .number, let integer = scanner.integer(value), range ~= integer else {
            throw invalid(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// The largest whole number that every JSON implementation keeps exactly (RFC 7493 section 2.2).
    static var largest: Int { 9_007_199_254_740_991 }

    /// Milliseconds, zero or more. Clients count them from fractional clocks; what is cut off was not heard in full.
    func milliseconds(_ name: FieldName) throws(WireError) -> Int {
        let value = try required(name)
        guard value.kind == .number, let number = scanner.double(value), number >= 0, number <= Double(Self.largest)
        else {
            throw invalid(name, "a number of milliseconds from 0")
        }
        return Int(number)
    }

    func optionalMilliseconds(_ name: FieldName) throws(WireError) -> Int? {
        try optional(name) == nil ? nil : try milliseconds(name)
    }

    func optionalNumber(_ name: FieldName) throws(WireError) -> Double? {
        guard let value = try optional(name) else { return nil }
        guard value.kind == .number, let number = scanner.double(value) else { throw invalid(name, "a number") }
        return number
    }

    func boolean(_ name: FieldName) throws(WireError) -> Bool {
        switch try required(name).kind {
        case .true: true
        case .false: false
        default: throw invalid(name, "true or false")
        }
    }

    /// Any scalar, as its exact text.
    func scalar(_ name: FieldName) throws(WireError) -> JSONScalar? {
        guard let value = try value(name) else { return nil }
        // A string's range leaves out its quotes.
        let range = value.kind.isString ? value.range.lowerBound - 1..<value.range.upperBound + 1 : value.range
        guard value.kind.isScalar, range.count <= WireLimits.pingScalarBytes else {
            throw invalid(name, "a string, number, boolean or null of at most \(WireLimits.pingScalarBytes) bytes")
        }
        return JSONScalar(checked: String(decoding: scanner.text(range), as: UTF8.self))
    }

    /// The fields of an object; `path` is the field's name and a dot.
    func object(_ name: FieldName, path: StaticString) throws(WireError) -> MessageFields {
        let value = try required(name)
        guard value.kind == .object else { throw invalid(name, "an object") }
        return try MessageFields(of: value, in: scanner, path: path)
    }

    func optionalObject(_ name: FieldName, path: StaticString) throws(WireError) -> MessageFields? {
        try optional(name) == nil ? nil : try object(name, path: path)
    }

    // MARK: Audio

    /// Decodes a base64 field into `audio`, which then holds exactly that; returns the number of bytes.
    ///
    /// - Parameter limit: bytes that are accepted at most, checked before anything is decoded.
    func audio(
        _ name: FieldName, as format: WireAudioFormat, limit: Int, into audio: inout [UInt8]
    ) throws(WireError) -> Int {
        let value = try required(name)
        guard value.kind.isString else { throw invalid(name, "a base64 string") }
        guard let count = scanner.base64(value, limit: limit, into: &audio) else { throw badBase64(name) }
        try check(count, limit, name)
        try checkSamples(count, name, format)
        return count
    }

    private func check(_ count: Int, _ limit: Int, _ name: FieldName) throws(WireError) {
        let field = path(name)
        guard count > 0 else {
            throw WireError(
                .emptyAudio, field: field, message: "Field '\(field)' holds no audio.",
                hint: "Send at least one sample per message.")
        }
        guard count <= limit else {
            throw WireError(
                .audioTooLong, field: field,
                message: "Field '\(field)' holds \(count) bytes of audio, more than the \(limit) of one second.",
                hint: "Send 20 ms of audio per message.")
        }
    }

    private func checkSamples(_ count: Int, _ name: FieldName, _ format: WireAudioFormat) throws(WireError) {
        guard count % format.codec.bytesPerSample != 0 else { return }
        let field = path(name)
        throw WireError(
            .oddPCM, field: field,
            message: "Field '\(field)' holds \(count) bytes, which are no whole number of PCM16 samples.",
            hint: "Send an even number of bytes.")
    }

    private func badBase64(_ name: FieldName) -> WireError {
        WireError(
            .badBase64, field: path(name), message: "Field '\(path(name))' is not base64.",
            hint: "Use the standard alphabet with padding and no line breaks (RFC 4648 section 4).")
    }
}

extension [UInt8] {
    /// Makes the array `count` long, keeping its storage; what is added is zero.
    package mutating func resize(to count: Int) {
        if count < self.count {
            removeLast(self.count - count)
        } else if count > self.count {
            append(contentsOf: repeatElement(0, count: count - self.count))
        }
    }
}
