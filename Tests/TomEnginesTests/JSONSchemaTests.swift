import Testing
import TomConversation
import TomEngines

/// Schemas of parameters: what is refused when they are read, and what of arguments afterwards.
@Suite("JSON Schema of parameters")
struct JSONSchemaTests {
    private static let order: JSONValue = [
        "type": "object", "additionalProperties": false, "required": ["id", "lines"],
        "properties": [
            "id": ["type": "string", "minLength": 2, "maxLength": 4, "description": "Of the order."],
            "urgent": ["type": "boolean"], "discount": ["type": ["number", "null"], "minimum": 0, "maximum": 0.5],
            "kind": ["enum": ["new", 7, .null]],
            "lines": [
                "type": "array", "minItems": 1, "maxItems": 2,
                "items": ["type": "object", "properties": ["count": ["type": "integer", "minimum": 1]]],
            ],
        ],
    ]

    private static let values: [(JSONValue, String?)] = [
        (["id": "ab", "lines": [["count": 1]]], nil),
        (["id": "ab", "lines": [["count": 3.0]], "kind": 7.0, "discount": .null, "urgent": false], nil),
        (["id": "grün", "lines": [[:]], "discount": 0.5, "kind": .null], nil),
        (["lines": [[:]]], "'id' is missing"), (["id": 12, "lines": [[:]]], "'id' is not of type string"),
        (["id": "a", "lines": [[:]]], "'id' is too short"), (["id": "abcde", "lines": [[:]]], "'id' is too long"),
        (["id": "ab", "lines": []], "'lines' has too few elements"),
        (["id": "ab", "lines": [[:], [:], [:]]], "'lines' has too many elements"),
        (["id": "ab", "lines": [["count": 1.5]]], "'lines[0].count' is not of type integer"),
        (["id": "ab", "lines": [[:], ["count": 0]]], "'lines[1].count' is below its minimum"),
        (["id": "ab", "lines": [[:]], "discount": 0.6], "'discount' is above its maximum"),
        (["id": "ab", "lines": [[:]], "kind": "old"], "'kind' is none of the allowed values"),
        (["id": "ab", "lines": [[:]], "extra": 1], "there is no parameter 'extra'"),
        ("ab", "the whole is not of type object"),
    ]

    @Test(arguments: values)
    func argumentsAreChecked(value: JSONValue, fault: String?) throws {
        #expect(try JSONSchema(parameters: Self.order).fault(in: value) == fault)
    }

    private static let faults: [(JSONValue, String)] = [
        (["type": "object", "properties": ["a": ["pattern": "x+"]]], "properties.a.pattern"),
        (["type": "object", "properties": ["a": ["type": "text"]]], "properties.a.type"),
        (["type": "object", "properties": ["a": "string"]], "properties.a"), (["type": "string"], "type"),
        ([:], "type"), (["type": "object", "required": "id"], "required"),
        (["type": "object", "properties": ["a": ["minLength": -1]]], "properties.a.minLength"),
        (["type": "object", "properties": ["a": ["minimum": "1"]]], "properties.a.minimum"),
        (["type": "object", "properties": ["a": ["enum": []]]], "properties.a.enum"),
        (["type": "object", "additionalProperties": ["type": "string"]], "additionalProperties"),
        (["type": "object", "additionalProperties": false, "required": ["b"]], ""),
        (["type": "object", "oneOf": []], "oneOf"), (["type": "object", "$ref": "#/x"], "$ref"),
    ]

    @Test(arguments: faults)
    func whatIsNotCheckedIsRefused(schema: JSONValue, path: String) {
        let fault = #expect(throws: JSONSchema.Fault.self) { try JSONSchema(parameters: schema) }
        #expect(fault?.path == path, "\(fault?.problem ?? "")")
    }

    @Test func nestingIsBounded() {
        var schema: JSONValue = ["type": "string"]
        for _ in 0..<20 { schema = ["type": "array", "items": schema] }
        #expect(throws: JSONSchema.Fault.self) {
            try JSONSchema(parameters: ["type": "object", "properties": ["a": schema]])
        }
    }
}
