import Foundation
import Synchronization
import Testing
import TomConversation
import TomEngines

@testable import TomPocketSphinx

@Suite("PocketSphinxTranscriber", .serialized, .timeLimit(.minutes(5)))
struct PocketSphinxTranscriberTests {
    static let grammars: [TomConversation.Expectation: SpeechGrammar] = [
        .open: SpeechGrammar(phrases: ["when are you open", "where are you", "goodbye"]),
        .yesNo: SpeechGrammar(phrases: ["yes", "no"]),
    ]

    private func transcriber(
        _ adjust: (inout PocketSphinxConfiguration) -> Void = { _ in },
        onDroppedAudio: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> PocketSphinxTranscriber {
        var configuration = PocketSphinxConfiguration()
        adjust(&configuration)
        return try PocketSphinxTranscriber(
            configuration: configuration, grammars: Self.grammars, onDroppedAudio: onDroppedAudio)
    }

    @Test func aMissingModelSaysHowToInstallIt() throws {
        for adjust: (inout PocketSphinxConfiguration) -> Void in [
            { $0.modelPath = "/nonexistent" }, { $0.dictionaryPath = "/nonexistent" },
        ] {
            let error = #expect(throws: EngineError.self) { try transcriber(adjust) }
            #expect(error?.code == "stt.model_missing")
            #expect(error?.hint?.contains("apt-get install pocketsphinx-en-us") == true)
        }
    }

    @Test func aBrokenModelIsRefusedAtTheStart() throws {
        let folder = NSTemporaryDirectory() + "tom-model-" + UUID().uuidString
        try FileManager.default.copyItem(atPath: PocketSphinxConfiguration().modelPath, toPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try transcriber { $0.modelPath = folder }
        for file in ["mdef", "means", "variances", "transition_matrices"] {
            let good = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
            for bad in [Data(), Data("broken".utf8)] {
                try bad.write(to: URL(fileURLWithPath: folder + "/" + file))
                let error = #expect(throws: EngineError.self) { try transcriber { $0.modelPath = folder } }
                #expect(error?.code == "stt.model_unusable")
            }
            try good.write(to: URL(fileURLWithPath: folder + "/" + file))
        }
    }

    @Test func unknownWordsAreReported() throws {
        let transcriber = try PocketSphinxTranscriber(
            grammars: [.open: SpeechGrammar(phrases: ["where is xyzzyville", "goodbye"])])
        #expect(transcriber.droppedPhrases[.open]?.map(\.phrase) == ["where is xyzzyville"])
        #expect(transcriber.droppedPhrases[.open]?.first?.unknownWords == ["xyzzyville"])
    }

    @Test func germanIsRefusedWithAHint() throws {
        let recorder = TranscriptRecorder()
        let transcription = try transcriber().begin(recorder, language: "de")
        transcription.finish()
        #expect(recorder.events.map(\.failureCode) == ["stt.language"])
    }

    @Test func aMessageIsNotDecodedAtAll() throws {
        let recorder = TranscriptRecorder()
        let transcriber = try transcriber()
        let transcription = transcriber.begin(recorder, expecting: .longAudio)
        transcription.feed(SpokenAudio.silence(seconds: 1))
        #expect(transcriber.load == (waiting: 0, running: 0))
        transcription.finish()
        transcription.finish()
        #expect(recorder.events.map(\.transcript) == [Transcript(text: nil, language: "en")])
    }

    @Test func callersAtOnceHearTheirOwn() async throws {
        let transcriber = try transcriber { $0.maximumDecoders = 2 }
        try await transcriber.prepare()
        let texts = ["when are you open", "where are you", "goodbye"]
        let audio = try await [
            SpokenAudio.samples(texts[0], voice: "en-us"), SpokenAudio.samples(texts[1], voice: "en-gb"),
            SpokenAudio.samples(texts[2], voice: "en-us+m3"),
        ]
        let recorders = (0..<9).map { _ in TranscriptRecorder() }
        let transcriptions = recorders.map { transcriber.begin($0) }
        // Frame by frame in turn, as event loops deliver them.
        for start in stride(from: 0, to: audio.map(\.count).max() ?? 0, by: 320) {
            for (index, transcription) in transcriptions.enumerated() {
                transcription.feed(Array(audio[index % 3].dropFirst(start).prefix(320)))
            }
        }
        for transcription in transcriptions { transcription.finish() }
        for (index, recorder) in recorders.enumerated() {
            #expect(await recorder.whole().last?.transcript?.text == texts[index % 3])
        }
    }

    @Test func turnsBeyondTheBoundWaitAndThenFail() async throws {
        let transcriber = try transcriber {
            $0.maximumDecoders = 1
            $0.maximumWaiting = 1
        }
        let audio = try await SpokenAudio.samples("goodbye", voice: "en-us")
        let recorders = (0..<3).map { _ in TranscriptRecorder() }
        let running = transcriber.begin(recorders[0])
        let waiting = transcriber.begin(recorders[1])
        _ = transcriber.begin(recorders[2])
        #expect(recorders[2].events.map(\.failureCode) == ["stt.busy"])
        waiting.feed(audio)
        waiting.finish()
        running.feed(audio)
        #expect(recorders[1].events.isEmpty)
        running.finish()
        #expect(await recorders[0].whole().last?.transcript?.text == "goodbye")
        #expect(await recorders[1].whole().last?.transcript?.text == "goodbye", "its audio waited with it")
    }

    @Test func cancellingFreesTheDecoderAndReportsNothing() async throws {
        let transcriber = try transcriber {
            $0.maximumDecoders = 1
            $0.maximumWaiting = 1
        }
        let recorders = (0..<3).map { _ in TranscriptRecorder() }
        let running = transcriber.begin(recorders[0])
        running.feed(SpokenAudio.silence(seconds: 20))
        let waiting = transcriber.begin(recorders[1])
        waiting.cancel()
        running.cancel()
        running.cancel()
        running.finish()
        let audio = try await SpokenAudio.samples("where are you", voice: "en-us")
        #expect(await transcriber.hears(audio)?.text == "where are you")
        #expect(!recorders[0].events.contains { $0.isTerminal } && recorders[1].events.isEmpty)
    }

    @Test func aFullBufferDropsAndCounts() async throws {
        let dropped = Mutex(0)
        let transcriber = try transcriber {
            $0.maximumDecoders = 1
            $0.maximumBufferedSeconds = 2
        } onDroppedAudio: { count in
            dropped.withLock { $0 += count }
        }
        let recorders = (0..<2).map { _ in TranscriptRecorder() }
        let running = transcriber.begin(recorders[0])
        let waiting = transcriber.begin(recorders[1])
        waiting.append(SpokenAudio.silence(seconds: 1).span)
        // Of a piece that does not fit, what fits is taken.
        waiting.append(SpokenAudio.silence(seconds: 2).span)
        #expect(dropped.withLock { $0 } == 16_000)
        waiting.feed(SpokenAudio.silence(seconds: 1))
        #expect(dropped.withLock { $0 } == 32_000)
        running.cancel()
        waiting.finish()
        #expect(await recorders[1].whole().last?.transcript != nil)
    }

    @Test func anEndlessTurnIsRejectedAndCostsNothing() async throws {
        let transcriber = try transcriber { $0.maximumTurnSeconds = 2 }
        let audio = try await SpokenAudio.samples("where are you", voice: "en-us")
        #expect(
            await transcriber.hears(audio + SpokenAudio.silence(seconds: 5)) == Transcript(text: nil, language: "en"))
    }

    @Test func aLineThatNeverFallsSilentFreesItsDecoderForOthers() async throws {
        let transcriber = try transcriber {
            $0.maximumDecoders = 1
            $0.maximumTurnSeconds = 2
        }
        let recorder = TranscriptRecorder()
        let noisy = transcriber.begin(recorder)
        noisy.feed(SpokenAudio.silence(seconds: 3))
        let audio = try await SpokenAudio.samples("where are you", voice: "en-us")
        #expect(await transcriber.hears(audio)?.text == "where are you")
        #expect(
            await recorder.whole().last?.transcript == Transcript(text: nil, language: "en"), "it is decided already")
        noisy.finish()
        #expect(recorder.events.count { $0.isTerminal } == 1)
    }

