import Testing
import TomAudio

/// G.711 against tables written from the Recommendation: TomAudio computes segments, the reference looks decision
/// values up.
@Suite struct G711Tests {
    /// The segments' upper decision values of table 2a, in units of the 14-bit scale; 16 intervals each, but for the
    /// first interval of the first segment, which is half as wide.
    static let muEnds = [31, 95, 223, 479, 991, 2_015, 4_063, 8_159]
    /// The same of table 1a, in units of the 13-bit scale, segments 1 to 7, the first with 32 intervals.
    static let aEnds = [64, 128, 256, 512, 1_024, 2_048, 4_096]

    /// One law as two lists: where each interval begins, and the value that stands for it, both in 16-bit units.
    struct Table {
        var begins: [Int] = []
        var values: [Int] = []
    }

    static let mu: Table = {
        var table = Table()
        var begin = 0
        for (segment, end) in muEnds.enumerated() {
            let width = 2 << segment
            while begin < end {
                // The interval around zero is one wide and stands for zero.
                let next = begin == 0 ? 1 : begin + width
                table.begins.append(begin * 4)
                table.values.append(begin == 0 ? 0 : (begin + next) / 2 * 4)
                begin = next
            }
        }
        return table
    }()

    static let a: Table = {
        var table = Table()
        var begin = 0
        for (segment, end) in aEnds.enumerated() {
            let width = 2 << segment
            while begin < end {
                table.begins.append(begin * 8)
                table.values.append((begin * 8 + (begin + width) * 8) / 2)
                begin += width
            }
        }
        return table
    }()

    static func table(_ law: G711.Law) -> Table { law == .mu ? mu : a }

    /// The wire's code for the n-th interval: mu inverts all bits, A the even ones; the sign bit means positive.
    static func code(_ interval: Int, negative: Bool, law: G711.Law) -> UInt8 {
        switch law {
        case .mu: UInt8((negative ? 127 : 255) - interval)
        case .a: UInt8(interval | (negative ? 0 : 128)) ^ 0x55
        }
    }

    @Test(arguments: G711.Law.allCases) func tablesHave128Intervals(law: G711.Law) {
        #expect(Self.table(law).begins.count == 128)
    }

    @Test(arguments: G711.Law.allCases) func decodesAll256Codes(law: G711.Law) {
        for interval in 0..<128 {
            let value = Self.table(law).values[interval]
            #expect(Int(G711.decode(Self.code(interval, negative: false, law: law), law: law)) == value)
            #expect(Int(G711.decode(Self.code(interval, negative: true, law: law), law: law)) == -value)
        }
    }

    @Test(arguments: G711.Law.allCases) func encodesAll65536Samples(law: G711.Law) {
        let begins = Self.table(law).begins
        var wrong: [Int16] = []
        for sample in Int16.min...Int16.max {
            let negative = sample < 0
            // On a decision value a negative sample belongs to the interval nearer to zero.
            let magnitude = negative ? -Int(sample) - 1 : Int(sample)
            let interval = begins.lastIndex { $0 <= magnitude }!
            if G711.encode(sample, law: law) != Self.code(interval, negative: negative, law: law) {
                wrong.append(sample)
            }
        }
        #expect(wrong.isEmpty, "\(wrong.count) samples, the first \(wrong.first ?? 0)")
    }

    /// Anchors known from everywhere, in case the reference shares a misreading with the code.
    @Test func knownValues() {
        #expect(G711.encode(0, law: .mu) == 0xFF)
        #expect(G711.encode(0, law: .a) == 0xD5)
        #expect(G711.decode(0x00, law: .mu) == -32_124)
        #expect(G711.decode(0x80, law: .mu) == 32_124)
        #expect(G711.decode(0x7F, law: .mu) == 0)
        #expect(G711.decode(0x2A, law: .a) == -32_256)
        #expect(G711.decode(0xAA, law: .a) == 32_256)
        #expect(G711.decode(0x55, law: .a) == -8)
        // The digital milliwatt of table 5: 1 kHz at 0 dBm0, eight code words.
        let milliwatt: [UInt8] = [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E]
        var samples: [Int16] = []
        G711.decode(milliwatt.span, law: .mu, into: &samples)
        let high = samples.map { abs(Int($0)) }.max()!
        let low = samples.map { abs(Int($0)) }.min()!
        // sin 67.5 and sin 22.5 degrees.
        #expect(abs(Double(high) / Double(low) - 2.414) < 0.1)
    }

    @Test(arguments: G711.Law.allCases) func decodedCodesEncodeToThemselves(law: G711.Law) {
        for code in UInt8.min...UInt8.max where !(law == .mu && code == 0x7F) {
            #expect(G711.encode(G711.decode(code, law: law), law: law) == code)
        }
        // Negative zero is the one code without a sample of its own.
        #expect(G711.encode(G711.decode(0x7F, law: .mu), law: .mu) == 0xFF)
    }

    @Test(arguments: G711.Law.allCases) func buffersMatchSingleSamples(law: G711.Law) {
        let codes = (0..<256).map { UInt8($0) }
        var samples: [Int16] = [7]
        G711.decode(codes.span, law: law, into: &samples)
        #expect(samples == [7] + codes.map { G711.decode($0, law: law) })

        var raw: [Int16] = []
        codes.withUnsafeBytes { G711.decode($0, law: law, into: &raw) }
        #expect(raw == Array(samples.dropFirst()))

        var fixed = [Int16](repeating: 1, count: 258)
        var fixedSpan = fixed.mutableSpan
        G711.decode(codes.span, law: law, into: &fixedSpan)
        #expect(fixed == raw + [1, 1])

        var encoded: [UInt8] = [9]
        G711.encode(raw.span, law: law, into: &encoded)
        #expect(encoded == [9] + raw.map { G711.encode($0, law: law) })

        var bytes = [UInt8](repeating: 3, count: 257)
        var byteSpan = bytes.mutableSpan
        G711.encode(raw.span, law: law, into: &byteSpan)
        #expect(bytes == Array(encoded.dropFirst()) + [3])
    }
}
