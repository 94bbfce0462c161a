import Foundation

/// Any JSON value.
indirect enum JSONNode: Equatable, Decodable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONNode])
    case object([String: JSONNode])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONNode].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONNode].self))
        }
    }

    subscript(name: String) -> JSONNode? { if case .object(let members) = self { members[name] } else { nil } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
}

/// The part of JSON Schema 2020-12 that `docs/probe.schema.json` uses. A keyword it does not know is a fault of its own.
struct SchemaCheck {
    let root: JSONNode

    func faults(in value: JSONNode) -> [String] { faults(in: value, by: root, at: "$") }

    private func faults(in value: JSONNode, by schema: JSONNode, at path: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(path): the schema is no object"] }
        return keywords.keys.sorted().flatMap { keyword in
            check(keyword, keywords[keyword] ?? .null, value, keywords, path)
        }
    }

    private func check(
        _ keyword: String, _ rule: JSONNode, _ value: JSONNode, _ schema: [String: JSONNode], _ path: String
    ) -> [String] {
        switch keyword {
        case "$schema", "$id", "$defs", "title", "description", "format": return []
        case "$ref":
            guard let name = rule.text?.split(separator: "/").last, let target = root["$defs"]?[String(name)] else {
                return ["\(path): \(rule) leads nowhere"]
            }
            return faults(in: value, by: target, at: path)
        case "const": return value == rule ? [] : ["\(path): not the constant"]
        case "enum":
            guard case .array(let allowed) = rule else { return ["\(path): bad enum"] }
            return allowed.contains(value) ? [] : ["\(path): not one of the enum"]
        case "type": return matches(value, type: rule) ? [] : ["\(path): not of the type \(rule)"]
        case "pattern":
            guard let pattern = rule.text, let text = value.text else { return [] }
            return text.range(of: pattern, options: .regularExpression) == nil ? ["\(path): does not match"] : []
        case "minimum": return compare(value, rule, path) { $0 >= $1 }
        case "exclusiveMinimum": return compare(value, rule, path) { $0 > $1 }
        case "minLength":
            return (value.text?.count).map { Double($0) >= rule.number ?? 0 } == false ? ["\(path): too short"] : []
        default: return checkContainer(keyword, rule, value, schema, path)
        }
    }

    private func checkContainer(
        _ keyword: String, _ rule: JSONNode, _ value: JSONNode, _ schema: [String: JSONNode], _ path: String
    ) -> [String] {
        switch (keyword, value, rule) {
        case ("required", .object(let members), .array(let names)):
            return names.compactMap(\.text).filter { members[$0] == nil }.map { "\(path): \($0) is missing" }
        case ("properties", .object(let members), .object(let rules)):
            return rules.keys.sorted().flatMap { name in
                members[name].map { faults(in: $0, by: rules[name] ?? .null, at: "\(path).\(name)") } ?? []
            }
        case ("propertyNames", .object(let members), _):
            return members.keys.sorted().flatMap { faults(in: .string($0), by: rule, at: "\(path).\($0)") }
        case ("additionalProperties", .object(let members), _):
            let others = members.keys.sorted().filter { schema["properties"]?[$0] == nil }
            if rule == .bool(false) { return others.map { "\(path).\($0): not allowed" } }
            return others.flatMap { faults(in: members[$0] ?? .null, by: rule, at: "\(path).\($0)") }
        case ("items", .array(let elements), _):
            return elements.indices.flatMap { faults(in: elements[$0], by: rule, at: "\(path)[\($0)]") }
        case ("minItems", .array(let elements), .number(let least)):
            return Double(elements.count) >= least ? [] : ["\(path): too few"]
        case ("required", _, _), ("properties", _, _), ("propertyNames", _, _), ("additionalProperties", _, _),
            ("items", _, _), ("minItems", _, _):
            return []
        default: return ["\(path): the check does not know the keyword \(keyword)"]
        }
    }

    private func compare(
        _ value: JSONNode, _ rule: JSONNode, _ path: String, _ holds: (Double, Double) -> Bool
    ) -> [String] {
        guard let number = value.number, let bound = rule.number else { return [] }
        return holds(number, bound) ? [] : ["\(path): out of bounds"]
    }

    private func matches(_ value: JSONNode, type: JSONNode) -> Bool {
        if case .array(let types) = type { return types.contains { matches(value, type: $0) } }
        switch (type.text, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("boolean", .bool),
            ("null", .null):
            return true
        case ("integer", .number(let number)): return number.rounded() == number
        default: return false
        }
    }
}
