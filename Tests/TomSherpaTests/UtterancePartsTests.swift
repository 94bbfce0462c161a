import Testing

@testable import TomSherpa

@Suite struct UtterancePartsTests {
    @Test func aShortTurnIsWhole() {
        #expect(UtteranceParts.ranges([]) == [])
        #expect(UtteranceParts.ranges([Int16](repeating: 1, count: 16_000)) == [0..<16_000])
        #expect(UtteranceParts.ranges([Int16](repeating: 1, count: 28 * 16_000)).count == 1)
    }

    @Test func aLongTurnIsCutWhereItIsQuiet() {
        var samples = [Int16](repeating: 9_000, count: 60 * 16_000)
        for pause in [22, 47] { for at in pause * 16_000..<pause * 16_000 + 8_000 { samples[at] = 3 } }
        let ranges = UtteranceParts.ranges(samples)
        #expect(ranges.count == 3)
        #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == samples.count)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(ranges.dropLast().allSatisfy { samples[$0.upperBound] == 3 })
        #expect(ranges.allSatisfy { $0.count <= UtteranceParts.longest })
    }
}
