import Foundation
import Testing
import TomAudio

@Suite struct WAVTests {
    static func little(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(value >> (8 * $0) & 0xFF) } }

    static func chunk(_ name: String, _ body: [UInt8], size: Int? = nil) -> [UInt8] {
        Array(name.utf8) + little(size ?? body.count, 4) + body + (body.count % 2 == 1 ? [0] : [])
    }

    static func format(tag: Int, channels: Int = 1, hertz: Int = 16_000, bits: Int, align: Int? = nil) -> [UInt8] {
        let align = align ?? channels * bits / 8
        return chunk(
            "fmt ",
            little(tag, 2) + little(channels, 2) + little(hertz, 4) + little(hertz * align, 4) + little(align, 2)
                + little(bits, 2))
    }

    static func file(_ chunks: [UInt8]..., riffSize: Int? = nil) -> [UInt8] {
        let body = chunks.reduce([], +)
        return Array("RIFF".utf8) + little(riffSize ?? body.count + 4, 4) + Array("WAVE".utf8) + body
    }

    static func read(_ bytes: [UInt8]) throws -> [Int16] { try WAV.read(bytes).samples }

    @Test(arguments: [0, 1, 5, 4_000]) func writtenFilesReadBack(count: Int) throws {
        let samples = (0..<count).map { Int16(truncatingIfNeeded: $0 &* 7_919) }
        let bytes = WAV.write(samples: samples, rate: .hz22050)
        #expect(bytes.count == WAV.headerSize + 2 * count)
        let (read, rate) = try WAV.read(bytes)
        #expect(read == samples)
        #expect(rate == .hz22050)
    }

    @Test func headerIsTheCanonicalOne() {
        let header = WAV.header(samples: 100, rate: .hz8000)
        let expected = Self.file(
            Self.format(tag: 1, hertz: 8_000, bits: 16), Self.chunk("data", [], size: 200), riffSize: 236)
        #expect(header == expected)
        let open = WAV.header(samples: nil, rate: .hz8000)
        #expect(open[4..<8].allSatisfy { $0 == 0xFF } && open[40..<44].allSatisfy { $0 == 0xFF })
        #expect(WAV.header(samples: .max, rate: .hz8000) == open, "more than fits is written as unknown")
    }

    @Test func readsAllEncodings() throws {
        func read(_ format: [UInt8], _ data: [UInt8]) throws -> [Int16] {
            try Self.read(Self.file(format, Self.chunk("data", data)))
        }
        #expect(try read(Self.format(tag: 1, bits: 8), [0, 128, 255]) == [-32_768, 0, 32_512])
        #expect(try read(Self.format(tag: 1, bits: 16), [1, 0, 0xFF, 0xFF]) == [1, -1])
        let wide =
            Self.little(0x123456, 3) + Self.little(-0x123456, 3) + Self.little(0x7F_FFFF, 3) + Self.little(0x80, 3)
        #expect(try read(Self.format(tag: 1, bits: 24), wide) == [0x1234, -0x1234, .max, 1])
        let wider = Self.little(Int(Int32.min), 4) + Self.little(0x4000_0000, 4) + Self.little(-0x8001, 4)
        #expect(try read(Self.format(tag: 1, bits: 32), wider) == [.min, 0x4000, -1])
        let floats: [Float] = [0, 0.5, -1, 2, -7, .nan, .infinity]
        let floatBytes = floats.flatMap { Self.little(Int($0.bitPattern), 4) }
        #expect(try read(Self.format(tag: 3, bits: 32), floatBytes) == [0, 16_384, .min, .max, .min, 0, .max])
        let doubles = [0.25, -0.25].flatMap { Self.little(Int(bitPattern: UInt($0.bitPattern)), 8) }
        #expect(try read(Self.format(tag: 3, bits: 64), doubles) == [8_192, -8_192])
        #expect(try read(Self.format(tag: 7, bits: 8), [0x00, 0x80, 0xFF]) == [-32_124, 32_124, 0])
        #expect(try read(Self.format(tag: 6, bits: 8), [0x2A, 0xD5]) == [-32_256, 8])
    }

    @Test func channelsAreMixedToOne() throws {
        let stereo = PCM16.encode([100, 300, -5, 5, .max, .max, .min, .min])
        let bytes = Self.file(Self.format(tag: 1, channels: 2, bits: 16), Self.chunk("data", stereo))
        #expect(try Self.read(bytes) == [200, 0, .max, .min])
    }

    @Test func extensibleFormatNamesItsRealOne() throws {
        func extensible(_ tag: Int, bits: Int) -> [UInt8] {
            let guidTail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
            let start = Array(Self.format(tag: 0xFFFE, bits: bits).dropFirst(8))
            let rest = Self.little(22, 2) + Self.little(bits, 2) + Self.little(4, 4) + Self.little(tag, 2) + guidTail
            return Self.chunk("fmt ", start + rest)
        }
        #expect(try Self.read(Self.file(extensible(1, bits: 16), Self.chunk("data", [1, 0]))) == [1])
        let half = Self.little(Int(Float(0.5).bitPattern), 4)
        #expect(try Self.read(Self.file(extensible(3, bits: 32), Self.chunk("data", half))) == [16_384])
    }

    @Test func otherChunksArePassedOver() throws {
        let bytes = Self.file(
            Self.chunk("LIST", Array("odd".utf8)), Self.format(tag: 1, bits: 16), Self.chunk("fact", [1, 2, 3, 4]),
            Self.chunk("junk", []), Self.chunk("data", [1, 0, 2, 0]), Self.chunk("id3 ", [9, 9, 9, 9]))
        #expect(try Self.read(bytes) == [1, 2])
    }

    @Test(arguments: [0x7FFF_F000, 0x7FFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFDB]) func unknownSizesLastToTheEnd(size: Int)
        throws
    {
        let bytes = Self.file(
            Self.format(tag: 1, hertz: 22_050, bits: 16), Self.chunk("data", [1, 0, 2, 0, 3, 0], size: size),
            riffSize: size)
        #expect(try Self.read(bytes) == [1, 2, 3])
    }

    @Test func zeroSizesAreUnfinishedOrEmpty() throws {
        let format = Self.format(tag: 1, bits: 16)
        let data = Self.chunk("data", [1, 0, 2, 0], size: 0)
        #expect(try Self.read(Self.file(format, data, riffSize: 0)) == [1, 2], "written by a recorder that was killed")
        #expect(try Self.read(Self.file(format, Self.chunk("data", []), Self.chunk("LIST", [1, 2]))).isEmpty)
    }

    @Test(arguments: [
        ("empty", [], "within the first 12 bytes"),
        ("text", Array("this is no sound file at all".utf8), "RIFF and WAVE"),
        ("no chunks", file(), "no format chunk"),
        ("no data", file(format(tag: 1, bits: 16)), "no data chunk"),
        ("data first", file(chunk("data", [1, 2])), "before their format"),
        ("short format", file(chunk("fmt ", [1, 0])), "2 bytes"),
        ("no channels", file(format(tag: 1, channels: 0, bits: 16)), "0 channels"),
        ("many channels", file(format(tag: 1, channels: 500, bits: 8)), "500 channels"),
        ("no rate", file(format(tag: 1, hertz: 0, bits: 16)), "0 Hz"),
        ("bad alignment", file(format(tag: 1, channels: 2, bits: 16, align: 3)), "blocks of 3"),
        ("short extension", file(format(tag: 0xFFFE, bits: 16)), "16 bytes"),
        ("ADPCM", file(format(tag: 2, bits: 4, align: 256)), "format 2"),
        ("wide float", file(format(tag: 3, bits: 16)), "format 3 with 2 bytes"),
        ("no width", file(format(tag: 1, bits: 0, align: 0)), "0 bytes a sample"),
    ]) func errorsNameTheFault(name: String, bytes: [UInt8], words: String) {
        let error = #expect(throws: AudioError.self) { try WAV.read(bytes) }
        #expect(error?.message.contains(words) == true, "\(name): \(error?.message ?? "")")
    }

    /// A file with everything in it: odd chunk, extensible-sized format, stereo.
    static let rich = file(
        chunk("LIST", Array("abc".utf8)), format(tag: 1, channels: 2, bits: 24), chunk("fact", [1, 2, 3, 4]),
        chunk("data", (0..<60).map { UInt8($0) }), chunk("LIST", [7]))

    @Test func everyTruncationIsReadOrRefused() throws {
        let whole = try Self.read(Self.rich)
        for length in 0...Self.rich.count {
            do {
                let samples = try Self.read(Array(Self.rich.prefix(length)))
                #expect(whole.starts(with: samples))
            } catch let error as AudioError {
                #expect(error.code == "audio.malformed_wav")
            }
        }
    }

    @Test func streamingInPiecesOfAnySizeGivesTheSame() throws {
        let whole = try Self.read(Self.rich)
        for size in 1...Self.rich.count {
            var reader = WAVStreamReader()
            var samples: [Int16] = []
            for start in stride(from: 0, to: Self.rich.count, by: size) {
                samples += try reader.append(Array(Self.rich[start..<min(start + size, Self.rich.count)]))
            }
            try reader.finish()
            #expect(samples == whole, "pieces of \(size)")
        }
    }

    @Test func streamGivesSamplesAsSoonAsTheyAreThere() throws {
        var reader = WAVStreamReader()
        #expect(try reader.append(WAV.header(samples: nil, rate: .hz22050)).isEmpty)
        #expect(reader.rate == .hz22050)
        #expect(reader.hasHeader)
        #expect(try reader.append([1]).isEmpty)
        #expect(try reader.append(([0, 2] as [UInt8]).span) == [1])
        #expect(try reader.append([0]) == [2])
        try reader.finish()
    }

    @Test func streamStaysBroken() throws {
        var reader = WAVStreamReader()
        let first = #expect(throws: AudioError.self) { try reader.append([UInt8](repeating: 65, count: 12)) }
        let second = #expect(throws: AudioError.self) { try reader.append(WAV.write(samples: [1], rate: .hz8000)) }
        let third = #expect(throws: AudioError.self) { try reader.finish() }
        #expect(first == second && second == third)
        #expect(reader.rate == nil)
    }

    /// Random files, half of them real ones with some bytes changed: each is read or refused, the same in whole and in
    /// pieces.
    @Test(arguments: 0..<4) func randomBytesNeverTrap(seed: UInt64) {
        var random = Seeded(seed)
        var read = 0
        for round in 0..<500 {
            var bytes = Self.rich
            if round % 2 == 0 {
                bytes = Self.file(
                    (0..<Int.random(in: 0...90, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    })
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let whole = try? Self.read(bytes)
            var reader = WAVStreamReader()
            var pieces: [Int16]? = []
            do {
                for byte in bytes { pieces! += try reader.append([byte]) }
                try reader.finish()
            } catch {
                pieces = nil
            }
            #expect(whole == pieces)
            if whole != nil { read += 1 }
        }
        // Both outcomes are exercised.
        #expect(read > 20 && read < 480)
    }
}
