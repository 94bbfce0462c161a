import Testing
import TomConversation
import TomTestKit

@Suite("Turn taking")
struct TurnTakingTests {
    @Test func aSpokenTurnIsAnsweredOnceAndMeasured() throws {
        var scene = Scene(transcripts: ["what are your opening hours"], answers: ["We are open from nine to five."])
        scene.speak(1_000)
        scene.wait(5_000)
        #expect(scene.record == ["user:what are your opening hours", "tom:We are open from nine to five."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
        let latency = try #require(
            scene.events.lazy.compactMap { if case .turnEnded(_, _, _, let latency) = $0 { latency } else { nil } }
                .first)
        #expect(latency.endpointingMs == 500)
        #expect(latency.sttMs == 20)
        #expect(latency.llmFirstTokenMs == 30)
        #expect(latency.ttsFirstAudioMs == 40)
        #expect(latency.e2eMs == 590)
        #expect(latency.otherMs == 0)
    }

    @Test func aPauseWithinTheEndpointingDelayDoesNotEndTheTurn() {
        var scene = Scene(transcripts: ["one two"])
        scene.speak(400)
        scene.wait(200)
        scene.speak(400)
        scene.wait(5_000)
        #expect(scene.record.first == "user:one two")
        #expect(scene.turnEnds().count == 1)
    }

    @Test func wordsKnownToBeIncompleteAreWaitedForLonger() {
        var scene = Scene()
        scene.beginToSpeak()
        scene.wait(500)
        scene.send(.transcriptInterim(TurnID(1), text: "i would like", turnComplete: false))
        scene.send(.speechStopped(audioMs: 560, agoNs: 0))
        scene.wait(2_900)
        #expect(scene.turnEnds().isEmpty)
        #expect(!scene.events.contains { if case .transcriptFinal = $0 { true } else { false } })
        scene.wait(200)
        #expect(scene.events.contains { if case .transcriptFinal = $0 { true } else { false } })
    }

    @Test func digitsAreGivenTimeBetweenTheirGroups() {
        var scene = Scene(transcripts: ["leave a message", "five five five"], answers: ["Which number?"])
        scene.call.onAction = {
            [script = Script(transcripts: ["a", "b"], answers: ["Which number?", "Thanks."])] call, action in
            script.react(&call, action)
            if case .startGeneration(let id, _) = action { call.schedule(.responseExpects(id, .digits)) }
        }
        scene.speak(600)
        scene.wait(3_000)
        #expect(scene.call.conversation.expectation == .digits)
        scene.speak(600)
        scene.wait(1_200)
        scene.speak(600)
        scene.wait(5_000)
        #expect(scene.turnEnds().count == 2)
    }

    @Test func aNameMayBeShortButAClickIsNone() {
        var scene = Scene(transcripts: [])
        let script = Script(transcripts: ["leave a message", nil, nil], answers: ["Your name?", "Thanks."])
        scene.call.onAction = { call, action in
            script.react(&call, action)
            if case .startGeneration(let id, _) = action { call.schedule(.responseExpects(id, .shortAudio)) }
        }
        scene.speak(600)
        scene.wait(3_000)
        scene.speak(100)
        scene.wait(3_000)
        #expect(scene.turnEnds().count == 1)
        scene.speak(240)
        scene.wait(3_000)
        #expect(scene.record.suffix(2) == ["user:?", "tom:Thanks."])
    }

    @Test func manualTurnsEndByCommitAlone() {
        var scene = Scene({ $0.turnDetection = .manual }, transcripts: ["hello there"])
        scene.send(.manualAudioStarted)
        scene.wait(4_000)
        #expect(scene.turnEnds().isEmpty)
        scene.send(.commit)
        scene.wait(3_000)
        #expect(scene.record == ["user:hello there", "tom:Fine."])
    }

    @Test func aCommitWithoutAnUtteranceIsSaidSo() {
        var scene = Scene({ $0.turnDetection = .manual })
        scene.send(.commit)
        #expect(scene.events == [.notice(code: "nothing_to_commit", message: "There is no open utterance to commit.")])
    }

    @Test func typedTextAndKeysAreTurns() {
        var scene = Scene(answers: ["One.", "Two."])
        scene.send(.typed("hello"))
        scene.wait(2_000)
        for digit in ["1", "2", "#"] { scene.send(.key(digit)) }
        scene.wait(2_000)
        #expect(scene.record == ["typed:hello", "tom:One.", "keys:12#", "tom:Two."])
    }

    @Test func keysAreGatheredUntilTheGap() {
        var scene = Scene()
        scene.send(.key("4"))
        scene.wait(800)
        scene.send(.key("2"))
        scene.wait(900)
        #expect(scene.record.isEmpty)
        scene.wait(3_000)
        #expect(scene.record.first == "keys:42")
    }

    @Test func aKeyThatIsNoneIsIgnored() {
        var scene = Scene()
        scene.send(.key("x"))
        scene.send(.key("12"))
        scene.wait(3_000)
        #expect(scene.record.isEmpty)
    }

    @Test func theGreetingIsSpokenAndRecordedAsHeard() {
        var scene = Scene { $0.texts.greeting = "Hello. How can I help?" }
        scene.wait(5_000)
        #expect(scene.record == ["tom:Hello. How can I help?"])
        #expect(scene.turnEnds().map(\.turn) == [0])
    }

    @Test func speechThatIsNotUnderstoodIsAnsweredToo() {
        var scene = Scene(transcripts: [nil], answers: ["I did not understand."])
        scene.speak(900)
        scene.wait(4_000)
        #expect(scene.record == ["user:?", "tom:I did not understand."])
    }

    @Test func aCoughIntoSilenceIsNoTurn() {
        var scene = Scene(transcripts: [nil])
        scene.speak(200)
        scene.wait(4_000)
        #expect(scene.record.isEmpty)
        #expect(scene.turnEnds().isEmpty)
    }

    @Test func silenceIsAskedAboutTwiceAndThenEndsTheCall() {
        var scene = Scene {
            $0.idle.promptAfter = .seconds(5)
            $0.texts.idlePrompts = ["Are you there?", "I cannot hear you."]
            $0.texts.idleGoodbye = "Goodbye."
        }
        scene.wait(60_000)
        #expect(
            scene.record == [
                "silence", "tom:Are you there?", "silence", "tom:I cannot hear you.", "silence", "tom:Goodbye.",
            ])
        #expect(scene.call.conversation.termination == Termination(result: .completed, reason: .idle))
        #expect(scene.events.last == .stopped(reason: "idle"))
    }

    @Test func aTurnThatNeverEndsIsEndedAtItsBound() {
        var scene = Scene { $0.limits.maxTurn = .seconds(10) }
        scene.beginToSpeak()
        scene.wait(11_000)
        #expect(scene.record.first == "user:hello")
    }

    @Test func withoutASynthesizerTheTextIsTheReply() {
        var scene = Scene({ $0.stages.speaks = false }, answers: ["Hello."])
        scene.send(.typed("hi"))
        scene.wait(1_000)
        #expect(scene.record == ["typed:hi", "tom:Hello."])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func withoutAModelTheTranscriptEndsTheTurn() {
        var scene = Scene({ $0.stages.answers = false }, transcripts: ["hi"])
        scene.speak(800)
        scene.wait(1_000)
        #expect(scene.record == ["user:hi"])
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }
}
