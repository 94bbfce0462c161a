import Foundation
import Testing
import TomAudio

/// The silence at the beginning of synthesised speech.
@Suite struct LeadingSilenceTests {
    private static let rates: [SampleRate] = [.hz8000, .hz16000, .hz22050, .hz24000, .hz48000]

    private static func silence(_ ms: Int, _ rate: SampleRate, dbfs: Double = -80) -> [Int16] {
        let level = 32_768 * pow(10, dbfs / 20)
        return (0..<(rate.hertz * ms / 1_000)).map { Int16(level * ($0 % 2 == 0 ? 1 : -1)) }
    }

    private static func tone(_ ms: Int, _ rate: SampleRate, dbfs: Double = -20) -> [Int16] {
        let level = 32_768 * pow(10, dbfs / 20) * 2.0.squareRoot()
        return (0..<(rate.hertz * ms / 1_000)).map {
            Int16(level * sin(2 * .pi * 440 * Double($0) / Double(rate.hertz)))
        }
    }

    private static func trim(_ samples: [Int16], _ rate: SampleRate, chunk: Int = .max) -> (
        audio: [Int16], removed: Int?
    ) {
        var trimmer = LeadingSilence(rate: rate)
        var audio: [Int16] = []
        var rest = samples[...]
        while !rest.isEmpty {
            audio += trimmer.trim(Array(rest.prefix(chunk)))
            rest = rest.dropFirst(min(chunk, rest.count))
        }
        audio += trimmer.flush()
        return (audio, trimmer.removed)
    }

    @Test(arguments: rates) func silenceGoesAndFifteenMillisecondsStay(rate: SampleRate) {
        let speech = Self.tone(300, rate)
        let (audio, removed) = Self.trim(Self.silence(200, rate) + speech, rate)
        let expected = rate.hertz * 185 / 1_000
        #expect(abs((removed ?? 0) - expected) <= rate.hertz / 100, "within two blocks")
        #expect(audio.suffix(speech.count) == speech[...])
        #expect(audio.count + (removed ?? 0) == rate.hertz * 200 / 1_000 + speech.count)
    }

    @Test(arguments: [1, 7, 80, 320, 1_000]) func chunksDoNotMatter(chunk: Int) {
        let samples = Self.silence(130, .hz16000) + Self.tone(100, .hz16000)
        let (whole, parts) = (Self.trim(samples, .hz16000), Self.trim(samples, .hz16000, chunk: chunk))
        #expect(whole.audio == parts.audio && whole.removed == parts.removed)
    }

    @Test func speechAtOnceStaysWhole() {
        let speech = Self.tone(50, .hz16000)
        #expect(Self.trim(speech, .hz16000) == (speech, 0))
    }

    @Test func aSwellingSoundStaysWhole() {
        let swell = Self.tone(40, .hz16000, dbfs: -54) + Self.tone(100, .hz16000)
        let (audio, removed) = Self.trim(Self.silence(200, .hz16000) + swell, .hz16000)
        #expect(audio.count >= swell.count && audio.suffix(swell.count) == swell[...])
        #expect((removed ?? 0) > 16 * 170)
    }

    @Test func aClickIsNoOnset() {
        var samples = Self.silence(200, .hz16000) + Self.tone(100, .hz16000)
        samples[800] = 8_000
        #expect((Self.trim(samples, .hz16000).removed ?? 0) > 16 * 170)
    }

    @Test(arguments: [0, 1, 100, 20_000]) func whatIsOnlySilenceIsNeverTrimmedAway(count: Int) {
        let (audio, removed) = Self.trim([Int16](repeating: 0, count: count), .hz16000)
        #expect(audio.count + (removed ?? 0) == count)
        #expect((removed ?? 0) <= 16_000)
        #expect(count == 0 || !audio.isEmpty)
    }

    @Test func longSilenceStaysBeyondASecond() {
        let (audio, removed) = Self.trim(Self.silence(3_000, .hz16000) + Self.tone(100, .hz16000), .hz16000)
        #expect(removed == 16 * 985)
        #expect(audio.count == 16 * (3_100 - 985))
    }

    @Test func afterTheOnsetNothingIsHeldBack() {
        var trimmer = LeadingSilence(rate: .hz16000)
        #expect(trimmer.trim(Self.silence(100, .hz16000)).isEmpty)
        #expect(trimmer.removed == nil)
        #expect(trimmer.trim(Self.tone(20, .hz16000)).count == 16 * 35)
        let pause = Self.silence(500, .hz16000)
        #expect(trimmer.trim(pause) == pause, "a pause within the sentence stays")
    }
}
