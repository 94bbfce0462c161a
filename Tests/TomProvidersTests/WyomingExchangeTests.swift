import Testing
import TomAudio
import TomEngines

@testable import TomProviders

/// What a server's events mean for a turn and for a sentence, without a socket.
@Suite("Wyoming exchanges")
struct WyomingExchangeTests {
    private static let mono = WyomingAudioFormat(rate: 22_050, width: 2, channels: 1)

    private static func final(_ text: String, _ language: String? = nil) -> TranscriptionEvent {
        .final(Transcript(text: text, language: language))
    }

    @Test func aTranscriptEndsATurn() {
        var words = WyomingWords()
        #expect(words.finish() == nil)
        #expect(words.take(.other) == nil)
        #expect(words.take(.transcript(" Hello. ", language: "en")) == Self.final("Hello.", "en"))
    }

    @Test func piecesAreWordsSoFar() {
        var words = WyomingWords()
        #expect(words.take(.transcriptChunk(" he")) == .interim(text: "he", turnComplete: nil))
        #expect(words.take(.transcriptChunk("llo")) == .interim(text: "hello", turnComplete: nil))
        #expect(words.finish() == nil)
        #expect(words.take(.transcriptChunk(" there")) == .interim(text: "hello there", turnComplete: nil))
        #expect(words.take(.transcript("Hello there", language: nil)) == Self.final("Hello there"))
    }

    @Test func piecesAloneMakeATranscript() {
        var words = WyomingWords()
        _ = words.take(.transcriptChunk("yes"))
        #expect(words.take(.transcriptStop) == nil, "the caller still speaks")
        #expect(words.finish() == nil)
        #expect(words.take(.transcriptStop) == Self.final("yes"))
    }

    @Test func aServerThatEndsTurnsByItselfIsNotBelieved() {
        var words = WyomingWords()
        #expect(words.take(.transcript("one", language: "en")) == .interim(text: "one", turnComplete: nil))
        #expect(words.take(.transcript("two", language: nil)) == .interim(text: "one two", turnComplete: nil))
        #expect(words.finish() == Self.final("one two", "en"))
    }

    @Test func anErrorFailsTheTurn() {
        var words = WyomingWords()
        guard case .failed(let error)? = words.take(.error("ValueError")) else {
            return #expect(Bool(false), "it fails")
        }
        #expect(error.code == "stt.provider_failed" && error.message.contains("ValueError"))
    }

    /// The samples, the rate and the last event of a sentence.
    private func speech(
        _ events: [WyomingEvent], isStreaming: Bool = false
    ) throws -> (samples: [Int16], rate: Int?, last: SynthesisEvent?) {
        var (speech, samples) = (WyomingSpeech(isStreaming: isStreaming), [Int16]())
        var (rate, last): (Int?, SynthesisEvent?)
        for event in events {
            guard let result = try speech.take(event) else { continue }
            last = result
            guard case .audio(let more, let hertz) = result else { continue }
            samples += more
            rate = hertz.hertz
        }
        return (samples, rate, last)
    }

    @Test func samplesMayBeCutAnywhere() throws {
        let whole = try speech([
            .audioStart(Self.mono), .audioChunk(Self.mono, [1]), .audioChunk(Self.mono, [0, 2, 0, 3]),
            .audioChunk(Self.mono, []), .audioChunk(Self.mono, [1]), .audioStop,
        ])
        #expect(whole.samples == [1, 2, 259] && whole.rate == 22_050 && whole.last == .finished)
    }

    @Test func channelsAreMixed() throws {
        let stereo = WyomingAudioFormat(rate: 48_000, width: 2, channels: 2)
        let mixed = try speech([
            .audioChunk(stereo, [10, 0, 20, 0, 0xFE]), .audioChunk(stereo, [0xFF, 0, 0]), .audioStop,
        ])
        #expect(mixed.samples == [15, -1] && mixed.rate == 48_000)
    }

    @Test func aStreamHasAnEndOfItsOwn() throws {
        let events: [WyomingEvent] = [
            .audioStart(Self.mono), .audioChunk(Self.mono, [1, 0]), .audioStop, .audioStart(Self.mono),
            .audioChunk(Self.mono, [2, 0]), .audioStop,
        ]
        #expect(try speech(events, isStreaming: true).last != .finished)
        let streamed = try speech(events + [.synthesizeStopped], isStreaming: true)
        #expect(streamed.samples == [1, 2] && streamed.last == .finished)
    }

    @Test(arguments: [
        WyomingAudioFormat(rate: 22_050, width: 4, channels: 1),
        WyomingAudioFormat(rate: 22_050, width: 2, channels: 0),
        WyomingAudioFormat(rate: 0, width: 2, channels: 1), WyomingAudioFormat(rate: -1, width: 2, channels: 1),
        WyomingAudioFormat(rate: .max, width: .max, channels: .max),
        WyomingAudioFormat(rate: 8_000, width: 2, channels: 9),
    ])
    func otherAudioIsRefused(format: WyomingAudioFormat) {
        for event in [WyomingEvent.audioStart(format), .audioChunk(format, [1, 2])] {
            let error = #expect(throws: EngineError.self) { try speech([event]) }
            #expect(error?.code == "tts.bad_audio")
        }
    }

    @Test func audioThatEndsWithinASampleIsBad() {
        for end in [WyomingEvent.audioStop, .audioStart(Self.mono), .synthesizeStopped] {
            let error = #expect(throws: EngineError.self) { try speech([.audioChunk(Self.mono, [1]), end]) }
            #expect(error?.code == "tts.bad_audio")
        }
    }

    @Test func speechWithoutEndIsBad() {
        let slow = WyomingAudioFormat(rate: 4_000, width: 2, channels: 1)
        let chunk = [UInt8](repeating: 0, count: 4 << 20)
        let error = #expect(throws: EngineError.self) {
            try speech([.audioChunk(slow, chunk), .audioChunk(slow, chunk)])
        }
        #expect(error?.code == "tts.bad_audio" && error?.message.contains("600 s") == true)
    }
}
