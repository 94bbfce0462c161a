import MetricsTestKit
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomTestKit

@testable import TomSession

/// What is kept of the caller's voice, and for how long.
@Suite("Recordings")
struct RecordingTests {
    /// A model that asks for something, expects the answer as audio, and then calls a tool that looks at the recordings.
    private func model(expecting expectation: TomConversation.Expectation) -> ScriptedLanguageModel {
        ScriptedLanguageModel { generation in
            switch generation.request.history.last?.content {
            case .speech:
                generation.deliver(.toolCall(ToolCall(id: "c", name: "look", arguments: [:])), .finished)
            case .toolOutput: generation.deliver(.text("Thanks."), .finished)
            default: generation.deliver(.expects(expectation), .text("Your name?"), .finished)
            }
        }
    }

    private func recorded(_ expectation: TomConversation.Expectation, transcriber: ScriptedTranscriber) throws -> (
        kept: [Int16]?, said: [Int16]
    ) {
        let contexts = ScriptedTasks<ToolContext>()
        let call = try SessionCall(
            transcriber: transcriber, model: model(expecting: expectation),
            synthesizer: ScriptedSynthesizer.making(ramp(8_000)),
            tools: StubTools { tool, context, deliver in
                contexts.append(context)
                deliver(ToolOutput(callID: tool.id, succeeded: true, output: "seen"))
            })
        call.receive(.text("hi"))
        call.stayQuiet(1_000)
        let said = call.voice(900)
        call.feed(said)
        call.stayQuiet(4_000)
        try #require(contexts.count == 1)
        #expect(contexts[0].callID == "call-1" && contexts[0].agentID == "test")
        return (contexts[0].recordings.samples(of: TurnID(2)), said)
    }

    @Test(arguments: [TomConversation.Expectation.shortAudio, .longAudio])
    func whatIsExpectedAsAudioIsKeptWhole(expectation: TomConversation.Expectation) throws {
        for transcript in [nil, "some words"] {
            let (kept, said) = try recorded(expectation, transcriber: .hearing(transcript))
            let samples = try #require(kept)
            let onset = try #require(samples.firstIndex { $0 != 0 })
            let first = try #require(said.firstIndex { $0 != 0 })
            #expect(Array(samples[onset...].prefix(said.count - first)) == Array(said[first...]))
            // No more than the pre-roll before it and the endpointing's silence behind it.
            #expect(samples.count <= said.count + 8_000 + 16 * 2_200)
        }
    }

    @Test(arguments: [TomConversation.Expectation.open, .yesNo, .digits])
    func nothingElseIsKept(expectation: TomConversation.Expectation) throws {
        #expect(try recorded(expectation, transcriber: .hearing("words")).kept == nil)
    }

    @Test func anEngineThatAnswersEarlyDoesNotCutTheRecording() throws {
        let early = ScriptedTranscriber(onStart: { $0.deliver(.final(Transcript(text: nil))) })
        let (kept, said) = try recorded(.longAudio, transcriber: early)
        #expect(try #require(kept).count >= said.count)
        // And it ends with the turn, not with the call.
        #expect(try #require(kept).count <= said.count + 8_000 + 16 * 2_200)
    }

    // MARK: Bounds

    @Test func oneTurnIsKeptUpToItsBound() {
        var recordings = Recordings()
        recordings.begin(TurnID(1), preRoll: ramp(8_000))
        let second = ramp(16_000)
        var lost = 0
        for _ in 0..<130 { lost += recordings.append(second.span) }
        #expect(lost == 8_000 + 130 * 16_000 - Recordings.maxTurnSamples)
        #expect(recordings.samples(of: TurnID(1))?.count == Recordings.maxTurnSamples)
        #expect(recordings.samples(of: TurnID(1)).map { Array($0[8_000..<24_000]) } == second)
    }

    @Test func theOldestTurnMakesRoomForTheLatest() {
        var recordings = Recordings()
        let second = ramp(16_000)
        var lost = 0
        for turn in 1...3 {
            recordings.begin(TurnID(turn), preRoll: [])
            for _ in 0..<100 { lost += recordings.append(second.span) }
            recordings.end(TurnID(turn))
        }
        #expect(recordings.samples(of: TurnID(1)) == nil && lost == 1_600_000)
        #expect(recordings.samples(of: TurnID(2))?.count == 1_600_000)
        #expect(recordings.samples(of: TurnID(3))?.count == 1_600_000)
        #expect(recordings.append(second.span) == 0)
        #expect(recordings.samples(of: TurnID(3))?.count == 1_600_000, "nothing is kept between turns")
        recordings.discard(TurnID(2))
        #expect(recordings.samples(of: TurnID(2)) == nil)
    }

    @Test func aFullRecordingIsSaidOnce() throws {
        let metrics = TestMetrics()
        let call = try SessionCall(
            transcriber: ScriptedTranscriber.hearing(nil), model: model(expecting: .longAudio),
            synthesizer: ScriptedSynthesizer.making(ramp(8_000)), metrics: metrics
        ) { $0.conversation.limits.maxTurn = .seconds(200) }
        call.receive(.text("hi"))
        call.stayQuiet(1_000)
        call.speak(130_000, messageMs: 100)
        #expect(call.notices == ["recording_full"])
        let dropped = try metrics.expectCounter("tom_queue_dropped_total", [("queue", "recording")]).totalValue
        #expect((4 * 16_000...6 * 16_000).contains(dropped), "five seconds and the pre-roll of it")
        call.stayQuiet(3_000)
        #expect(call.notices == ["recording_full"])
    }

    @Test func thePreRollHoldsTheLatestHalfSecond() {
        var preRoll = PreRoll()
        #expect(preRoll.contents.isEmpty)
        let samples = ramp(30_000)
        func take(_ range: Range<Int>) {
            let part = Array(samples[range])
            preRoll.append(part.span)
        }
        take(0..<100)
        #expect(preRoll.contents == Array(samples[..<100]), "no silence is invented before the call")
        var end = 100
        for size in [320, 7_999, 1, 8_000, 8_001, 5_000] {
            take(end..<(end + size))
            end += size
            #expect(preRoll.contents == Array(samples[max(0, end - 8_000)..<end]))
        }
        preRoll.clear()
        #expect(preRoll.contents.isEmpty)
        take(0..<320)
        #expect(preRoll.contents == Array(samples[..<320]))
    }
}
