import Testing
import TomErrors
import TomWire

/// A message, the code that refuses it and the field that is named.
struct BadMessage: Sendable, CustomTestStringConvertible {
    let text: String
    let kind: WireError.Kind
    let field: String?
    let format: WireAudioFormat
    init(_ text: String, _ kind: WireError.Kind, _ field: String? = nil, format: WireAudioFormat = .standard) {
        (self.text, self.kind, self.field, self.format) = (text, kind, field, format)
    }
    var testDescription: String { String(text.prefix(100)) }
}

struct BadMessageTests {
    static let syntax: [BadMessage] = [
        "", " ", "null", "[]", "17", "\"text\"", "{", "{}x", "{} {}", "{,}", #"{"type"}"#, #"{"type":}"#,
        #"{"type":"commit",}"#, #"{"type":"commit" "a":1}"#, #"{type:"commit"}"#, #"{'type':'commit'}"#,
        #"{"type":"commit","a":01}"#, #"{"type":"commit","a":+1}"#, #"{"type":"commit","a":1.}"#,
        #"{"type":"commit","a":.5}"#, #"{"type":"commit","a":1e}"#, #"{"type":"commit","a":-}"#,
        #"{"type":"commit","a":NaN}"#, #"{"type":"commit","a":Infinity}"#, #"{"type":"commit","a":0x1}"#,
        #"{"type":"commit","a":tru}"#, #"{"type":"commit","a":nulll}"#, #"{"type":"commit","a":[1,]}"#,
        #"{"type":"commit","a":[1 2]}"#, #"{"type":"commit","a":[}"#, #"{"type":"commit","a":"\x"}"#,
        #"{"type":"commit","a":"\u12g4"}"#, #"{"type":"commit","a":"\u12"}"#, #"{"type":"commit","a":"\ud800"}"#,
        #"{"type":"commit","a":"\udc00"}"#, #"{"type":"commit","a":"\ud800\u0041"}"#,
        "{\"type\":\"commit\",\"a\":\"\n\"}", "{\"type\":\"com\u{0}mit\"}", "\u{FEFF}{\"type\":\"commit\"}",
        "{\"type\":\"commit\"}\u{0}", "{\u{A0}\"type\":\"commit\"}", "{\"type\":\"commit\"/*c*/}",
    ].map { BadMessage($0, .invalidJSON) }

