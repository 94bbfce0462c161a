import Foundation
import Testing
import TomTestKit

@testable import TomWire

/// The scanner, the writer and base64 against Foundation as the reference.
struct JSONTests {
    private func number(_ text: String) -> (double: Double?, integer: Int?) {
        Array(text.utf8).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            guard let value = try? scanner.value(depth: 1), scanner.position == bytes.count else { return (nil, nil) }
            return (scanner.double(value), scanner.integer(value))
        }
    }

    @Test func numbersAreReadExactly() {
        for text in [
            "0", "-0", "1", "-1", "0.1", "3.141592653589793", "1764000000123.456", "1e22", "1e23", "1E-7", "2.5e-3",
            "9007199254740993", "123456789012345678901234567890", "4.9e-324", "1.7976931348623157e308", "0.000001",
            "99999999999999.99", "0.30000000000000004", "-9007199254740991",
        ] {
            #expect(number(text).double == Double(text), "\(text)")
        }
        #expect(number("1e309").double == nil)
        #expect(number("1e3").integer == 1_000)
        #expect(number("1.0").integer == 1)
        #expect(number("1.5").integer == nil)
        #expect(number("1e300").integer == nil)
    }

    @Test func randomNumbersAreReadExactly() {
        var random = SeededGenerator(seed: 0x5EED_0001)
        for _ in 0..<20_000 {
            let double =
                Bool.random(using: &random)
                ? Double(bitPattern: random.next()) : Double(Int.random(in: 0...9_999_999, using: &random)) / 1_000
            guard double.isFinite else { continue }
            #expect(number(double.description).double == double)
        }
    }

    @Test func everyFieldNameIsFoundAgain() {
        #expect(FieldName.allCases.count <= 50)
        for name in FieldName.allCases {
            let spelling = "\(name.spelling)"
            Array((spelling + "_").utf8).withUnsafeBytes { bytes in
                let length = bytes.count - 1
                #expect(FieldName.spelled(0..<length, in: JSONScanner(bytes)) == name, "\(spelling)")
                #expect(FieldName.spelled(0..<length + 1, in: JSONScanner(bytes)) == nil, "\(spelling)")
                #expect(FieldName.spelled(1..<length + 1, in: JSONScanner(bytes)) == nil, "\(spelling)")
            }
        }
    }

    @Test func stringsSurviveFoundation() throws {
        var text = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init)))
        text += "\u{2028}\u{FFFF}\u{10FFFF}👋\\\"/"
        var json: [UInt8] = []
        JSONWriter.append(to: &json) { $0.string(text) }
        let read = try JSONSerialization.jsonObject(with: Data(json), options: .fragmentsAllowed) as? String
        #expect(read == text)
        let written = try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed)
        [UInt8](written).withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            #expect((try? scanner.value(depth: 1)).map(scanner.string) == text)
        }
    }

    @Test func numbersThatJSONCannotSayAreLeftOut() {
        let sample = clientSample(.bargeIn(ts: .infinity, playedMs: 1))
        #expect(sample.text == #"{"type":"barge_in","played_ms":1}"#)
        let end = ServerEvent.TurnEnd(turnID: "t", responseID: "r", status: .failed, latency: .init(sttMs: .nan))
        #expect(serverSample(.turnEnd(end)).text.contains(#""stt_ms":null"#))
        #expect(clientSample(.playback(responseID: "", playedMs: .min)).text.contains("-9223372036854775808"))
    }

    @Test func scalarsAreChecked() {
        #expect(JSONScalar(json: "1.50")?.json == "1.50")
        #expect(JSONScalar(json: "1.50")?.number == 1.5)
        #expect(JSONScalar("é\"").json == "\"é\\\"\"")
        #expect(JSONScalar(json: "\"x\"")?.number == nil)
        for bad in ["", "[]", "{}", " 1", "1 ", "1,2", "nul", "\"a"] { #expect(JSONScalar(json: bad) == nil) }
    }

    // MARK: Base64

    @Test func base64OfEveryLength() {
        var random = SeededGenerator(seed: 0x5EED_0002)
        for count in 0...400 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var text = [UInt8](repeating: 0, count: Base64.encodedCount(count))
            bytes.withUnsafeBytes { source in text.withUnsafeMutableBytes { Base64.encode(source, into: $0) } }
            #expect(String(decoding: text, as: UTF8.self) == Data(bytes).base64EncodedString())
            #expect(decode(text) == bytes)
        }
    }

    private func decode(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { text in
            guard let count = Base64.decodedCount(text) else { return nil }
            var bytes = [UInt8](repeating: 0xAA, count: count)
            let isValid = bytes.withUnsafeMutableBytes { Base64.decode(text, into: $0) }
            return isValid ? bytes : nil
        }
    }

    /// Every byte value at every place of the first and of the last group.
    @Test func base64RefusesEveryCharacterOutsideTheAlphabet() {
        let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        for place in 0..<8 {
            for byte in UInt8.min...UInt8.max {
                var text = Array("AAAAAAAA".utf8)
                text[place] = byte
                let isPadding = place == 7 && byte == UInt8(ascii: "=")
                #expect((decode(text) != nil) == (alphabet.contains(byte) || isPadding), "\(byte) at \(place)")
            }
        }
    }
}
