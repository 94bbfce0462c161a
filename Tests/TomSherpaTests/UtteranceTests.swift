import Foundation
import Testing
import TomEngines

@testable import TomSherpa

@Suite("Whisper and Moonshine in sherpa-onnx", .serialized, .timeLimit(.minutes(5)))
struct UtteranceTests {
    let tones: Tones
    /// Slow enough for Whisper, of which sherpa-onnx believes six tokens a second at most.
    static let slow = 2_400

    init() throws { tones = try #require(Tones.shared, "run Tests/Sherpa/prepare.sh") }

    @Test(arguments: ["whisper", "moonshine"]) func aTurnIsHeardWhenItIsOver(_ model: String) async throws {
        let transcriber = try ToneFiles.transcriber(model)
        let events = await transcriber.events(of: tones.spoken("tuesday at ten", pause: Self.slow))
        #expect(events.compactMap(\.final?.text) == ["tuesday at ten"] && events.count == 1)
    }

    @Test func whisperIsToldTheLanguageOfEachTurn() async throws {
        let transcriber = try ToneFiles.transcriber("whisper")
        #expect(transcriber.capabilities.languages == ["en", "de"])
        for language in ["de", "en-GB", "de-AT", "en"] {
            #expect(await transcriber.hears(tones.spoken("ja", pause: Self.slow), language: language) == "ja")
        }
        // The library would end the process over this.
        #expect(await transcriber.events(of: tones.spoken("oui"), language: "fr").map(\.failure) == ["stt.language"])
        #expect(throws: EngineError.self) { try transcriber.check(anyOf: ["fr", "it"]) }
        try transcriber.check(anyOf: ["fr", "de"])
    }

    @Test func anEnglishWhisperKnowsEnglishOnly() async throws {
        try await ToneFiles.withCopy(of: "whisper") { copy in
            let encoder = URL(filePath: copy + "/tone-encoder.onnx")
            let key = Data("is_multilingual".utf8)
            let english = try Data(contentsOf: encoder).replacing(key + [0x12, 1, 0x31], with: key + [0x12, 1, 0x30])
            try english.write(to: encoder)
            let transcriber = try SherpaTranscriber(
                try SherpaLibrary(path: ToneFiles.library, stage: .stt), try SpeechModel(folder: copy),
                SherpaTranscriberConfiguration(library: ToneFiles.library, model: copy))
            #expect(transcriber.capabilities.languages == ["en"])
            #expect(await transcriber.hears(tones.spoken("yes", pause: Self.slow)) == "yes")
            #expect(await transcriber.events(of: [], language: "de").map(\.failure) == ["stt.language"])
        }
    }

    @Test func aTurnLongerThanWhisperHearsIsHeardWhole() async throws {
        let transcriber = try ToneFiles.transcriber("whisper")
        let pause = [Int16](repeating: 0, count: 20 * 16_000)
        let samples =
            tones.spoken("one ", pause: Self.slow) + pause + tones.spoken("two ", pause: Self.slow) + pause
            + tones.spoken("three", pause: Self.slow)
        #expect(await transcriber.hears(samples) == "one two three")
    }

    @Test func cancelledTurnsGiveWayToOthers() async throws {
        let transcriber = try ToneFiles.transcriber("moonshine") { $0.maximumTurns = 2 }
        let samples = tones.spoken("hello")
        let cancelled = EventLog<TranscriptionEvent>()
        for _ in 0..<50 {
            let turn = transcriber.begin(cancelled)
            turn.feed(samples)
            turn.finish()
            turn.cancel()
        }
        #expect(await transcriber.hears(samples) == "hello")
        #expect(cancelled.events.allSatisfy { $0.final?.text == "hello" })
    }

    @Test func manyTurnsAtOnceWaitForOneAnother() async throws {
        let transcriber = try ToneFiles.transcriber("moonshine")
        let tones = tones
        await withTaskGroup(of: (String, String?).self) { group in
            for number in 0..<20 {
                group.addTask { ("turn \(number)", await transcriber.hears(tones.spoken("turn \(number)"))) }
            }
            for await (said, heard) in group { #expect(heard == said) }
        }
    }
}
