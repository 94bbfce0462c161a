import Testing
import TomAudio
import TomConversation
import TomEngines
import TomSession
import TomTestKit

/// The caller speaks over TOM.
@Suite("Barge-in")
struct BargeInTests {
    private static let answer = "This is the first sentence. This is the second one."

    /// A call in which TOM has been speaking its answer, two sentences of two seconds, for a second.
    private func speaking(
        transcriber: ScriptedTranscriber = .hearing("stop"), configure: (inout SessionConfiguration) -> Void = { _ in }
    ) throws -> SessionCall {
        let call = try SessionCall(
            transcriber: transcriber, model: ScriptedLanguageModel.saying(Self.answer),
            synthesizer: ScriptedSynthesizer.making(ramp(32_000)), configure: configure)
        call.receive(.text("hi"))
        call.stayQuiet(1_000)
        #expect(call.link.frames.count > 40)
        return call
    }

    @Test func noAudioOfTheOldResponseFollowsTheBargeIn() throws {
        let call = try speaking()
        call.speak(900)
        call.stayQuiet(5_000)
        let cut = try #require(call.bargeIns.first)
        let order = call.link.order
        let moment = try #require(order.firstIndex { $0.hasPrefix("bargeIn") })
        #expect(!order[moment...].contains("audio \(cut)"))
        #expect(call.turnEnds == [.interrupted, .completed])
        // What was sent and not heard by then is little: half a second ahead at most.
        #expect(call.link.audio(of: cut).count <= 32 * (1_000 + 300 + 100 + 520))
    }

    @Test func theCallersSpeechStopsTheReplyWithinTheConfiguredTime() throws {
        let call = try speaking()
        for _ in 0..<18 { call.speak(20) }
        #expect(call.bargeIns.count == 1)
    }

    @Test func aCoughDoesNot() throws {
        let call = try speaking()
        call.speak(180)
        call.stayQuiet(5_000)
        #expect(call.bargeIns.isEmpty)
        #expect(call.link.audio() == PCM16.encode(ramp(32_000) + ramp(32_000)))
        #expect(call.turnEnds == [.completed])
    }

    @Test func aBackchannelResumesFromTheSentenceThatWasCutOff() throws {
        let call = try speaking(transcriber: .hearing("Mhm."))
        call.speak(500)
        call.stayQuiet(8_000)
        #expect(call.bargeIns.count == 1)
        #expect(call.turnEnds == [.completed])
        let responses = call.link.frames.reduce(into: [ResponseID]()) {
            if $0.last != $1.response { $0.append($1.response) }
        }
        try #require(responses.count == 2)
        #expect(call.link.audio(of: responses[1]) == PCM16.encode(ramp(32_000) + ramp(32_000)))
        #expect(call.link.frames.first { $0.response == responses[1] }?.seq == 0)
    }

    @Test func aClientThatStoppedItsPlayoutIsBelieved() throws {
        let call = try speaking()
        call.receive(.bargeIn(playedMs: 300))
        let heard = call.link.events.compactMap { if case .bargeIn(_, let ms, _) = $0 { ms } else { nil } }
        #expect(heard == [300])
        let before = call.link.frames.count
        call.wait(3_000)
        #expect(call.link.frames.count == before)
        #expect(call.turnEnds == [.interrupted])
    }

    @Test func lateAudioOfACutSentenceIsDropped() throws {
        let synthesizer = ScriptedSynthesizer()
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing("stop"), model: ScriptedLanguageModel.saying(Self.answer),
            synthesizer: synthesizer)
        call.receive(.text("hi"))
        let first = synthesizer.started[0]
        first.deliver(.audio(ramp(32_000), rate: .hz16000))
        call.stayQuiet(600)
        call.receive(.bargeIn(playedMs: nil))
        #expect(first.isCancelled)
        let before = call.link.frames.count
        first.deliver(.audio(ramp(32_000), rate: .hz16000), .finished)
        first.deliverElsewhere(.audio(ramp(32_000), rate: .hz16000), .finished)
        call.wait(1_000)
        #expect(call.link.frames.count == before)
        #expect(call.notices.isEmpty)
    }
}
