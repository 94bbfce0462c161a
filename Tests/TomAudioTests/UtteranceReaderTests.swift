import Foundation
import Testing
import TomAudio

@Suite struct UtteranceReaderTests {
    private static func utterances(_ bytes: [UInt8]) throws -> (found: [UtteranceReader.Utterance], durationMs: Int) {
        var reader = UtteranceReader(bytes[...])
        var found: [UtteranceReader.Utterance] = []
        while true {
            switch try reader.next() {
            case .utterance(let utterance): found.append(utterance)
            case .more: continue
            case .end: return (found, reader.durationMs)
            }
        }
    }

    /// Sound of a second at the given seconds, in a file of `seconds`.
    private static func sounds(at starts: [Double], seconds: Double, of length: Double = 1) -> [Int16] {
        var samples = Signals.silence(seconds)
        for (index, start) in starts.enumerated() {
            let sound = Signals.white(-15, seconds: length, seed: UInt64(index) + 1)
            for (offset, value) in sound.enumerated() {
                samples[Int(start * 16_000) + offset] = Int16(max(-32_768, min(32_767, value)))
            }
        }
        return samples
    }

    @Test func aFileIsCutAtItsPauses() throws {
        let samples = Self.sounds(at: [1, 4, 8.5], seconds: 11)
        let (found, durationMs) = try Self.utterances(WAV.write(samples: samples, rate: .hz16000))
        #expect(durationMs == 11_000)
        #expect(found.count == 3)
        for (utterance, start) in zip(found, [1_000, 4_000, 8_500]) {
            // with some of the silence on both sides
            #expect((start - 320...start - 200).contains(utterance.startMs))
            #expect((start + 1_100...start + 1_400).contains(utterance.endMs))
            let first = utterance.startMs * 16
            #expect(utterance.samples == Array(samples[first..<first + utterance.samples.count]))
        }
    }

    @Test func soundAtBothEndsOfTheFileIsWhole() throws {
        let (found, _) = try Self.utterances(
            WAV.write(samples: Self.sounds(at: [0, 3], seconds: 4), rate: .hz16000))
        #expect(found.map(\.startMs).first == 0)
        #expect(found.last?.endMs == 4_000)
    }

    @Test func silenceHoldsNoUtterance() throws {
        let (found, durationMs) = try Self.utterances(WAV.write(samples: Signals.silence(5), rate: .hz16000))
        #expect(found.isEmpty)
        #expect(durationMs == 5_000)
    }

    @Test func aShortPauseEndsNothing() throws {
        let (found, _) = try Self.utterances(
            WAV.write(samples: Self.sounds(at: [1, 2.4], seconds: 5), rate: .hz16000))
        #expect(found.count == 1)
    }

    @Test func soundWithoutAPauseIsCutAfterAMinute() throws {
        // half a second on, 0.3 s off, so that it does not become the background
        let starts = stride(from: 0.5, to: 130, by: 0.8).map { $0 }
        let samples = Self.sounds(at: starts, seconds: 132, of: 0.5)
        let (found, _) = try Self.utterances(WAV.write(samples: samples, rate: .hz16000))
        #expect(found.count == 3)
        for (before, after) in zip(found, found.dropFirst()) { #expect(before.endMs == after.startMs) }
        #expect(found.allSatisfy { $0.endMs - $0.startMs <= UtteranceReader.maxUtteranceMs + 400 })
    }

    @Test(arguments: [8_000, 11_025, 22_050, 44_100, 96_000]) func anyRateIsRead(hertz: Int) throws {
        let rate = SampleRate(hertz: hertz)
        var samples = [Int16](repeating: 0, count: hertz * 3)
        for index in hertz..<2 * hertz { samples[index] = Int16((index * 7_919 % 12_000) - 6_000) }
        let (found, durationMs) = try Self.utterances(WAV.write(samples: samples, rate: rate))
        #expect(durationMs == 3_000)
        #expect(found.count == 1)
        #expect((600...1_000).contains(found.first?.startMs ?? 0))
    }

    @Test func whatIsNoWAVIsRefused() {
        #expect(throws: AudioError.self) { _ = try Self.utterances(Array("ID3 this is an mp3 file".utf8)) }
        #expect(throws: AudioError.self) { _ = try Self.utterances([]) }
        let tooSlow = WAV.write(samples: [1, 2, 3], rate: SampleRate(hertz: 100))
        #expect(throws: AudioError.self) { _ = try Self.utterances(tooSlow) }
    }
}
