import Foundation
import Testing
import TomTestKit
import TomWire

/// Seeded random messages; the seed of a failure is in its message and replays it.
struct PropertyTests {
    private static let seeds = (1...200).map { UInt64($0) }

    /// Any event with any text survives, whatever escapes, order and white space it travels with.
    @Test(arguments: seeds)
    func textSurvivesAnySpelling(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let text = Self.text(&random, 1...300)
        let other = Self.text(&random, 0...40)
        var members = [
            (#""type""#, Self.spell("text", &random)), (Self.spell("text", &random), Self.spell(text, &random)),
            (Self.spell("x" + other, &random), Self.spell(other, &random)),
        ]
        members.shuffle(using: &random)
        let space = [" ", "", "\n", "\t\r\n "][Int.random(in: 0...3, using: &random)]
        let json = "{" + members.map { "\(space)\($0)\(space):\(space)\($1)\(space)" }.joined(separator: ",") + "}"
        #expect(try decodeClient(json).event == .text(text), "seed \(seed)")
        #expect(try decodeClient(clientSample(.text(text)).json).event == .text(text), "seed \(seed)")
    }

    /// A message damaged anywhere is refused or read, and what Foundation cannot read is never read here.
    @Test(arguments: seeds)
    func damageNeverTrapsAndNeverWidensJSON(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let isClient = Bool.random(using: &random)
            var json =
                isClient
                ? Samples.fullClient.randomElement(using: &random)!.json
                : Samples.fullServer.randomElement(using: &random)!.json
            for _ in 0..<Int.random(in: 1...3, using: &random) { Self.damage(&json, &random) }
            let isRead = isClient ? (try? decodeClient(json)) != nil : (try? decodeServer(json)) != nil
            guard isRead else { continue }
            let object = try? JSONSerialization.jsonObject(with: Data(json)) as? [String: Any]
            #expect(object != nil, "seed \(seed): \(String(decoding: json, as: UTF8.self))")
        }
    }

    @Test(arguments: seeds)
    func audioOfAnyLengthSurvives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 1...16_000, using: &random) * 2
        let audio = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        let seq = Int.random(in: 0...1 << 53 - 1, using: &random)
        let chunk = ClientEvent.audio(byteCount: count, ts: Double(seed) / 8, seq: seq)
        let client = try decodeClient(clientSample(chunk, audio: audio).json)
        #expect(client.event == chunk && client.audio == audio, "seed \(seed)")
        let tts = ServerEvent.ttsAudio(
            .init(format: .standard, byteCount: count, seq: seq, turnID: "t\(seed)", responseID: "r\(seed)"))
        let server = try decodeServer(serverSample(tts, audio: audio).json)
        #expect(server.message.event == tts && server.audio == audio, "seed \(seed)")
    }

    private static func text(_ random: inout SeededGenerator, _ length: ClosedRange<Int>) -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: length, using: &random) {
            let limit: UInt32 = [0x20, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF].randomElement(using: &random)!
            scalars.append(Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) ?? "?")
        }
        return String(scalars)
    }

    /// A JSON string of `text` in which each scalar is escaped in one of the ways it may be.
    private static func spell(_ text: String, _ random: inout SeededGenerator) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if scalar == "/", Bool.random(using: &random) {
                json += "\\/"
            } else if mustEscape || Int.random(in: 0...4, using: &random) == 0 {
                for unit in String(scalar).utf16 {
                    let hex = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            } else {
                json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }

    private static func damage(_ json: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0..<json.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: json[place] = UInt8.random(in: 0...255, using: &random)
        case 1: json.remove(at: place)
        case 2: json.insert(Array("\"\\{}[],:0e-u\u{0}".utf8).randomElement(using: &random)!, at: place)
        default: json.append(contentsOf: json[place...].prefix(20))
        }
    }
}
