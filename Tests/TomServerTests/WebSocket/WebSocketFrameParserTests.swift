import Testing

@testable import TomServer

/// What a parser said about some bytes: each item with its payload, or the violation.
private enum Said: Equatable {
    case text(String), binary([UInt8]), ping([UInt8]), pong([UInt8]), close(UInt16?)
    case violation(UInt16)
}

private func parse(_ pieces: [[UInt8]], maxBytes: Int = 65_536, maxFragments: Int = 16) -> [Said] {
    var parser = WebSocketFrameParser(maxMessageBytes: maxBytes, maxFragments: maxFragments)
    var said: [Said] = []
    for piece in pieces {
        let failed = piece.withUnsafeBytes { bytes -> Bool in
            var offset = 0
            do throws(WebSocketViolation) {
                while let item = try parser.next(bytes, &offset) {
                    switch item {
                    case .text: said.append(.text(String(decoding: parser.message, as: UTF8.self)))
                    case .binary: said.append(.binary(parser.message))
                    case .ping: said.append(.ping(parser.control))
                    case .pong: said.append(.pong(parser.control))
                    case .close(let code): said.append(.close(code))
                    case .piece: break
                    }
                }
                return false
            } catch {
                said.append(.violation(error.closeCode))
                return true
            }
        }
        if failed { break }
    }
    return said
}

private func frame(
    _ opcode: UInt8, _ payload: [UInt8] = [], final: Bool = true, masked: Bool = true, reserved: UInt8 = 0
) -> [UInt8] { TestFrame.bytes(opcode, payload, final: final, masked: masked, reserved: reserved) }

struct WebSocketFrameParserTests {
    @Test func readsTheExampleOfRFC6455() {
        // section 5.7: a single-frame masked text message "Hello"
        let bytes: [UInt8] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(parse([bytes]) == [.text("Hello")])
    }

    @Test func isTheSameHoweverItIsCut() {
        let big = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        let bytes =
            frame(1, Array("Grüße 👋".utf8)) + frame(1, Array("fra".utf8), final: false) + frame(9, [1, 2, 3])
            + frame(0, Array("g€ment".utf8)) + frame(2, big) + frame(0xA) + frame(8, [0x03, 0xE8, 0x62])
        let expected: [Said] = [
            .text("Grüße 👋"), .ping([1, 2, 3]), .text("frag€ment"), .binary(big), .pong([]), .close(1000),
        ]
        #expect(parse([bytes]) == expected)
        #expect(parse(bytes.map { [$0] }) == expected)
        for cut in 1..<bytes.count {
            #expect(parse([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected, "cut at \(cut)")
        }
    }

    @Test func readsEveryFormOfLength() {
        for count in [0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536] {
            let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(parse([frame(2, payload)]) == [.binary(payload)], "\(count)")
        }
    }

    @Test(arguments: [
        frame(1, [0x61], masked: false), frame(1, reserved: 0x40), frame(1, reserved: 0x20), frame(9, reserved: 0x10),
        frame(3), frame(7), frame(0xB), frame(0xF),
        frame(0, [1]), frame(1, [0x61], final: false) + frame(1, [0x61]), frame(2, final: false) + frame(2),
        frame(9, final: false), frame(8, final: false), frame(9, Array(repeating: 0, count: 126)),
        frame(8, [3]), frame(8, [0x03, 0xE7]), frame(8, [0x03, 0xEC]), frame(8, [0x03, 0xED]), frame(8, [0x03, 0xEE]),
        frame(8, [0x03, 0xF7]), frame(8, [0x0B, 0xB7]), frame(8, [0xFF, 0xFF]), frame(8, [0, 0]),
        // lengths not in their shortest form, and one with the highest bit set
        [0x82, 0xFE, 0x00, 0x05, 0, 0, 0, 0], [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0],
        [0x82, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ])
    func brokenFramingEndsWith1002(bytes: [UInt8]) {
        #expect(parse([bytes]).last == .violation(1002))
        #expect(parse(bytes.map { [$0] }).last == .violation(1002))
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0xF5], [0xE0, 0x80], [0x61, 0xFF], [0xC3],
        ] as [[UInt8]])
    func textThatIsNotUTF8EndsWith1007(payload: [UInt8]) {
        #expect(parse([frame(1, payload)]) == [.violation(1007)])
        #expect(parse([frame(1, [0x61], final: false), frame(0, payload)]) == [.violation(1007)])
        #expect(parse([frame(8, [0x03, 0xE8] + payload)]) == [.violation(1007)])
    }

    @Test func aWrongByteIsFoundBeforeTheFrameEnds() {
        let bytes = frame(1, [0x61, 0xFF] + Array(repeating: 0x61, count: 50))
        // header of 6, the letter, the wrong byte: the rest need not come
        #expect(parse([Array(bytes[..<8])]) == [.violation(1007)])
        #expect(parse([Array(bytes[..<7])]) == [])
    }

    @Test func binaryNeedNotBeUTF8() { #expect(parse([frame(2, [0xFF, 0xFE])]) == [.binary([0xFF, 0xFE])]) }

    @Test func aMessageAboveTheLimitEndsWith1009BeforeItIsRead() {
        #expect(parse([frame(2, Array(repeating: 0, count: 10))], maxBytes: 10).count == 1)
        let long = frame(2, Array(repeating: 0, count: 11))
        #expect(parse([Array(long[..<6])], maxBytes: 10) == [.violation(1009)])
        let parts = [frame(2, [1, 2, 3], final: false), frame(0, [4, 5, 6])]
        #expect(parse(parts, maxBytes: 5) == [.violation(1009)])
        // the limit is the message's, not the connection's
        #expect(parse([frame(2, [1, 2, 3]), frame(2, [4, 5, 6])], maxBytes: 5).count == 2)
    }

    @Test func emptyFragmentsAreBounded() {
        let parts = [frame(1, final: false)] + Array(repeating: frame(0, final: false), count: 4)
        #expect(parse(parts, maxFragments: 4) == [.violation(1009)])
        #expect(parse(Array(parts.dropLast()), maxFragments: 4) == [])
    }

    @Test func aCloseMayHaveNoCode() { #expect(parse([frame(8)]) == [.close(nil)]) }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999] as [UInt16])
    func codesOfTheRegistryAreAccepted(code: UInt16) {
        #expect(parse([frame(8, [UInt8(code >> 8), UInt8(code & 255)])]) == [.close(code)])
    }
}
