package import TomConversation
import TomWire

/// Reads JSON text into values: numbers without fraction or exponent exactly as `Int64`, everything else as
/// `JSONScanner` has it.
///
/// It takes time and memory in proportion to the text; `RealtimeLimits.values` bounds what small values make of it.
package struct JSONReader {
    private var scanner: JSONScanner
    private var valuesLeft = RealtimeLimits.values

    private init(_ bytes: UnsafeRawBufferPointer) {
        scanner = JSONScanner(bytes, depthLimit: RealtimeLimits.depth)
    }

    /// The members of a text that is one object with nothing but white space around it.
    ///
    /// - Throws: `RealtimeFault` with the code `invalid_json`, also when an object has two members of a name.
    package static func object(_ bytes: UnsafeRawBufferPointer) throws(RealtimeFault) -> [String: JSONValue] {
        guard bytes.count <= RealtimeLimits.messageBytes else { throw .tooLong }
        var reader = JSONReader(bytes)
        reader.scanner.skipWhiteSpace()
        guard reader.scanner.byte(at: reader.scanner.position) == UInt8(ascii: "{") else { throw .noObject }
        let members = try reader.members(depth: 1)
        reader.scanner.skipWhiteSpace()
        guard reader.scanner.position == bytes.count else { throw .textBehind(reader.scanner.position) }
        return members
    }

    /// The members of the object in `text`.
    package static func object(_ text: [UInt8]) throws(RealtimeFault) -> [String: JSONValue] {
        try text.span.withUnsafeBytes { bytes throws(RealtimeFault) in try object(bytes) }
    }

    private mutating func value(depth: Int) throws(RealtimeFault) -> JSONValue {
        valuesLeft -= 1
        guard valuesLeft >= 0 else { throw .tooManyValues }
        switch scanner.byte(at: scanner.position) {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        default: return try scalar()
        }
    }

    private mutating func members(depth: Int) throws(RealtimeFault) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var isFirst = true
        try scan { scanner throws(WireError) in try scanner.enter(depth: depth) }
        while let key = try scan({ scanner throws(WireError) in try scanner.nextKey(&isFirst) }) {
            let name = scanner.string(key)
            let value: JSONValue
            do throws(RealtimeFault) { value = try self.value(depth: depth + 1) } catch { throw error.within(name) }
            guard members.updateValue(value, forKey: name) == nil else { throw .repeated(name) }
        }
        return members
    }

    private mutating func elements(depth: Int) throws(RealtimeFault) -> [JSONValue] {
        var elements: [JSONValue] = []
        var isFirst = true
        try scan { scanner throws(WireError) in try scanner.enter(depth: depth) }
        while try scan({ scanner throws(WireError) in try scanner.nextElement(&isFirst) }) {
            let value: JSONValue
            do throws(RealtimeFault) {
                value = try self.value(depth: depth + 1)
            } catch {
                throw error.within("".element(elements.count))
            }
            elements.append(value)
        }
        return elements
    }

    private mutating func scalar() throws(RealtimeFault) -> JSONValue {
        let token = try scan { scanner throws(WireError) in try scanner.value(depth: 1) }
        switch token.kind {
        case .string, .escapedString: return .string(scanner.string(token))
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .number: return try number(token)
        // A container begins with a brace or bracket, so that none is read here.
        case .null, .object, .array: return .null
        }
    }

    private func number(_ token: JSONToken) throws(RealtimeFault) -> JSONValue {
        let text = scanner.text(token.range)
        let isInteger = !text.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
        if isInteger, let integer = Int64(String(decoding: text, as: UTF8.self)) { return .integer(integer) }
        guard let double = scanner.double(token) else {
            throw .json(
                "A number at byte \(token.range.lowerBound) is beyond what 64 bits hold.", "Send a smaller one.")
        }
        return .number(double)
    }

    private mutating func scan<Result>(
        _ body: (inout JSONScanner) throws(WireError) -> Result
    ) throws(RealtimeFault) -> Result {
        do {
            return try body(&scanner)
        } catch {
            throw .json(error)
        }
    }
}

extension String {
    /// The path of a member: `session.audio` for `audio` of `session`; of the message itself, the name.
    func member(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
    /// The path of an element: `session.tools[0]`.
    func element(_ index: Int) -> String { "\(self)[\(index)]" }
    /// Keeps a name that a client made up from filling a message: 128 characters at most.
    var cut: String { String(String.UnicodeScalarView(unicodeScalars.prefix(128))) }
}

extension RealtimeFault {
    static var tooLong: RealtimeFault {
        RealtimeFault(
            code: "message_too_large",
            message: "The message has more than \(RealtimeLimits.messageBytes) bytes. Send shorter ones.")
    }

    static var noObject: RealtimeFault {
        .json("The message is not a JSON object.", "Send one object per text frame.")
    }

    static func textBehind(_ offset: Int) -> RealtimeFault {
        .json("There is text behind the object, at byte \(offset).", "Send one object per text frame.")
    }

    static var tooManyValues: RealtimeFault {
        .json("The message has more than \(RealtimeLimits.values) values.", "Split it up.")
    }

    static func repeated(_ name: String) -> RealtimeFault {
        .json("A member appears more than once in an object.", "Send each once.", param: name.cut)
    }

    /// The same fault seen from outside of the member or element `component`, where it is about a part of it.
    fileprivate func within(_ component: String) -> RealtimeFault {
        guard let param else { return self }
        var fault = self
        fault.param = param.hasPrefix("[") ? component.cut + param : component.cut.member(param)
        return fault
    }
}