    static let fields: [BadMessage] = [
        .init("{}", .missingField, "type"),
        .init(#"{"type":null}"#, .invalidField, "type"),
        .init(#"{"type":1}"#, .invalidField, "type"),
        .init(#"{"type":"nonsense"}"#, .unknownType, "type"),
        .init(#"{"type":"Commit"}"#, .unknownType, "type"),
        .init(#"{"type":"commit","type":"commit"}"#, .duplicateField, "type"),
        .init(#"{"type":"commit","typ\u0065":"commit"}"#, .duplicateField, "type"),
        .init(#"{"type":"text","text":"a","text":"b"}"#, .duplicateField, "text"),
        .init(#"{"type":"text"}"#, .missingField, "text"),
        .init(#"{"type":"text","text":""}"#, .invalidField, "text"),
        .init(#"{"type":"text","text":null}"#, .invalidField, "text"),
        .init(#"{"type":"text","text":["a"]}"#, .invalidField, "text"),
        .init(#"{"type":"text","text":"\#(String(repeating: "ü", count: 2_001))"}"#, .textTooLong, "text"),
        .init(#"{"type":"dtmf"}"#, .missingField, "digit"),
        .init(#"{"type":"dtmf","digit":5}"#, .invalidField, "digit"),
        .init(#"{"type":"dtmf","digit":"12"}"#, .invalidField, "digit"),
        .init(#"{"type":"dtmf","digit":"a"}"#, .invalidField, "digit"),
        .init(#"{"type":"dtmf","digit":""}"#, .invalidField, "digit"),
        .init(#"{"type":"dtmf","digit":"١"}"#, .invalidField, "digit"),
        .init(#"{"type":"playback","played_ms":1}"#, .missingField, "response_id"),
        .init(#"{"type":"playback","response_id":"r1"}"#, .missingField, "played_ms"),
        .init(#"{"type":"playback","response_id":"","played_ms":1}"#, .invalidField, "response_id"),
        .init(#"{"type":"playback","response_id":"r1","played_ms":-1}"#, .invalidField, "played_ms"),
        .init(#"{"type":"playback","response_id":"r1","played_ms":"1"}"#, .invalidField, "played_ms"),
        .init(#"{"type":"playback","response_id":"r1","played_ms":1e300}"#, .invalidField, "played_ms"),
        .init(#"{"type":"playback","response_id":"r1","played_ms":1e999}"#, .invalidField, "played_ms"),
        .init(#"{"type":"barge_in","ts":"now"}"#, .invalidField, "ts"),
        .init(#"{"type":"barge_in","played_ms":false}"#, .invalidField, "played_ms"),
        .init(#"{"type":"ping","ts":{}}"#, .invalidField, "ts"),
        .init(#"{"type":"ping","id":[1]}"#, .invalidField, "id"),
        .init(#"{"type":"ping","id":"\#(String(repeating: "x", count: 255))"}"#, .invalidField, "id"),
        .init(#"{"type":"stop","reason":7}"#, .invalidField, "reason"),
        .init(#"{"type":"stop","reason":"\#(String(repeating: "x", count: 201))"}"#, .textTooLong, "reason"),
    ]

    static let audio: [BadMessage] = [
        .init(#"{"type":"audio_chunk"}"#, .missingField, "data"),
        .init(#"{"type":"audio_chunk","data":null}"#, .invalidField, "data"),
        .init(#"{"type":"audio_chunk","data":[0,1]}"#, .invalidField, "data"),
        .init(#"{"type":"audio_chunk","data":""}"#, .emptyAudio, "data"),
        .init(#"{"type":"audio_chunk","data":"AAA"}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"AAE"}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"AA=="}"#, .oddPCM, "data"),
        .init(#"{"type":"audio_chunk","data":"AAAA"}"#, .oddPCM, "data"),
        .init(#"{"type":"audio_chunk","data":"AAF="}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"A-_="}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"AA\nE="}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"=AAA"}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"===="}"#, .badBase64, "data", format: Samples.g711),
        .init(#"{"type":"audio_chunk","data":"AAA=AAA="}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"ÄÄ"}"#, .badBase64, "data"),
        .init(#"{"type":"audio_chunk","data":"\u0000AAA"}"#, .badBase64, "data", format: Samples.g711),
        .init(#"{"type":"audio_chunk","data":"AAE=","format":"opus"}"#, .invalidField, "format"),
        .init(#"{"type":"audio_chunk","data":"AAE=","format":16}"#, .invalidField, "format"),
        .init(
            #"{"type":"audio_chunk","data":"AAE=","format":"pcm16_16k"}"#, .invalidField, "format", format: Samples.g711
        ),
        .init(#"{"type":"audio_chunk","data":"AAE=","ts":"1"}"#, .invalidField, "ts"),
        .init(#"{"type":"audio_chunk","data":"AAE=","seq":1.5}"#, .invalidField, "seq"),
        .init(#"{"type":"audio_chunk","data":"AAE=","seq":-1}"#, .invalidField, "seq"),
        .init(#"{"type":"audio_chunk","data":"AAE=","seq":9007199254740992}"#, .invalidField, "seq"),
        .init(#"{"type":"audio_chunk","data":"\#(String(repeating: "A", count: 42_668))"}"#, .audioTooLong, "data"),
        .init(
            #"{"type":"audio","data":"\#(String(repeating: "A", count: 10_668))"}"#, .audioTooLong, "data",
            format: Samples.g711),
        .init(#"{"type":"audio","data":"\/\#(String(repeating: "A", count: 42_667))"}"#, .audioTooLong, "data"),
    ]

    static let start: [BadMessage] = [
        .init(#"{"type":"start","agent":""}"#, .invalidField, "agent"),
        .init(#"{"type":"start","agent":"../etc/passwd"}"#, .invalidField, "agent"),
        .init(#"{"type":"start","agent":1}"#, .invalidField, "agent"),
        .init(#"{"type":"start","language":""}"#, .invalidField, "language"),
        .init(#"{"type":"start","language":"d"}"#, .invalidField, "language"),
        .init(#"{"type":"start","language":"de_AT"}"#, .invalidField, "language"),
        .init(#"{"type":"start","language":"de-"}"#, .invalidField, "language"),
        .init(#"{"type":"start","input":"pcm16"}"#, .invalidField, "input"),
        .init(#"{"type":"start","input":{"sample_rate":8000}}"#, .missingField, "input.codec"),
        .init(#"{"type":"start","input":{"codec":"pcmu"}}"#, .missingField, "input.sample_rate"),
        .init(#"{"type":"start","input":{"codec":"opus","sample_rate":8000}}"#, .invalidField, "input.codec"),
        .init(#"{"type":"start","input":{"codec":"pcmu","sample_rate":16000}}"#, .invalidField, "input.sample_rate"),
        .init(#"{"type":"start","output":{"codec":"pcm16","sample_rate":11025}}"#, .invalidField, "output.sample_rate"),
        .init(
            #"{"type":"start","output":{"codec":"pcm16","sample_rate":"16000"}}"#, .invalidField, "output.sample_rate"),
        .init(#"{"type":"start","output":{"codec":"pcm16","codec":"pcmu"}}"#, .duplicateField, "output.codec"),
        .init(#"{"type":"start","framing":"text"}"#, .invalidField, "framing"),
        .init(#"{"type":"start","turn_detection":true}"#, .invalidField, "turn_detection"),
        .init(#"{"type":"start","metadata":[]}"#, .invalidField, "metadata"),
        .init(#"{"type":"start","metadata":{"a":1}}"#, .invalidField, "metadata"),
        .init(#"{"type":"start","metadata":{"a":{"b":"c"}}}"#, .invalidField, "metadata"),
        .init(#"{"type":"start","metadata":{"a":"1","a":"2"}}"#, .duplicateField, "metadata"),
        .init(
            #"{"type":"start","metadata":{"a":"\#(String(repeating: "x", count: 2_048))"}}"#, .metadataTooLarge,
            "metadata"),
    ]

    @Test(arguments: syntax + fields + audio + start)
    func isRefused(bad: BadMessage) {
        let error = #expect(throws: WireError.self) { try decodeClient(bad.text, format: bad.format) }
        #expect(error?.kind == bad.kind)
        #expect(error?.field == bad.field)
        guard let error else { return }
        #expect(error.category == .invalidRequest)
        #expect(error.hint?.isEmpty == false)
        // An error event carries the message only, so the field must be named in it.
        if let field = bad.field { #expect(error.message.contains("'\(field)'")) }
    }

    @Test func errorsNameTheTypeTheyAreAbout() {
        func ref(_ text: String) -> String? {
            do { _ = try decodeClient(text) } catch { return error.ref }
            return nil
        }
        #expect(ref(#"{"type":"text"}"#) == "text")
        #expect(ref(#"{"type":"audio"}"#) == "audio")
        #expect(ref(#"{"type":"who"}"#) == "who")
        #expect(ref(#"{"type":"\#(String(repeating: "w", count: 500))"}"#) == String(repeating: "w", count: 64))
        #expect(ref(#"{"text":"a"}"#) == nil)
        #expect(ref("{") == nil)
    }

    @Test func errorsKeepValuesToThemselves() {
        let secret = "s3cret-value"
        for text in [
            #"{"type":"dtmf","digit":"\#(secret)"}"#, #"{"type":"start","agent":"\#(secret)!"}"#,
            #"{"type":"start","framing":"\#(secret)"}"#, #"{"type":"ping","id":["\#(secret)"]}"#,
            #"{"type":"text","text":"\#(secret)" x}"#,
        ] {
            let error = #expect(throws: WireError.self) { try decodeClient(text) }
            #expect(error?.description.contains(secret) == false)
        }
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        let bad: [[UInt8]] = [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xF0, 0x9F, 0x98],
        ]
        for sequence in bad {
            for head in [#"{"type":"text","text":""#, #"{"type":"commit","unknown":""#, #"{""#] {
                let json = Array(head.utf8) + sequence + Array(#""}"#.utf8)
                let error = #expect(throws: WireError.self) { try decodeClient(json) }
                #expect(error?.kind == .invalidUTF8, "\(sequence)")
            }
        }
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> String {
            let arrays = depth - 1
            return
                #"{"x":\#(String(repeating: "[", count: arrays))\#(String(repeating: "]", count: arrays)),"type":"commit"}"#
        }
        #expect(try decodeClient(nested(WireLimits.depth)).event == .commit)
        for depth in [WireLimits.depth + 1, 1_000_000] {
            let error = #expect(throws: WireError.self) { try decodeClient(nested(depth)) }
            #expect(error?.kind == .tooDeep)
        }
    }

    @Test func sizeIsLimited() throws {
        let padding = String(repeating: " ", count: WireLimits.messageBytes)
        let error = #expect(throws: WireError.self) { try decodeClient(#"{"type":"commit"}"# + padding) }
        #expect(error?.kind == .messageTooLarge)
    }
}
