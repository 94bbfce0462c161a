import Synchronization
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

/// Text to speech and speech to text without a call.
@Suite("Speech service", .timeLimit(.minutes(1)))
struct SpeechServiceTests {
    private static let failure = EngineError(code: "tts.crashed", message: "it crashed", category: .server)

    /// What was written down of requests that ended.
    private final class Records: Sendable {
        private let records = Mutex<[CallRecord]>([])
        func note(_ record: CallRecord) { records.withLock { $0.append(record) } }
        var list: [CallRecord] { records.withLock { $0 } }
    }

    private static func service(
        _ synthesizer: (any SpeechSynthesizer)? = nil, _ transcriber: (any Transcriber)? = nil,
        patience: Duration = .seconds(50), records: Records = Records()
    ) -> SpeechService {
        func profile(_ id: String, _ language: String, _ transcriber: (any Transcriber)?) -> CallProfile {
            CallProfile(
                agentID: id, language: language, voice: "\(language)-voice", texts: Conversation.Texts(),
                backchannels: [],
                engines: CallEngines(transcriber: transcriber, languageModel: nil, synthesizer: synthesizer))
        }
        return SpeechService(
            profiles: [profile("anna", "en", transcriber), profile("bernd", "de", nil)], defaultAgent: "anna",
            patience: .init(synthesis: patience, transcription: patience),
            calls: CallRegister(onEnded: { records.note($0) }), clock: ContinuousClock())
    }

    private static func all(_ audio: SpokenAudio) async throws -> [Int16] {
        var samples: [Int16] = []
        while let more = try await audio.next() { samples += more }
        return samples
    }

    // MARK: Speaking

    @Test func aTextIsSpokenSentenceBySentenceInTheAgentsVoice() async throws {
        let synthesizer = ScriptedSynthesizer.making(Array(repeating: 9_000, count: 1_600), chunk: 700)
        let audio = try Self.service(synthesizer)
            .speak("One thing. And another one!", agent: nil, voice: nil, speed: 1, id: "s")
        // the first sentence's audio is there before the second is begun
        let first = try await audio.next() ?? []
        #expect(synthesizer.started.count == 1)
        let rest = try await Self.all(audio)
        #expect(first.count + rest.count == 2 * 1_600 * 24 / 16)
        #expect(synthesizer.started.list.map(\.request.text) == ["One thing.", "And another one!"])
        #expect(synthesizer.started.list.map(\.request.voice) == ["en-voice", "en-voice"])
    }

    @Test func theAgentAskedForSpeaksItsLanguage() async throws {
        let synthesizer = ScriptedSynthesizer.making([1, 2, 3])
        _ = try await Self.all(
            Self.service(synthesizer).speak("Hallo.", agent: "bernd", voice: "m2", speed: 2, id: "s"))
        let request = try #require(synthesizer.started.last?.request)
        #expect(request.language == "de" && request.voice == "de-voice")
        #expect(request.preferredVoice == "m2" && request.speed == 2)
    }

    @Test func anEngineThatFailsEndsTheSpeechWithItsError() async throws {
        let records = Records()
        let synthesizer = ScriptedSynthesizer { $0.deliver(.failed(Self.failure)) }
        let audio = try Self.service(synthesizer, records: records)
            .speak("One. Two.", agent: nil, voice: nil, speed: 1, id: "s")
        await #expect(throws: Self.failure) { try await audio.next() }
        #expect(synthesizer.started.count == 1)
        #expect(records.list.map(\.termination) == [Termination(result: .failed, reason: .internalError)])
    }

    @Test func cancellingTheSpeechCancelsTheEngine() async throws {
        let records = Records()
        let synthesizer = ScriptedSynthesizer()
        let audio = try Self.service(synthesizer, records: records)
            .speak("One.", agent: nil, voice: nil, speed: 1, id: "s")
        let next = Task { try await audio.next() }
        while synthesizer.started.count == 0 { await Task.yield() }
        audio.cancel()
        await #expect(throws: CancellationError.self) { try await next.value }
        #expect(synthesizer.started[0].isCancelled)
        #expect(records.list.map(\.termination?.reason) == [.connectionLost])
        await #expect(throws: CancellationError.self) { try await audio.next() }
    }

    @Test func cancellingTheTaskThatWaitsDoesToo() async throws {
        let synthesizer = ScriptedSynthesizer()
        let audio = try Self.service(synthesizer).speak("One.", agent: nil, voice: nil, speed: 1, id: "s")
        let task = Task { try await audio.next() }
        while synthesizer.started.count == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(synthesizer.started[0].isCancelled)
    }

    @Test func anEngineThatSaysNothingIsNotWaitedForWithoutEnd() async throws {
        let synthesizer = ScriptedSynthesizer()
        let audio = try Self.service(synthesizer, patience: .milliseconds(1))
            .speak("One.", agent: nil, voice: nil, speed: 1, id: "s")
        let error = await #expect(throws: EngineError.self) { try await audio.next() }
        #expect(error?.code == "tts.timeout")
        #expect(synthesizer.started[0].isCancelled)
    }

