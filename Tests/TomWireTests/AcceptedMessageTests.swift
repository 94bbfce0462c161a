import Testing
import TomWire

/// What strictness must not refuse.
struct AcceptedMessageTests {
    @Test(arguments: [
        "{\"type\":\"commit\"}", " \t\r\n{ \"type\" : \"commit\" }\n", #"{"\u0074ype":"comm\u0069t"}"#,
        #"{"a":{"b":[1,-0,0.5,1E+2,null,true,{"c":"}"}]},"type":"commit"}"#, #"{"":"","type":"commit"}"#,
        #"{"x":1,"x":2,"type":"commit"}"#, #"{"bytes":1,"bytes":2,"type":"commit","ts":[]}"#,
        #"{"type":"commit","emoji":"👩‍👩‍👧‍👦\ud83d\ude00","nul":"\u0000"}"#,
    ])
    func commits(text: String) throws {
        #expect(try decodeClient(text).event == .commit)
    }

    @Test func manyUnknownFields() throws {
        let unknown = (0..<5_000).map { #""field\#($0)":"\#($0)""# }.joined(separator: ",")
        #expect(try decodeClient("{\(unknown),\"type\":\"commit\"}").event == .commit)
    }

    @Test func optionalFieldsMayBeNull() throws {
        let start =
            #"{"type":"start","agent":null,"language":null,"input":null,"output":null,"framing":null,"#
            + #""turn_detection":null,"metadata":null}"#
        #expect(try decodeClient(start).event == .start(.init()))
        #expect(
            try decodeClient(#"{"type":"audio","data":"AAE=","format":null,"ts":null,"seq":null}"#).event
                == .audio(byteCount: 2, ts: nil, seq: nil))
    }

    /// Foundation and PHP escape `/`, .NET escapes `+`, in base64 too.
    @Test func escapedBase64() throws {
        for text in [#"+\/+\/"#, #"\u002B\/\u002b\u002F"#, "+/+/"] {
            let decoded = try decodeClient(#"{"type":"audio","data":"\#(text)"}"#, format: Samples.g711)
            #expect(decoded.audio == [0xFB, 0xFF, 0xBF])
        }
        let escaped = clientSample(.audio(byteCount: 640, ts: nil, seq: nil), audio: pcm).text
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: #"\/"#)
        #expect(try decodeClient(escaped).audio == pcm)
    }

    @Test func lengthsAtTheirLimits() throws {
        let text = String(repeating: "👋", count: WireLimits.textScalars)
        #expect(try decodeClient(#"{"type":"text","text":"\#(text)"}"#).event == .text(text))
        let second = [UInt8](repeating: 1, count: 32_000)
        #expect(
            try decodeClient(clientSample(.audio(byteCount: 0, ts: nil, seq: nil), audio: second).json).audio == second)
        let metadata = ["k": String(repeating: "v", count: WireLimits.metadataBytes - 1)]
        #expect(
            try decodeClient(clientSample(.start(.init(metadata: metadata))).json).event
                == .start(.init(metadata: metadata)))
    }

    @Test func oddLengthsAreFineForG711() throws {
        #expect(try decodeClient(#"{"type":"audio","data":"AA=="}"#, format: Samples.g711).audio == [0])
    }

    @Test(arguments: ClientEvent.dtmfDigits.map(String.init))
    func everyKey(digit: String) throws {
        #expect(try decodeClient(#"{"type":"dtmf","digit":"\#(digit)"}"#).event == .dtmf(Character(digit)))
    }

    @Test func everyFormatThatCanBeNegotiated() throws {
        for codec in WireCodec.allCases {
            for rate in WireAudioFormat.sampleRates(for: codec) {
                let start = ClientEvent.Start(
                    input: .init(codec: codec, sampleRate: rate), output: .init(codec: codec, sampleRate: rate))
                #expect(try decodeClient(clientSample(.start(start)).json).event == .start(start))
            }
        }
    }

    @Test func millisecondsAreCutToWholeOnes() throws {
        let event = try decodeClient(#"{"type":"playback","response_id":"r1","played_ms":339.99}"#).event
        #expect(event == .playback(responseID: "r1", playedMs: 339))
        #expect(try decodeClient(#"{"type":"barge_in","played_ms":1.2e2}"#).event == .bargeIn(ts: nil, playedMs: 120))
    }

    @Test func closeCodesFitAControlFrame() {
        for code in CloseCode.allCases { #expect(code.reason.utf8.count <= 123) }
        #expect(CloseCode.allCases.map(\.rawValue) == [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1013])
    }
}
