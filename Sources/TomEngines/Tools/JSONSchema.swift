public import TomConversation

/// What arguments of a tool must look like: the part of JSON Schema (2020-12) that tools of telephone assistants need.
///
/// Checked: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties` (true or false), `items`, `minimum`,
/// `maximum`, `minLength`, `maxLength`, `minItems`, `maxItems`. Passed on to the model unread: `title`, `description`, `default`,
/// `examples`, `format`. Any other keyword is refused rather than ignored: a bound that is written down holds.
public struct JSONSchema: Sendable, Equatable {
    /// The schema as it was written, for language models.
    public let json: JSONValue
    private let rules: Rules

    /// Where a schema cannot be used, and why.
    public struct Fault: Error, Equatable {
        /// Such as `properties.order.type`; empty for the schema itself.
        public let path: String
        /// Continues a sentence that the path begins: `is not a known keyword`.
        public let problem: String
    }

    /// How deep schemas and what they describe may be nested.
    static let maxDepth = 16

    /// - Throws: ``Fault`` for a keyword that is not known here, or whose value is of the wrong kind.
    public init(_ json: JSONValue) throws(Fault) {
        self.json = json
        rules = try Rules(json, path: "", depth: 0)
    }

    /// A schema whose top is an object, as parameters of tools are.
    /// - Throws: as ``init(_:)``, and when `type` is not `object`.
    public init(parameters json: JSONValue) throws(Fault) {
        try self.init(json)
        guard rules.types == [.object] else { throw Fault(path: "type", problem: "is not 'object'") }
    }

    /// The first thing about `value` that breaks the schema, in words without the value itself; `nil` when it fits.
    public func fault(in value: JSONValue) -> String? { rules.fault(in: value, name: "") }
}

extension JSONSchema {
    enum Kind: String, Sendable { case null, boolean, integer, number, string, array, object }

    /// One level of a schema.
    struct Rules: Sendable, Equatable {
        /// Empty: any.
        private(set) var types: [Kind] = []
        private var values: [JSONValue]?
        private var properties: [String: Rules] = [:]
        private var required: [String] = []
        private var allowsOthers = true
        /// None, or the one for every element.
        private var items: [Rules] = []
        private var range: (minimum: Double?, maximum: Double?) = (nil, nil)
        /// Of characters or elements.
        private var length: (minimum: Int, maximum: Int) = (0, .max)
        private var count: (minimum: Int, maximum: Int) = (0, .max)

        static func == (a: Rules, b: Rules) -> Bool {
            a.types == b.types && a.values == b.values && a.properties == b.properties && a.required == b.required
                && a.allowsOthers == b.allowsOthers && a.items == b.items && a.range == b.range
                && a.length == b.length && a.count == b.count
        }

        init(_ json: JSONValue, path: String, depth: Int) throws(Fault) {
            guard depth < JSONSchema.maxDepth else { throw Fault(path: path, problem: "is nested too deeply") }
            guard let fields = json.fields else {
                throw Fault(path: path, problem: "is not a schema, which is a mapping")
            }
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
                try take(key, value, path: path.isEmpty ? key : "\(path).\(key)", depth: depth)
            }
            for name in required where properties[name] == nil && !allowsOthers {
                throw Fault(path: path, problem: "requires '\(name)', which is not among its properties")
            }
        }

        private mutating func take(
            _ key: String, _ value: JSONValue, path: String, depth: Int
        ) throws(Fault) {
            switch key {
            case "title", "description", "default", "examples", "format": break
            case "type": types = try Self.types(value, path)
            case "enum":
                guard let list = value.elements, !list.isEmpty else {
                    throw Fault(path: path, problem: "is not a list")
                }
                values = list
            case "const": values = [value]
            case "properties":
                guard let fields = value.fields else { throw Fault(path: path, problem: "is not a mapping") }
                for (name, schema) in fields.sorted(by: { $0.key < $1.key }) {
                    properties[name] = try Rules(schema, path: "\(path).\(name)", depth: depth + 1)
                }
            case "required":
                let names = value.elements?.compactMap(\.text) ?? []
                guard let list = value.elements, names.count == list.count else {
                    throw Fault(path: path, problem: "is not a list of names")
                }
                required = names
            case "additionalProperties":
                guard case .bool(let allows) = value else {
                    throw Fault(path: path, problem: "is neither true nor false")
                }
                allowsOthers = allows
            case "items": items = [try Rules(value, path: path, depth: depth + 1)]
            case "minimum": range.minimum = try Self.number(value, path)
            case "maximum": range.maximum = try Self.number(value, path)
            case "minLength": length.minimum = try Self.size(value, path)
            case "maxLength": length.maximum = try Self.size(value, path)
            case "minItems": count.minimum = try Self.size(value, path)
            case "maxItems": count.maximum = try Self.size(value, path)
            default: throw Fault(path: path, problem: "is a keyword that is not checked here")
            }
        }

