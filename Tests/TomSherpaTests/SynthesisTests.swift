import Foundation
import Testing
import TomEngines

@testable import TomSherpa

@Suite("voices of sherpa-onnx", .serialized, .timeLimit(.minutes(5)))
struct SynthesisTests {
    let tones: Tones

    init() throws { tones = try #require(Tones.shared, "run Tests/Sherpa/prepare.sh") }

    @Test func everyWordIsSaid() async throws {
        let voice = try ToneFiles.synthesizer("characters")
        let (samples, rate) = await voice.says("Hello, can I help you at 10?")
        #expect(rate == 16_000 && tones.text(of: samples, rate: rate) == "hello can i help you at 10")
    }

    @Test func whatTheVoiceSaysTheRecogniserHears() async throws {
        let (samples, _) = try await ToneFiles.synthesizer("characters").says("it's for tuesday the 3rd")
        let pause = [Int16](repeating: 0, count: 4_800)
        #expect(try await ToneFiles.transcriber("ctc").hears(pause + samples + pause) == "it's for tuesday the 3rd")
    }

    @Test(arguments: [("piper", 22_050), ("kokoro", 24_000)])
    func phonemesComeFromESpeak(_ model: String, _ expected: Int) async throws {
        let voice = try ToneFiles.synthesizer(model)
        let (samples, rate) = await voice.says("Hello world, how are you?")
        #expect(rate == expected)
        let said = tones.phonemes(of: samples, rate: rate).filter { !",. ?".contains($0) }
        #expect(said == "həlˈoʊwˈɜːldhˈaʊɑːɹjuː")
    }

    @Test func speakersDiffer() async throws {
        for model in ["characters", "kokoro"] {
            let loud = try await ToneFiles.synthesizer(model).says("Hello").samples.map(\.magnitude).max() ?? 0
            let other = try ToneFiles.synthesizer(model) { $0.speaker = 1 }
            let quiet = await other.says("Hello").samples.map(\.magnitude).max() ?? 0
            #expect(abs(Int(loud) - 2 * Int(quiet)) < 100 && quiet > 1_000)
        }
        let error = #expect(throws: EngineError.self) { try ToneFiles.synthesizer("characters") { $0.speaker = 2 } }
        #expect(error?.code == "tts.speaker")
    }

    @Test func theSpeedIsTheVoices() async throws {
        // The model of this test makes fast speech quiet.
        let voice = try ToneFiles.synthesizer("kokoro")
        let usual = await voice.says("Hello").samples.map(\.magnitude).max() ?? 0
        let fast = await voice.says("Hello", speed: 2).samples.map(\.magnitude).max() ?? 0
        #expect(abs(Int(usual) - 2 * Int(fast)) < 100 && fast > 1_000)
    }

    @Test func audioComesAfterEverySentence() async throws {
        let events = try await ToneFiles.synthesizer("characters").events(of: "One. Two. Three.")
        #expect(events.count == 4 && events.last == .finished)
    }

    @Test func marksAreSilentAndNothingIsAnError() async throws {
        let voice = try ToneFiles.synthesizer("characters")
        #expect(await voice.events(of: "… !") == [.finished])
        // Letters that the voice does not know make no sample.
        #expect(await voice.events(of: "ж").map(\.failure) == ["tts.bad_audio"])
        #expect(await voice.events(of: String(repeating: "a", count: 2_001)).map(\.failure) == ["tts.text_too_long"])
    }

    @Test func limitsAreKept() async throws {
        let late = try ToneFiles.synthesizer("characters") { $0.timeoutMs = 0 }
        #expect(await late.events(of: "hello").map(\.failure) == ["tts.timeout"])
        let narrow = try ToneFiles.synthesizer("characters") { ($0.threads, $0.maximumWaiting) = (1, 0) }
        let log = EventLog<SynthesisEvent>()
        for _ in 0..<20 { _ = narrow.begin(String(repeating: "long sentence ", count: 100), log) }
        let events = await log.wait { $0.count(where: \.isTerminal) == 20 }
        #expect(events.contains { $0.failure == "tts.busy" } && events.contains(.finished))
    }

    @Test func cancelledSentencesEndWithoutAWord() async throws {
        let voice = try ToneFiles.synthesizer("characters") { $0.threads = 1 }
        let cancelled = EventLog<SynthesisEvent>()
        for _ in 0..<100 {
            let task = voice.begin("One. Two. Three. Four.", cancelled)
            task.cancel()
            task.cancel()
        }
        // In the middle: after the first audio.
        let log = EventLog<SynthesisEvent>()
        let task = voice.begin("One. Two. Three. Four.", log)
        _ = await log.wait { !$0.isEmpty }
        task.cancel()
        // One thread: what was begun before is over.
        #expect(await voice.events(of: "End.").last == .finished)
        #expect(cancelled.events.allSatisfy { !$0.isTerminal })
        #expect(voice.load.waiting == 0)
    }

    @Test func manyThreadsShareAVoice() async throws {
        let tones = tones
        for model in ["characters", "piper"] {
            let voice = try ToneFiles.synthesizer(model) { $0.threads = 4 }
            let expected = await voice.says("number five")
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 { group.addTask { await voice.says("number five") == expected } }
                for await isSame in group { #expect(isSame) }
            }
            #expect(!expected.samples.isEmpty && tones.gap > 0)
        }
    }

    @Test func aThousandSentencesLeaveNoThreadsAndNoMemory() async throws {
        let voice = try ToneFiles.synthesizer("characters") { $0.threads = 2 }
        for _ in 0..<100 { _ = await voice.says("yes") }
        let before = try ProcessStatus()
        for _ in 0..<1_000 { #expect(await voice.says("yes").samples.count == 3 * (tones.tone + tones.gap)) }
        let after = try ProcessStatus()
        #expect(after.threads <= before.threads + 2 && after.kilobytes < before.kilobytes + 32_768)
    }

    @Test func withoutESpeakAVoiceOfPhonemesIsRefused() throws {
        let error = #expect(throws: EngineError.self) {
            try ToneFiles.synthesizer("piper") { $0.espeak = "/nonexistent/espeak-ng" }
        }
        #expect(error?.code == "tts.not_installed")
        _ = try ToneFiles.synthesizer("characters") { $0.espeak = "/nonexistent/espeak-ng" }
    }
}
