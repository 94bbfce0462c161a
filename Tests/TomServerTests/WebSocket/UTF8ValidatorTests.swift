import Testing

@testable import TomServer

struct UTF8ValidatorTests {
    private func isValid(_ bytes: [UInt8]) -> Bool {
        var validator = UTF8Validator()
        return bytes.withUnsafeBytes { validator.accept($0) } && validator.isComplete
    }

    /// The standard library is the other opinion.
    @Test func agreesWithTheStandardLibraryOnEveryShortSequence() {
        var disagreed: [[UInt8]] = []
        for a in UInt8.min...UInt8.max {
            for b in stride(from: UInt8(0x70), through: 0xF0, by: 1) {
                for tail in [[], [0x80], [0x80, 0x80], [0xBF, 0x41]] as [[UInt8]] {
                    let bytes = [a, b] + tail
                    if isValid(bytes) != (String(validating: bytes, as: UTF8.self) != nil) { disagreed.append(bytes) }
                }
            }
        }
        #expect(disagreed == [])
    }

    @Test func longTextsTakeTheFastPathAndStayExact() {
        let text = Array((String(repeating: "abcdefgh", count: 20) + "ü" + String(repeating: "x", count: 9)).utf8)
        #expect(isValid(text))
        for index in text.indices {
            var broken = text
            broken[index] = 0xFF
            #expect(!isValid(broken))
        }
    }

    @Test func remembersAHalfCharacterBetweenPieces() {
        var validator = UTF8Validator()
        let bytes = Array("👋".utf8)
        for (index, byte) in bytes.enumerated() {
            let accepted = [byte].withUnsafeBytes { validator.accept($0) }
            #expect(accepted)
            #expect(validator.isComplete == (index == bytes.count - 1))
        }
    }
}
