import Logging
import MetricsTestKit
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

/// What a session counts for the operator.
@Suite("Session metrics")
struct SessionMetricsTests {
    @Test func aGapInAReplyIsCountedOnceAndAnUnbrokenOneNever() throws {
        let metrics = TestMetrics()
        let synthesizer = ScriptedSynthesizer()
        let call = try SessionCall(
            model: ScriptedLanguageModel.saying("One sentence."), synthesizer: synthesizer, metrics: metrics)
        let underruns = try metrics.expectCounter("tom_audio_underruns_total")
        call.receive(.text("hi"))
        let synthesis = synthesizer.started[0]
        synthesis.deliver(.audio(ramp(3_200), rate: .hz16000))
        call.wait(150)
        synthesis.deliver(.audio(ramp(3_200), rate: .hz16000))
        call.wait(150)
        #expect(underruns.totalValue == 0, "the second piece came before the first was played out")
        call.wait(400)
        synthesis.deliver(.audio(ramp(3_200), rate: .hz16000), .finished)
        call.wait(1_000)
        #expect(underruns.totalValue == 1, "the listener heard a gap before the third")
        #expect(call.turnEnds == [.completed])
    }

    @Test func eachAgentsEnginesCountUnderTheirOwnNames() throws {
        let metrics = TestMetrics()
        var other = CallProfile.test(
            CallEngines(
                transcriber: nil, languageModel: MockLanguageModel(delay: .zero), synthesizer: nil))
        other.agentID = "other"
        let factory = SessionFactory(
            profiles: [
                .test(
                    CallEngines(
                        transcriber: nil, languageModel: ScriptedLanguageModel.saying("Fine."), synthesizer: nil)),
                other,
            ], defaultAgent: "test", configuration: SessionConfiguration(), tools: StubTools(), metrics: metrics,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let loop = VirtualEventLoop()
        for agent in ["test", "other", "other"] {
            let link = RecordingLink(now: { .zero })
            let options = CallOptions(callID: "c", agent: agent, input: .wideband, output: .wideband)
            let session = try factory.makeSession(options, link: link, eventLoop: loop)
            session.begin()
            session.receive(.text("hi"))
            loop.run()
            session.end(.init(result: .completed, reason: .callerHungUp))
        }
        func answered(_ engine: String) throws -> Int64 {
            try metrics.expectCounter(
                "tom_engine_requests_total", [("engine", engine), ("kind", "llm"), ("outcome", "ok")]
            ).totalValue
        }
        #expect(try answered("scripted") == 1)
        #expect(try answered("mock") == 2)
    }

    @Test func aReplacedEngineIsToldToTheClientAndCounted() throws {
        let metrics = TestMetrics()
        let error = EngineError(code: "x.failed", message: "it failed", category: .server)
        let failover = EngineFailover(from: "first", to: "second", error: error)
        let call = try SessionCall(
            transcriber: ScriptedTranscriber(onFinish: {
                $0.deliver(.failedOver(failover))
                $0.deliver(.final(Transcript(text: "hi")))
            }),
            model: ScriptedLanguageModel { $0.deliver(.failedOver(failover), .text("Fine."), .finished) },
            synthesizer: ScriptedSynthesizer {
                $0.deliver(.failedOver(failover), .audio(ramp(800), rate: .hz16000), .finished)
            }, metrics: metrics)
        call.speak(800)
        call.stayQuiet(2_000)
        #expect(call.notices == ["stt.failover", "llm.failover", "tts.failover"])
        #expect(call.turnEnds == [.completed])
        for kind in ["stt", "llm", "tts"] {
            let counter = try metrics.expectCounter(
                "tom_engine_failovers_total", [("kind", kind), ("from", "first"), ("to", "second")])
            #expect(counter.totalValue == 1)
        }
    }
}
