import Foundation
import Testing
import TomRealtime
import TomTestKit

/// `input_audio_buffer.append`, which is read without looking at it as values.
struct AudioAppendTests {
    @Test(arguments: [
        #"{"type":"input_audio_buffer.append","audio":"AAEC/v+A"}"#,
        #"{"audio":"AAEC/v+A","type":"input_audio_buffer.append"}"#,
        " \n{ \t\"audio\" : \"AAEC/v+A\"\r, \"event_id\" : null , \"type\" :\"input_audio_buffer.append\" } ",
        #"{"type":"input_audio_buffer.append","audio":"AAEC\/v+A"}"#,
        #"{"type":"input_audio_buffer.append","audio":"\u0041\u0041EC\u002fv\u002BA"}"#,
        #"{"type":"input_audio_buffer\u002eappend","a\u0075dio":"AAEC/v+A"}"#,
    ])
    func isReadHoweverItIsSpelled(text: String) throws {
        let decoded = try Decoded(text)
        #expect(decoded.event == .audioAppend && decoded.audio == [0, 1, 2, 0xFE, 0xFF, 0x80])
        #expect(decoded.eventID == nil)
    }

    static let bad: [BadText] = [
        .init(#"{"type":"input_audio_buffer.append"}"#, "missing_required_parameter", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":null}"#, "missing_required_parameter", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":[0,1]}"#, "invalid_type", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":true}"#, "invalid_type", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":""}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"A"}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAA"}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAF="}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"A-_="}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"===="}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAA=AAA="}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA\nAAA"}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"ÄÄ"}"#, "invalid_value", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA","audio":"AAAA"}"#, "invalid_json", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA","\u0061udio":"AAAA"}"#, "invalid_json", "audio"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA","format":"pcm16"}"#, "unknown_parameter", "format"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA","a":{"b":}}"#, "invalid_json"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA"#, "invalid_json"),
        .init(#"{"type":"input_audio_buffer.append","audio":"AAAA""#, "invalid_json"),
        .init(
            #"{"type":"input_audio_buffer.append","audio":"\#(String(repeating: "A", count: (15 << 20) + 4))"}"#,
            "string_above_max_length", "audio"),
        .init(
            #"{"type":"input_audio_buffer.append","audio":"\/\#(String(repeating: "A", count: (15 << 20) + 3))"}"#,
            "string_above_max_length", "audio"),
    ]

    @Test(arguments: bad)
    func isRefused(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try Decoded(bad.text) })
    }

    @Test func everyTruncationIsRefused() {
        let text = Array(#"{"type":"input_audio_buffer.append","event_id":"e","audio":"AAEC\/v+A"}"#.utf8)
        for count in 0..<text.count {
            let fault = #expect(throws: RealtimeFault.self) { try Decoded(Array(text.prefix(count))) }
            #expect(fault?.code == "invalid_json")
        }
    }

    @Test func theLongestIsRead() throws {
        let audio = String(repeating: "A", count: 15 << 20)
        let decoded = try Decoded(#"{"type":"input_audio_buffer.append","audio":"\#(audio)"}"#)
        #expect(decoded.audio.count == (15 << 20) / 4 * 3)
    }

    @Test func audioOfEveryLengthSurvives() throws {
        var random = SeededGenerator(seed: 0x5EED_0004)
        for count in 1...400 {
            let audio = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let base64 = Data(audio).base64EncodedString()
            let spelled = Bool.random(using: &random) ? base64 : base64.replacingOccurrences(of: "/", with: "\\/")
            #expect(try Decoded(#"{"type":"input_audio_buffer.append","audio":"\#(spelled)"}"#).audio == audio)
        }
    }

    /// A buffer that is used again holds what was sent last and nothing else, whether it grows or shrinks.
    @Test func theBufferIsUsedAgain() throws {
        let decoder = RealtimeEventDecoder()
        var audio: [UInt8] = []
        for count in [3, 300, 6, 600, 1] {
            let sent = [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: count)
            let text = #"{"type":"input_audio_buffer.append","audio":"\#(Data(sent).base64EncodedString())"}"#
            #expect(try decoder.decode(Array(text.utf8), audioInto: &audio).event == .audioAppend)
            #expect(audio == sent)
        }
        let capacity = audio.capacity
        let text = #"{"type":"input_audio_buffer.append","audio":"AAAA"}"#
        for _ in 0..<3 { _ = try decoder.decode(Array(text.utf8), audioInto: &audio) }
        #expect(audio.capacity == capacity)
    }

    /// A text damaged anywhere is refused or read as what Foundation reads; nothing traps.
    @Test(arguments: (1...60).map { UInt64($0) })
    func damageNeverTrapsAndNeverWidensJSON(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let texts =
            ClientEventTests.samples.map(\.text) + [#"{"type":"input_audio_buffer.append","audio":"AAEC\/v+A"}"#]
        for text in texts {
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1 where bytes.count > 1: bytes.remove(at: place)
                default: bytes.insert(Array("\"\\{}[],:0e-u\u{0}".utf8).randomElement(using: &random)!, at: place)
                }
            }
            guard (try? Decoded(bytes)) != nil else { continue }
            let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            #expect(object != nil, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
