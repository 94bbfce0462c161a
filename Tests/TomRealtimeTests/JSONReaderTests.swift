import Testing
import TomConversation
import TomRealtime

/// JSON text into values and back.
struct JSONReaderTests {
    private func value(_ text: String) throws -> JSONValue? {
        try JSONReader.object(Array(#"{"x":\#(text)}"#.utf8))["x"]
    }

    @Test func numbersAreReadExactly() throws {
        #expect(try value("0") == 0 && value("-0") == 0 && value("-7") == -7)
        #expect(try value("9223372036854775807") == .integer(.max))
        #expect(try value("-9223372036854775808") == .integer(.min))
        #expect(try value("9007199254740993") == .integer(9_007_199_254_740_993))
        #expect(try value("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try value("1.0") == .number(1) && value("1e2") == .number(100) && value("0.1") == .number(0.1))
        #expect(try value("1E-400") == .number(0))
        #expect(throws: RealtimeFault.self) { try value("1e400") }
    }

    @Test func everyKindOfValueIsRead() throws {
        #expect(
            try value(#" [ true ,false,null, "", [ ] , { } , {"a\n":"\u00e9\ud83d\ude00"} ] "#)
                == [true, false, .null, "", [], [:], ["a\n": "é😀"]])
    }

    @Test func valuesSurvive() throws {
        let texts = [
            #"{}"#, #"{"a":[],"b":{"c":[[1],{}]},"d":"\u0001\"\\/é😀"}"#, #"{"":-1.5e-7,"\n":null}"#,
            #"{"a":9223372036854775807,"b":0.1,"c":true}"#,
        ]
        for text in texts {
            let read = try json(text)
            let again = try json(written { $0.value(read) })
            #expect(again == read)
            #expect(written { $0.value(again) } == written { $0.value(read) })
        }
        #expect(written { $0.value(["b": 1, "a": [.number(.infinity), 2.5]]) } == #"{"a":[null,2.5],"b":1}"#)
    }

    /// As deep as is allowed and with as many values as are allowed, in time that grows with the text only.
    @Test func whatIsAllowedIsReadAtOnce() throws {
        let depth = RealtimeLimits.depth - 1
        let nested = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(try value(nested) != nil)
        let many = "[" + String(repeating: "0,", count: RealtimeLimits.values - 2) + "0]"
        #expect(try value(many)?.elements?.count == RealtimeLimits.values - 1)
        let name = String(repeating: "n", count: 1 << 20)
        #expect(try value(#"{"\#(name)":[\#(String(repeating: #"{"a":1},"#, count: 10_000))0]}"#) != nil)
    }
}
