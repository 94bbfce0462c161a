package import TomConversation
package import TomWire

extension JSONWriter {
    /// Any value; objects with sorted keys, so that the same value is the same text in every process.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): boolean(flag)
        case .integer(let number): integer(Int(number))
        case .number(let number): if number.isFinite { self.number(number) } else { null() }
        case .string(let text): string(text)
        case .array(let elements): array(of: elements) { $0.value($1) }
        case .object(let members): object { $0.members(members) }
        }
    }

    /// A member with any value.
    package mutating func field(_ name: StaticString, value: JSONValue) {
        self.name(name)
        self.value(value)
    }

    /// Members of the object that is being written, sorted by their names.
    package mutating func members(_ members: [String: JSONValue]) {
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            self.name(escaping: name)
            self.value(value)
        }
    }
}
