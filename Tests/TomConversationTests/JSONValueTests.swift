import Foundation
import Testing
import TomConversation

/// JSON as models, tools and journals pass it on.
@Suite("JSON values")
struct JSONValueTests {
    private static let text = #"{"a":[1,2.5,true,null,"ü"],"big":9007199254740993,"deep":{"x":{}},"e":[]}"#

    @Test func everyKindOfValueComesBackAsItWas() throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(Self.text.utf8))
        #expect(
            value == [
                "a": [1, 2.5, true, .null, "ü"], "big": 9_007_199_254_740_993, "deep": ["x": [:]], "e": [],
            ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == Self.text)
        #expect(value["deep"]?["x"] == [:] && value["a"]?.elements?.count == 5 && value["none"] == nil)
    }

    /// Journals of versions in which arguments were flat strings.
    @Test func callsOfFlatStringsAreRead() throws {
        let json = #"{"id":"c1","name":"take_message","arguments":{"name":"Ann","confirmed":"no"}}"#
        let call = try JSONDecoder().decode(ToolCall.self, from: Data(json.utf8))
        #expect(call == ToolCall(id: "c1", name: "take_message", arguments: ["name": "Ann", "confirmed": "no"]))
        #expect(call.description == #"take_message#c1(confirmed: "no", name: "Ann")"#)
    }
}
