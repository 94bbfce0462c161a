import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomSession
import TomTestKit

/// Pauses that an engine judges: it may ask for patience, it never ends a turn.
@Suite("Judged pauses in a session")
struct TurnEndTests {
    private func call(_ judge: ScriptedTurnEndJudge) throws -> SessionCall {
        try SessionCall(
            transcriber: ScriptedTranscriber.hearing("x"), model: ScriptedLanguageModel.saying("Yes."),
            turnEndJudge: judge)
    }

    @Test func aPauseThatSoundsUnfinishedIsWaitedOut() throws {
        let call = try call(.saying(complete: false))
        call.speak(800)
        call.stayQuiet(2_800)
        #expect(call.transcripts.isEmpty)
        call.stayQuiet(400)
        #expect(call.transcripts == ["x"])
    }

    @Test func oneThatSoundsFinishedEndsTheTurnAsEver() throws {
        let call = try call(.saying(complete: true))
        call.speak(800)
        call.stayQuiet(600)
        #expect(call.transcripts == ["x"])
    }

    @Test func theJudgeHearsTheTurnUpToThePause() throws {
        let judge = ScriptedTurnEndJudge()
        let call = try call(judge)
        call.stayQuiet(2_000)
        let first = call.voice(800)
        call.feed(first)
        call.stayQuiet(300)
        let second = call.voice(600)
        call.feed(second)
        call.stayQuiet(300)
        try #require(judge.started.count == 2)
        let heard = judge.started[1].request
        let spoken = first + [Int16](repeating: 0, count: 4_800) + second
        let start = try #require(heard.firstIndex { $0 != 0 }) - (first.firstIndex { $0 != 0 } ?? 0)
        #expect(Array(heard[start...].prefix(spoken.count)) == spoken)
        #expect(start <= 8_000, "half a second before it at most")
        // The pause is known after 120 ms.
        #expect((1_900...2_300).contains(heard.count - start - spoken.count))
        #expect(judge.started[0].isCancelled, "the caller went on")
    }

    @Test func aLongTurnIsJudgedByItsEnd() throws {
        let judge = ScriptedTurnEndJudge()
        let call = try call(judge)
        call.speak(12_000)
        call.stayQuiet(300)
        #expect(judge.started[0].request.count == 128_000)
    }

    @Test func theNextTurnIsJudgedWithoutTheOneBefore() throws {
        let judge = ScriptedTurnEndJudge()
        let call = try call(judge)
        call.speak(3_000)
        call.stayQuiet(1_500)
        call.speak(500)
        call.stayQuiet(300)
        try #require(judge.started.count == 2)
        #expect(judge.started[1].request.count <= (500 + 500 + 160) * 16)
    }

    @Test func aVerdictOnAPauseThatIsOverIsDropped() throws {
        let judge = ScriptedTurnEndJudge()
        let call = try call(judge)
        call.speak(800)
        call.stayQuiet(200)
        call.speak(800)
        judge.started[0].deliver(.success(.init(complete: false)))
        call.stayQuiet(600)
        judge.started[0].deliver(.success(.init(complete: false)))
        #expect(call.transcripts == ["x"])
    }

    @Test func aVerdictAfterTheTurnIsDropped() throws {
        let judge = ScriptedTurnEndJudge()
        let call = try call(judge)
        call.speak(800)
        call.stayQuiet(700)
        #expect(call.transcripts == ["x"] && judge.started[0].isCancelled)
        judge.started[0].deliverElsewhere(.success(.init(complete: false)))
        call.stayQuiet(100)
        #expect(call.turnEnds == [.completed])
    }

    @Test func aJudgeThatFailsIsSaidOnceAndDelaysNothing() throws {
        let judge = ScriptedTurnEndJudge(onStart: {
            $0.deliver(.failure(EngineError(code: "turn_end.run_failed", message: "scripted", category: .server)))
        })
        let call = try call(judge)
        for _ in 0..<3 {
            call.speak(800)
            call.stayQuiet(900)
        }
        #expect(call.transcripts == ["x", "x", "x"])
        #expect(call.notices == ["turn_end.run_failed"])
    }

    @Test func hangingUpCancelsTheJudgement() throws {
        let judge = ScriptedTurnEndJudge()
        let call = try call(judge)
        call.speak(800)
        call.stayQuiet(200)
        call.hangUp()
        #expect(judge.started[0].isCancelled)
        judge.started[0].deliver(.success(.init(complete: true)))
    }
}