        private static func types(_ value: JSONValue, _ path: String) throws(Fault) -> [Kind] {
            let names = value.elements?.map(\.text) ?? [value.text]
            let kinds = names.compactMap { $0.flatMap(Kind.init(rawValue:)) }
            guard !kinds.isEmpty, kinds.count == names.count else {
                throw Fault(
                    path: path,
                    problem: "is none of string, integer, number, boolean, array, object, null")
            }
            return kinds
        }

        private static func number(_ value: JSONValue, _ path: String) throws(Fault) -> Double {
            switch value {
            case .integer(let number): Double(number)
            case .number(let number): number
            default: throw Fault(path: path, problem: "is not a number")
            }
        }

        private static func size(_ value: JSONValue, _ path: String) throws(Fault) -> Int {
            guard case .integer(let size) = value, (0...Int64(Int32.max)).contains(size) else {
                throw Fault(path: path, problem: "is not a whole number of 0 or more")
            }
            return Int(size)
        }

        // MARK: Checking

        func fault(in value: JSONValue, name: String) -> String? {
            let subject = name.isEmpty ? "the whole" : "'\(name)'"
            guard types.isEmpty || types.contains(where: { Self.isKind($0, value) }) else {
                return "\(subject) is not of type \(types.map(\.rawValue).joined(separator: " or "))"
            }
            if let values, !values.contains(where: { Self.isSame($0, value) }) {
                return "\(subject) is none of the allowed values"
            }
            switch value {
            case .integer(let number): return fault(in: Double(number), subject)
            case .number(let number): return fault(in: number, subject)
            case .string(let text):
                // JSON Schema counts characters as code points.
                let size = text.unicodeScalars.count
                return size < length.minimum
                    ? "\(subject) is too short" : size > length.maximum ? "\(subject) is too long" : nil
            case .array(let elements): return fault(in: elements, name, subject)
            case .object(let fields): return fault(in: fields, name)
            case .null, .bool: return nil
            }
        }

        private func fault(in number: Double, _ subject: String) -> String? {
            if let minimum = range.minimum, number < minimum { return "\(subject) is below its minimum" }
            if let maximum = range.maximum, number > maximum { return "\(subject) is above its maximum" }
            return nil
        }

        private func fault(in elements: [JSONValue], _ name: String, _ subject: String) -> String? {
            guard elements.count >= count.minimum else { return "\(subject) has too few elements" }
            guard elements.count <= count.maximum else { return "\(subject) has too many elements" }
            guard let rules = items.first else { return nil }
            for (index, element) in elements.enumerated() {
                if let fault = rules.fault(in: element, name: "\(name)[\(index)]") { return fault }
            }
            return nil
        }

        private func fault(in fields: [String: JSONValue], _ name: String) -> String? {
            func path(_ field: String) -> String { name.isEmpty ? field : "\(name).\(field)" }
            if let missing = required.first(where: { fields[$0] == nil }) { return "'\(path(missing))' is missing" }
            for (field, value) in fields.sorted(by: { $0.key < $1.key }) {
                if let rules = properties[field] {
                    if let fault = rules.fault(in: value, name: path(field)) { return fault }
                } else if !allowsOthers {
                    return "there is no parameter '\(path(field))'"
                }
            }
            return nil
        }

        private static func isKind(_ kind: Kind, _ value: JSONValue) -> Bool {
            switch (kind, value) {
            case (.null, .null), (.boolean, .bool), (.integer, .integer), (.number, .integer), (.number, .number),
                (.string, .string), (.array, .array), (.object, .object):
                true
            // JSON has one kind of numbers: 3.0 is an integer.
            case (.integer, .number(let number)): number.rounded() == number
            default: false
            }
        }

        private static func isSame(_ a: JSONValue, _ b: JSONValue) -> Bool {
            switch (a, b) {
            case (.integer(let whole), .number(let number)), (.number(let number), .integer(let whole)):
                Double(whole) == number
            default: a == b
            }
        }
    }
}
