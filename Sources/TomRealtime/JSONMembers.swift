import TomConversation

/// The members of one JSON object of a client's, all of which have to be known, read by name and type.
///
/// A member that is not there reads as `nil`, and so does `null` but for the methods that tell the two apart.
struct JSONMembers {
    /// Where the object is: `session.audio`; empty for the message itself.
    let path: String
    private let values: [String: JSONValue]

    /// - Parameters:
    ///   - known: every member that the object may have.
    ///   - hint: what to do about another one, by its name; `nil` for the usual hint.
    init(
        _ values: [String: JSONValue], at path: String, known: [String], hint: (String) -> String? = { _ in nil }
    ) throws(RealtimeFault) {
        self.path = path
        self.values = values
        // The first of several in the order of names: the same message gives the same fault in every process.
        guard let name = values.keys.filter({ !known.contains($0) }).min() else { return }
        let list = known.map { "'\($0)'" }.joined(separator: ", ")
        throw .unknown(path.member(name.cut), hint(name) ?? "What may stand there: \(list).")
    }

    init(_ value: JSONValue, at path: String, known: [String]) throws(RealtimeFault) {
        guard case .object(let values) = value else { throw .type(path, "an object", is: value) }
        try self.init(values, at: path, known: known)
    }

    func path(_ name: String) -> String { path.member(name) }

    /// The member as it is, `null` included; `nil` when it is not there.
    subscript(name: String) -> JSONValue? { values[name] }

    func value(_ name: String) -> JSONValue? {
        guard let value = values[name], value != .null else { return nil }
        return value
    }

    func isNull(_ name: String) -> Bool { values[name] == .null }

    func required(_ name: String, hint: String? = nil) throws(RealtimeFault) -> JSONValue {
        guard let value = value(name) else { throw .missing(path(name), hint) }
        return value
    }

    // MARK: Strings

    /// - Parameter length: in Unicode scalars.
    func string(_ name: String, length: ClosedRange<Int> = 0...Int.max) throws(RealtimeFault) -> String? {
        guard let value = value(name) else { return nil }
        return try value.string(at: path(name), length: length)
    }

    func requiredString(_ name: String, length: ClosedRange<Int> = 0...Int.max) throws(RealtimeFault) -> String {
        try required(name).string(at: path(name), length: length)
    }

    func id(_ name: String) throws(RealtimeFault) -> String? {
        try string(name, length: 1...RealtimeLimits.idCharacters)
    }

    func requiredID(_ name: String) throws(RealtimeFault) -> String {
        try requiredString(name, length: 1...RealtimeLimits.idCharacters)
    }

    /// One of the raw values of `Choice`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, as type: Choice.Type = Choice.self
    ) throws(RealtimeFault) -> Choice? where Choice.RawValue == String {
        guard let text = try string(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw .choice(path(name), Choice.allCases.map(\.rawValue))
        }
        return choice
    }

    /// One of `choices`, which are no type of their own.
    func choice(_ name: String, of choices: [String]) throws(RealtimeFault) -> String? {
        guard let text = try string(name) else { return nil }
        guard choices.contains(text) else { throw .choice(path(name), choices) }
        return text
    }

    /// `type`, which has to be there and one of `choices`.
    func requiredType(_ choices: [String]) throws(RealtimeFault) -> String {
        guard let type = try choice("type", of: choices) else {
            throw .missing(path("type"), "Send one of \(choices.map { "'\($0)'" }.joined(separator: ", ")).")
        }
        return type
    }

    // MARK: Numbers and the rest

    func integer(_ name: String, in range: ClosedRange<Int>) throws(RealtimeFault) -> Int? {
        guard let value = value(name) else { return nil }
        return try value.integer(at: path(name), in: range)
    }

    func requiredInteger(_ name: String, in range: ClosedRange<Int>) throws(RealtimeFault) -> Int {
        try required(name).integer(at: path(name), in: range)
    }

    func number(_ name: String, in range: ClosedRange<Double>) throws(RealtimeFault) -> Double? {
        guard let value = value(name) else { return nil }
        return try value.number(at: path(name), in: range)
    }

    func boolean(_ name: String) throws(RealtimeFault) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let flag) = value else { throw .type(path(name), "true or false", is: value) }
        return flag
    }

    func object(_ name: String) throws(RealtimeFault) -> [String: JSONValue]? {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value else { throw .type(path(name), "an object", is: value) }
        return members
    }

    func members(_ name: String, known: [String]) throws(RealtimeFault) -> JSONMembers? {
        guard let value = value(name) else { return nil }
        return try JSONMembers(value, at: path(name), known: known)
    }

    func array(_ name: String) throws(RealtimeFault) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard case .array(let elements) = value else { throw .type(path(name), "an array", is: value) }
        return elements
    }

    func strings(_ name: String) throws(RealtimeFault) -> [String]? {
        guard let elements = try array(name) else { return nil }
        var strings: [String] = []
        for (index, element) in elements.enumerated() {
            strings.append(try element.string(at: path(name).element(index)))
        }
        return strings
    }
}

extension JSONValue {
    /// - Parameter length: in Unicode scalars.
    func string(at path: String, length: ClosedRange<Int> = 0...Int.max) throws(RealtimeFault) -> String {
        guard case .string(let text) = self else { throw .type(path, "a string", is: self) }
        // A scalar has one to four bytes, so that most texts need no counting.
        guard text.utf8.count > length.upperBound || text.utf8.count < length.lowerBound * 4 else { return text }
        let count = text.unicodeScalars.count
        if count < length.lowerBound {
            throw .outside("string_below_min_length", path, "at least \(characters(length.lowerBound)) long")
        }
        if count > length.upperBound {
            throw .outside("string_above_max_length", path, "at most \(characters(length.upperBound)) long")
        }
        return text
    }

    private func characters(_ count: Int) -> String { count == 1 ? "one character" : "\(count) characters" }

    /// A whole number; `1.0` and `1e3` are whole, as JSON knows one kind of number only.
    func integer(at path: String, in range: ClosedRange<Int>) throws(RealtimeFault) -> Int {
        let number: Int?
        switch self {
        case .integer(let integer): number = Int(integer)
        case .number(let double): number = Int(exactly: double)
        default: throw .type(path, "an integer", is: self)
        }
        guard let number else { throw .type(path, "an integer", is: self) }
        let expected =
            range.count == 1 ? "\(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
        if number < range.lowerBound { throw .outside("integer_below_min_value", path, expected) }
        if number > range.upperBound { throw .outside("integer_above_max_value", path, expected) }
        return number
    }

    func number(at path: String, in range: ClosedRange<Double>) throws(RealtimeFault) -> Double {
        let number: Double
        switch self {
        case .integer(let integer): number = Double(integer)
        case .number(let double): number = double
        default: throw .type(path, "a number", is: self)
        }
        let expected =
            range.upperBound.isFinite
            ? "a number from \(range.lowerBound) to \(range.upperBound)" : "a number from \(range.lowerBound)"
        if number < range.lowerBound { throw .outside("decimal_below_min_value", path, expected) }
        if number > range.upperBound { throw .outside("decimal_above_max_value", path, expected) }
        return number
    }
}
