import CoreMetrics
import Foundation
import MetricsTestKit
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

/// Calls whose voice activity a model beside the event loop judges, at once or late, until it fails.
@Suite("Speech detectors in a session")
struct SpeechDetectorTests {
    private static let failure = EngineError(code: "vad.run_failed", message: "scripted", category: .server)

    private func positions(_ call: SessionCall) -> [Int] {
        call.link.events.compactMap { event in
            switch event {
            case .speechStarted(let audioMs), .speechStopped(let audioMs): audioMs
            default: nil
            }
        }
    }

    private func endpointing(_ call: SessionCall) -> Double? {
        for case .turnEnded(_, _, _, let latency) in call.link.events { return latency.endpointingMs }
        return nil
    }

    @Test(arguments: [0, 1, 10, 30], [20, 100, 1_000])
    func aTurnIsHeardWholeHoweverLateItIsJudged(lag: Int, messageMs: Int) throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(
            transcriber: transcriber, model: ScriptedLanguageModel.saying("Yes."),
            speechDetector: ScriptedSpeechDetector(lag: lag))
        call.stayQuiet(1_000)
        let voice = call.voice(1_500)
        call.feed(voice, messageMs: messageMs)
        call.stayQuiet(3_000)
        #expect(call.transcripts == ["x"])
        let heard = transcriber.started[0].samples
        let start = try #require(heard.firstIndex { $0 != 0 })
        let onset = voice.firstIndex { $0 != 0 } ?? 0
        #expect(Array(heard[start...].prefix(voice.count - onset)) == Array(voice[onset...]))
        #expect(heard[..<start].allSatisfy { $0 == 0 })
        // Where speech was, not when it was known; a frame is 32 ms.
        let positions = positions(call)
        try #require(positions.count == 2)
        #expect(abs(positions[0] - 1_000) <= 40 && abs(positions[1] - 2_500) <= 40)
    }

    @Test func silenceCountsFromTheAudioNotFromItsJudgement() throws {
        for lag in [0, 8] {
            let call = try SessionCall(
                transcriber: ScriptedTranscriber.hearing("x"), model: ScriptedLanguageModel.saying("Yes."),
                speechDetector: ScriptedSpeechDetector(lag: lag))
            call.stayQuiet(1_000)
            call.speak(1_000)
            call.stayQuiet(2_000)
            #expect(abs(try #require(endpointing(call)) - 500) <= 1, "lag \(lag)")
        }
    }

    @Test func nothingIsHeardTwiceButWhatIsNotJudged() throws {
        let transcriber = ScriptedTranscriber.hearing("x")
        let call = try SessionCall(transcriber: transcriber, speechDetector: ScriptedSpeechDetector(lag: 2)) {
            $0.conversation.endpointing.minDelay = .milliseconds(260)
        }
        for _ in 0..<4 {
            call.speak(800)
            call.stayQuiet(320)
        }
        try #require(transcriber.started.count == 4)
        let heard = transcriber.started.list.reduce(0) { $0 + $1.samples.count }
        #expect(heard <= call.fedMs * 16 + 3 * 3 * 512)
    }

    @Test func bargeInWorksByTheModel() throws {
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("stop"), model: ScriptedLanguageModel.saying("A long answer."),
            synthesizer: ScriptedSynthesizer.making(ramp(160_000)), speechDetector: ScriptedSpeechDetector(lag: 1))
        call.receive(.text("tell me"))
        call.stayQuiet(1_000)
        call.speak(700)
        #expect(call.bargeIns == [ResponseID(1)])
    }

    @Test func aClientThatStopsSendingDoesNotHoldTheFloor() throws {
        for lag in [0, 4] {
            let call = try SessionCall(
                transcriber: ScriptedTranscriber.hearing("x"), speechDetector: ScriptedSpeechDetector(lag: lag))
            call.speak(1_024)
            call.wait(1_400)
            #expect(call.transcripts == ["x"], "lag \(lag)")
            call.speak(1_024)
            call.wait(1_400)
            #expect(call.transcripts == ["x", "x"], "lag \(lag)")
        }
    }

    // MARK: Faults

    @Test(arguments: [500, 1_200, 1_900])
    func aModelThatFailsIsReplacedWithinTheTurn(failsAtMs: Int) throws {
        let detector = ScriptedSpeechDetector(lag: 1)
        let metrics = TestMetrics()
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("x"), model: ScriptedLanguageModel.saying("Yes."),
            speechDetector: detector, metrics: metrics)
        let audio = [Int16](repeating: 0, count: 16_000) + call.voice(1_000) + [Int16](repeating: 0, count: 32_000)
        call.feed(Array(audio[..<(failsAtMs * 16)]))
        detector.started[0].fail(Self.failure)
        call.feed(Array(audio[(failsAtMs * 16)...]))
        #expect(call.transcripts == ["x"], "one turn, neither lost nor doubled")
        #expect(call.turnEnds == [.completed])
        #expect(call.notices == ["vad.run_failed"])
        #expect(detector.started[0].isCancelled)
        let failures = try metrics.expectCounter(
            "tom_engine_requests_total", [("engine", "scripted"), ("kind", "vad"), ("outcome", "failed")])
        #expect(failures.totalValue == 1)
        // Later turns are the built-in detector's.
        call.speak(1_000)
        call.stayQuiet(2_000)
        #expect(call.transcripts == ["x", "x"])
    }

    @Test func hangingUpEndsTheDetectionAndLateJudgementsAreHarmless() throws {
        let detector = ScriptedSpeechDetector(lag: 40)
        let call = try SessionCall(transcriber: ScriptedTranscriber.hearing("x"), speechDetector: detector)
        call.speak(1_000)
        call.hangUp()
        #expect(detector.started[0].isCancelled)
        let events = call.link.events.count
        detector.started[0].judge()
        detector.started[0].fail(Self.failure)
        call.wait(1_000)
        #expect(call.link.events.count == events)
    }

    @Test func aSessionThatIsGoneIsNotKeptByItsModel() throws {
        let detector = ScriptedSpeechDetector()
        weak var session: (any CallSession)?
        do {
            let call = try SessionCall(speechDetector: detector)
            session = call.session
            call.hangUp()
            call.dropSession()
        }
        detector.started[0].fail(Self.failure)
        #expect(session == nil)
    }

    @Test func manualTurnsNeedNoModel() throws {
        let detector = ScriptedSpeechDetector()
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("x"), speechDetector: detector, manualTurns: true)
        call.speak(500)
        call.receive(.commit)
        #expect(call.transcripts == ["x"] && detector.started.count == 0)
    }

    @Test func aCallJudgedByAModelReplays() throws {
        let directory = NSTemporaryDirectory() + "tom-journal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var lines: [String] = []
        do {
            let call = try SessionCall(
                transcriber: ScriptedTranscriber.hearing("x"), model: ScriptedLanguageModel.saying("Yes."),
                speechDetector: ScriptedSpeechDetector(lag: 3),
                turnEndJudge: ScriptedTurnEndJudge.saying(complete: false)
            ) { $0.journalDirectory = directory }
            call.speak(700)
            call.stayQuiet(5_000)
            let journal = try #require((call.session as? Session)?.assumeIsolated { $0.journal })
            call.hangUp()
            journal.drain()
            lines = call.link.events.map { "\($0)" }
        }
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: directory).first)
        var replayed: [String] = []
        try JournalReplay(contentsOf: directory + "/" + name).run { _, _, actions in
            for case .emit(let event) in actions { replayed.append("\(event)") }
        }
        #expect(replayed == lines && !lines.isEmpty)
    }
}