    /// Prints figures; a slow machine is no failure.
    @Test func measuresSpeedAndMemory() async throws {
        let transcriber = try transcriber { $0.maximumDecoders = 1 }
        let before = Self.residentKiB
        let clock = ContinuousClock()
        let preparation = try await clock.measure { try await transcriber.prepare() }
        let after = Self.residentKiB
        let audio = try await SpokenAudio.samples("when are you open", voice: "en-us")
        let start = Self.cpuSeconds
        for _ in 0..<5 { #expect(await transcriber.hears(audio)?.text == "when are you open") }
        let factor = (Self.cpuSeconds - start) / (5 * Double(audio.count) / 16_000)
        let recorder = TranscriptRecorder()
        let transcription = transcriber.begin(recorder)
        transcription.feed(audio)
        _ = await recorder.wait { $0.contains(.interim(text: "when are you open", turnComplete: true)) }
        let final = await clock.measure {
            transcription.finish()
            _ = await recorder.whole()
        }
        print("recogniser: \(preparation) to make, \(after - before) KiB, CPU factor \(factor), final after \(final)")
        #expect(factor > 0)
    }

    private static var residentKiB: Int {
        let status = FileManager.default.contents(atPath: "/proc/self/status").map {
            String(decoding: $0, as: UTF8.self)
        }
        let line = status?.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static var cpuSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
