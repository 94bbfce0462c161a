import Dispatch
import Logging
import NIOCore
import Synchronization
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomSession
import TomTestKit

@testable import TomOnnx

/// A detector that waits, inside `append`, until the real one has judged what it was given: a session in virtual time
/// then hears by the real model.
private final class PatientDetector: SpeechDetector {
    private let inner: SileroDetector
    let name = "silero"
    let traits: SpeechDetectorTraits
    let opened = ScriptedTasks<PatientDetection>()

    init(_ inner: SileroDetector) {
        self.inner = inner
        traits = inner.traits
    }

    func detect(notify: @escaping @Sendable () -> Void) -> any SpeechDetection {
        let detection = PatientDetection(inner, notify: notify)
        opened.append(detection)
        return detection
    }
}

private final class PatientDetection: SpeechDetection {
    private struct State {
        var samples = 0
        var judged = 0
        var results: [Float] = []
        var failure: EngineError?
        var hasFailed = false
    }
    private let state = Mutex(State())
    private let told: DispatchSemaphore
    private let inner: any SpeechDetection
    private let notify: @Sendable () -> Void

    init(_ detector: SileroDetector, notify: @escaping @Sendable () -> Void) {
        let told = DispatchSemaphore(value: 0)
        self.told = told
        self.notify = notify
        inner = detector.detect { told.signal() }
    }

    func append(_ samples: Span<Int16>) {
        inner.append(samples)
        let expected = state.withLock { state in
            state.samples += samples.count
            return state.samples / 512
        }
        while !collect(expected) { told.wait() }
        notify()
    }

    /// Whether all frames are judged, or none will be.
    private func collect(_ expected: Int) -> Bool {
        state.withLock { state in
            let before = state.results.count
            if let failure = inner.take(into: &state.results) { (state.failure, state.hasFailed) = (failure, true) }
            state.judged += state.results.count - before
            return state.judged >= expected || state.hasFailed
        }
    }

    func take(into probabilities: inout [Float]) -> EngineError? {
        state.withLock { state in
            probabilities += state.results
            state.results = []
            defer { state.failure = nil }
            return state.failure
        }
    }

    func cancel() { inner.cancel() }
}

/// Whole calls heard by the real model on the real ONNX Runtime.
@Suite(
    "Calls heard by Silero", .enabled(if: OnnxFiles.arePrepared, "Tests/OnnxModels/prepare.sh has not run"),
    .timeLimit(.minutes(10)))
struct SileroCallTests {
    private final class Call {
        let loop = VirtualEventLoop()
        let link: RecordingLink
        let session: any CallSession

        init(_ detector: any SpeechDetector, judge: (any TurnEndJudge)? = nil, _ transcriber: any Transcriber) throws {
            let start = loop.now
            link = RecordingLink(now: { [loop] in .nanoseconds((loop.now - start).nanoseconds) })
            var configuration = SessionConfiguration()
            configuration.conversation.idle.promptAfter = nil
            let profile = CallProfile(
                agentID: "test", language: "en", voice: nil, texts: Conversation.Texts(), backchannels: [],
                engines: CallEngines(
                    transcriber: transcriber, languageModel: ScriptedLanguageModel.saying("Yes."), synthesizer: nil,
                    speechDetector: detector, turnEndJudge: judge))
            let factory = SessionFactory(
                profiles: [profile], defaultAgent: "test", configuration: configuration, tools: NoTools(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let format = AudioFormat(codec: .pcm16, sampleRate: .hz16000)
            session = try factory.makeSession(
                CallOptions(callID: "c", input: format, output: format), link: link, eventLoop: loop)
            session.begin()
        }

        deinit {
            session.end(Termination(result: .completed, reason: .callerHungUp))
            loop.run()
        }

        func feed(_ samples: [Int16]) {
            for start in stride(from: 0, to: samples.count, by: 320) {
                loop.advance(by: .milliseconds(20))
                PCM16.encode(Array(samples[start..<min(start + 320, samples.count)]))
                    .withUnsafeBytes { session.receiveAudio($0) }
            }
        }

        var notices: [String] { link.events.compactMap { if case .notice(let code, _) = $0 { code } else { nil } } }
        var starts: [Int] {
            link.events.compactMap { if case .speechStarted(let audioMs) = $0 { audioMs } else { nil } }
        }
        var transcripts: Int { link.events.count { if case .transcriptFinal = $0 { true } else { false } } }
    }

    private struct NoTools: ToolRunner {
        func run(_ call: ToolCall, in context: ToolContext, deliver: @escaping @Sendable (ToolOutput) -> Void) {}
    }

    @Test func eachSentenceIsATurn() throws {
        let detector = PatientDetector(try OnnxFiles.detector("silero_vad.onnx"))
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try Call(detector, transcriber)
        call.feed(try OnnxFiles.referenceAudio() + [Int16](repeating: 0, count: 16_000))
        #expect(call.notices == [])
        #expect(call.transcripts == 2)
        // The first sentence begins after a second of noise; the word's first sounds are soft.
        #expect(abs(try #require(call.starts.first) - 1_060) <= 64)
        #expect(transcriber.started.count == 2)
    }

    @Test func noiseIsNoTurn() throws {
        let detector = PatientDetector(try OnnxFiles.detector("silero_vad.onnx"))
        let call = try Call(detector, ScriptedTranscriber.hearing("x"))
        var random = SeededGenerator(seed: 5)
        call.feed((0..<80_000).map { _ in Int16.random(in: -1_500...1_500, using: &random) })
        #expect(call.starts.isEmpty && call.transcripts == 0)
    }

    @Test func aRunThatFailsInTheCallCostsANoticeAndNoTurn() throws {
        let detector = PatientDetector(try OnnxFiles.detector("vad_failing.onnx"))
        let call = try Call(detector, ScriptedTranscriber.hearing("x"))
        let audio = try OnnxFiles.referenceAudio()
        call.feed(Array(audio[..<24_000]))
        // In the middle of the first sentence a click that this model cannot take.
        call.feed([Int16](repeating: 32_000, count: 320))
        call.feed(Array(audio[24_000...]) + [Int16](repeating: 0, count: 16_000))
        #expect(call.notices == ["vad.run_failed"])
        #expect(call.transcripts == 2)
    }

    @Test func smartTurnWaitsForTheRestOfASentence() throws {
        let detector = PatientDetector(try OnnxFiles.detector("silero_vad.onnx"))
        let smartTurn = try SmartTurnJudge(
            modelPath: OnnxFiles.path("smart_turn.onnx"), runtime: OnnxFiles.runtime(), threads: 1)
        // The real model's verdict, inside the call that asks for it.
        let judge = ScriptedTurnEndJudge(onStart: { task in
            task.deliver(
                Result { () throws(EngineError) in try smartTurn.probability(task.request) }
                    .map { TurnEndVerdict(probability: $0, isComplete: $0 > 0.5) })
        })
        let call = try Call(detector, judge: judge, ScriptedTranscriber.hearing("x"))
        call.feed(try OnnxFiles.referenceAudio() + [Int16](repeating: 0, count: 8_000))
        // "Hello, I would like to make an appointment." ends; "On Friday, at" does not.
        #expect(call.transcripts == 1)
        call.feed([Int16](repeating: 0, count: 32_000))
        #expect(call.transcripts == 2)
    }
}