    @Test func whatWasUsedIsInTheRecord() async throws {
        let records = Records()
        let synthesizer = MeteredSynthesizer(
            ScriptedSynthesizer.making(Array(repeating: 9_000, count: 8_000), rate: .hz8000))
        _ = try await Self.all(
            Self.service(synthesizer, records: records).speak("Four.", agent: nil, voice: nil, speed: 1, id: "s-1"))
        let record = try #require(records.list.first)
        #expect(records.list.count == 1)
        #expect(record.id == "s-1" && record.transport == "speech" && record.agent == "anna")
        #expect(record.termination?.result == .completed)
        #expect(record.usage.map(\.characters) == [5])
        #expect(record.usage.map(\.audioSeconds) == [1])
    }

    @Test func withoutASynthesizerNothingIsSpoken() {
        #expect(throws: SessionError.noSynthesizer) {
            try Self.service().speak("One.", agent: nil, voice: nil, speed: 1, id: "s")
        }
        #expect(!Self.service().speaks)
        #expect(Self.service(ScriptedSynthesizer()).speaks)
    }

    // MARK: Hearing

    /// Sound from 1 to 2 s and from 4 to 5 s of six.
    private static let recording: [UInt8] = {
        var random = SeededGenerator(seed: 7)
        var samples = [Int16](repeating: 0, count: 6 * 16_000)
        for second in [1, 4] {
            for index in second * 16_000..<(second + 1) * 16_000 {
                samples[index] = Int16.random(in: -9_000...9_000, using: &random)
            }
        }
        return WAV.write(samples: samples, rate: .hz16000)
    }()

    private static func all(_ speech: HeardSpeech) async throws -> [HeardSpeech.Utterance] {
        var utterances: [HeardSpeech.Utterance] = []
        while let more = try await speech.next() { utterances.append(more) }
        return utterances
    }

    @Test func eachUtteranceIsWrittenDownWithItsTime() async throws {
        let transcriber = ScriptedTranscriber(onFinish: { transcription in
            transcription.deliver(.final(Transcript(text: "words \(transcription.request.turn.number)")))
        })
        let records = Records()
        let speech = try Self.service(nil, transcriber, records: records)
            .transcribe(Self.recording[...], agent: nil, language: nil, id: "t-1")
        let utterances = try await Self.all(speech)
        #expect(utterances.map(\.text) == ["words 1", "words 2"])
        for (utterance, second) in zip(utterances, [1, 4]) {
            #expect((second * 1_000 - 400...second * 1_000).contains(utterance.startMs))
            #expect((second * 1_000 + 1_000...second * 1_000 + 1_400).contains(utterance.endMs))
        }
        #expect(await speech.durationMs == 6_000)
        #expect(speech.language == "en")
        let heard = try #require(transcriber.started.last)
        #expect(heard.request.language == "en" && heard.request.isTakenOver)
        #expect(heard.samples.count / 16 == utterances[1].endMs - utterances[1].startMs)
        #expect(records.list.map(\.transport) == ["transcription"])
    }

    @Test func speechThatIsNotUnderstoodHasNoWords() async throws {
        let speech = try Self.service(nil, ScriptedTranscriber.hearing(nil))
            .transcribe(Self.recording[...], agent: nil, language: "en-GB", id: "t")
        #expect(try await Self.all(speech).isEmpty)
        #expect(speech.language == "en-GB")
    }

    @Test func cancellingTheTranscriptCancelsTheEngine() async throws {
        let transcriber = ScriptedTranscriber()
        let speech = try Self.service(nil, transcriber)
            .transcribe(Self.recording[...], agent: nil, language: nil, id: "t")
        let next = Task { try await speech.next() }
        while transcriber.started.count == 0 { await Task.yield() }
        speech.cancel()
        await #expect(throws: CancellationError.self) { try await next.value }
        #expect(transcriber.started[0].isCancelled)
    }

    @Test func whatIsNoWAVFileIsRefused() async throws {
        let speech = try Self.service(nil, ScriptedTranscriber())
            .transcribe(Array("OggS and more".utf8)[...], agent: nil, language: nil, id: "t")
        await #expect(throws: AudioError.self) { try await speech.next() }
    }

    @Test func aLanguageNobodyKnowsIsRefused() {
        let service = Self.service(nil, ScriptedTranscriber())
        #expect(throws: SessionError.unsupportedLanguage("fr", agent: "anna")) {
            try service.transcribe([], agent: nil, language: "fr", id: "t")
        }
        // an agent that has no transcriber
        #expect(throws: SessionError.noTranscriber(language: "de")) {
            try service.transcribe([], agent: nil, language: "de", id: "t")
        }
        #expect(throws: SessionError.unknownAgent("nobody", known: ["anna", "bernd"])) {
            try service.transcribe([], agent: "nobody", language: nil, id: "t")
        }
    }
}
