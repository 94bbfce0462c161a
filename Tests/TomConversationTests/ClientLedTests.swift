import Testing
import TomConversation
import TomTestKit

@Suite("Conversations that a client leads")
struct ClientLedTests {
    static let long = "This is the first sentence of a long answer. Here comes the second one. And a third."

    static func scene(
        transcripts: [String?] = [], answers: [String] = [],
        _ configure: (inout Conversation.Configuration) -> Void = { _ in }
    ) -> Scene {
        Scene(
            {
                $0.lead = .client
                $0.speculation.isOn = false
                configure(&$0)
            }, transcripts: transcripts, answers: answers)
    }

    /// What the client was told, one word an event.
    static func told(_ scene: Scene) -> [String] {
        scene.events.compactMap { event in
            switch event {
            case .utteranceBegan: "began"
            case .utteranceEnded: "ended"
            case .audioCleared: "cleared"
            case .idled: "idled"
            case .itemAdded(let item, let after, _): "added \(item.id)<\(after?.description ?? "-")"
            case .itemDone(let item, _, _): "done \(item.id)"
            case .itemTruncated(let id, let ms): "cut \(id) \(ms)"
            case .itemDeleted(let id): "deleted \(id)"
            case .transcriptFinal: "words"
            case .transcriptFailed: "no words"
            case .responseBegan(let id, _, let request): "response \(id)\(request.map { " for \($0.number)" } ?? "")"
            case .responseEnded(let id, let end): "over \(id) \(end)"
            case .refused(let refusal): "refused \(refusal)"
            default: nil
            }
        }
    }

    @Test func aTurnIsToldInTheOrderOfTheProtocol() {
        var scene = Self.scene(transcripts: ["what is that"], answers: ["Fine."])
        scene.speak(800)
        scene.wait(2_000)
        #expect(
            Self.told(scene) == [
                "began", "ended", "added i1<-", "done i1", "words", "response r1", "added i2<i1", "done i2",
                "over r1 completed",
            ])
        #expect(scene.record == ["user:what is that", "tom:Fine."])
    }

    @Test func aReplyIsHandedOverAsFastAsItIsMade() {
        var scene = Self.scene(answers: [Self.long])
        scene.speak(800)
        scene.wait(1_000)
        // Three sentences of more than a second each, in far less time.
        #expect(Self.told(scene).last == "over r1 completed")
        #expect(scene.record.last == "tom:\(Self.long)")
    }

    @Test func theOnsetOfSpeechEndsTheResponseForGood() {
        var scene = Self.scene(transcripts: ["what is that", nil], answers: [Self.long])
        // The voice takes its time, so that the response is being given when the caller speaks again.
        let slow = SlowVoice()
        scene.call.onAction = { call, action in slow.react(&call, action) }
        scene.speak(800)
        scene.wait(2_500)
        scene.beginToSpeak()
        let told = Self.told(scene)
        #expect(
            told.suffix(3) == ["began", "done i2", "over r1 cancelled(TomConversation.ResponseEnd.Canceller.speech)"])
        #expect(scene.record.last?.hasPrefix("tom~:This is the first") == true)
    }

    @Test func withoutInterruptionTheResponseGoesOnAndTheTurnIsAnsweredNext() {
        var scene = Self.scene { $0.turnPolicy.interrupts = false }
        let slow = SlowVoice()
        scene.call.onAction = { call, action in slow.react(&call, action) }
        scene.speak(800)
        scene.wait(900)
        scene.speak(800)
        scene.wait(20_000)
        let told = Self.told(scene).filter { $0.hasPrefix("response") || $0.hasPrefix("over") }
        #expect(told == ["response r1", "over r1 completed", "response r2", "over r2 completed"])
    }

    @Test func aTruncatedReplyIsCutToWhatWasHeard() {
        var scene = Self.scene(answers: [Self.long])
        scene.speak(800)
        scene.wait(1_000)
        scene.send(.truncate(ItemID(2), audioMs: 1_000))
        #expect(Self.told(scene).last == "cut i2 1000")
        #expect(scene.record.last == "tom~:This is the first")
        scene.send(.truncate(ItemID(2), audioMs: 99_999_999))
        scene.send(.truncate(ItemID(1), audioMs: 1))
        scene.send(.truncate(ItemID(77), audioMs: 1))
        let refused = Self.told(scene).suffix(3).map { $0.prefix(24) }
        #expect(
            refused
                == ["refused beyondAudio(i2, ", "refused notSpoken(i1)", "refused unknownItem(i77)"].map {
                    $0.prefix(24)
                })
    }

    @Test func aResponseIsGivenOnlyWhenAskedFor() {
        var scene = Self.scene { $0.turnPolicy.answers = false }
        scene.speak(800)
        scene.wait(3_000)
        #expect(!Self.told(scene).contains { $0.hasPrefix("response") })
        scene.send(.respond(ResponseRequestID(7), speaks: nil))
        #expect(Self.told(scene).last == "response r1 for 7")
        #expect(scene.call.conversation.request(of: ResponseID(1)) == ResponseRequestID(7))
        scene.send(.respond(ResponseRequestID(8), speaks: nil))
        #expect(Self.told(scene).last == "refused responseIsActive(Optional(r1))")
        scene.wait(3_000)
        #expect(Self.told(scene).last == "over r1 completed")
    }

    @Test func aResponseAskedForWaitsForTheWordsOfACommittedTurn() {
        var scene = Self.scene {
            $0.turnDetection = .manual
            $0.turnPolicy.answers = false
        }
        scene.send(.manualAudioStarted)
        scene.wait(1_000)
        scene.send(.commit)
        scene.send(.respond(ResponseRequestID(1), speaks: nil))
        #expect(Self.told(scene) == ["began", "ended", "added i1<-", "done i1"])
        scene.wait(2_000)
        #expect(scene.record == ["user:hello", "tom:Fine."])
        scene.send(.commit)
        #expect(Self.told(scene).last == "refused nothingToCommit")
    }

    @Test func aTextResponseHasNoAudio() {
        var scene = Self.scene(answers: [Self.long]) { $0.turnPolicy.answers = false }
        scene.send(.insert(.typed("Hello"), at: .end))
        scene.send(.respond(nil, speaks: false))
        scene.wait(1_000)
        #expect(scene.record == ["typed:Hello", "tom:\(Self.long)"])
        #expect(!scene.call.trace.contains { if case .synthesize = $0.action { true } else { false } })
        scene.send(.truncate(ItemID(2), audioMs: 0))
        #expect(Self.told(scene).last == "refused notSpoken(i2)")
    }

    @Test func itemsGoWhereTheClientWantsThem() {
        var scene = Self.scene()
        scene.send(.insert(.typed("b"), at: .end))
        scene.send(.insert(.instructions("a"), at: .front))
        scene.send(.insert(.reply(text: "c", interrupted: false), at: .after(ItemID(2))))
        scene.send(.insert(.typed("x"), at: .after(ItemID(9))))
        #expect(scene.record == ["instructions:a", "tom:c", "typed:b"])
        #expect(
            Self.told(scene) == [
                "added i1<-", "done i1", "added i2<-", "done i2", "added i3<i2", "done i3", "refused unknownItem(i9)",
            ])
        scene.send(.delete(ItemID(2)))
        scene.send(.delete(ItemID(2)))
        #expect(scene.record == ["tom:c", "typed:b"])
        #expect(Self.told(scene).suffix(2) == ["deleted i2", "refused unknownItem(i2)"])
    }

    @Test func aToolOfTheClientsEndsTheResponseAndStandsBehindWhatWasSaid() {
        var scene = Self.scene { $0.turnPolicy.answers = false }
        let call = ToolCall(id: "c1", name: "weather", arguments: ["city": "Bonn"], isForClient: true)
        let script = Script(transcripts: [], answers: [])
        scene.call.onAction = { scene, action in
            guard case .startGeneration(let id, _) = action, id.response.number == 1 else {
                return script.react(&scene, action)
            }
            scene.schedule(.responseText(id, "One moment."))
            scene.schedule(.responseTool(id, call))
            scene.schedule(.responseFinished(id))
        }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        #expect(scene.record == ["tom:One moment.", "call:weather"])
        #expect(
            Self.told(scene) == [
                "response r1", "added i1<-", "done i1", "added i2<i1", "done i2", "over r1 completed",
            ])
        #expect(!scene.call.trace.contains { if case .runTool = $0.action { true } else { false } })
        scene.send(.insert(.toolOutput(ToolOutput(callID: "c1", succeeded: true, output: "sunny")), at: .end))
        scene.send(.respond(nil, speaks: nil))
        scene.wait(1_000)
        #expect(scene.record.suffix(2) == ["output:sunny", "tom:Fine."])
    }

    @Test func toolsOfTheAgentsRunWithoutTheClientBeingTold() {
        var scene = Self.scene { $0.turnPolicy.answers = false }
        let script = Script(transcripts: [], answers: ["It is saved."])
        scene.call.onAction = { scene, action in
            switch action {
            case .startGeneration(let id, _) where id.round == 0:
                scene.schedule(.responseText(id, "One moment."))
                scene.schedule(.responseTool(id, ToolCall(id: "c1", name: "take_message", arguments: [:])))
                scene.schedule(.responseFinished(id))
            case .runTool(let id, let call):
                scene.schedule(.toolFinished(id, ToolOutput(callID: call.id, succeeded: true, output: "ok")))
            default: script.react(&scene, action)
            }
        }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(2_000)
        #expect(scene.record == ["call:take_message", "output:ok", "tom:One moment. It is saved."])
        #expect(Self.told(scene) == ["response r1", "added i1<-", "done i1", "over r1 completed"])
    }

    @Test func aCancelledResponseIsOverAtOnce() {
        var scene = Self.scene()
        scene.send(.cancelResponse(nil))
        #expect(Self.told(scene).last == "refused noActiveResponse")
        scene.send(.respond(nil, speaks: nil))
        scene.send(.cancelResponse(ResponseID(5)))
        #expect(Self.told(scene).last == "refused noActiveResponse")
        scene.send(.cancelResponse(ResponseID(1)))
        #expect(Self.told(scene).last == "over r1 cancelled(TomConversation.ResponseEnd.Canceller.client)")
    }

    @Test func anAnswerCutShortIsIncompleteAndAFailureIsTold() {
        var scene = Self.scene()
        scene.call.onAction = { call, action in
            guard case .startGeneration(let id, _) = action else { return }
            call.schedule(.responseText(id, "Half an"))
            call.schedule(
                id.response.number == 1
                    ? .responseCutShort(id, .maxTokens)
                    : .responseFailed(id, EngineFailure(code: "llm.gone", message: "it is gone")))
            call.schedule(.responseFinished(id))
        }
        scene.send(.respond(nil, speaks: false))
        scene.send(.respond(nil, speaks: false))
        let ends = scene.events.compactMap { if case .responseEnded(_, let end) = $0 { end } else { nil } }
        #expect(ends == [.incomplete(.maxTokens), .failed(EngineFailure(code: "llm.gone", message: "it is gone"))])
        #expect(scene.record == ["tom~:Half an", "tom:Half an"])
    }

    @Test func theCallEndsWhenTheGoodbyeHasBeenPlayed() {
        var scene = Self.scene()
        let script = Script(transcripts: [], answers: ["Goodbye."])
        scene.call.onAction = { call, action in
            if case .startGeneration(let id, _) = action { call.schedule(.responseEndsCall(id)) }
            script.react(&call, action)
        }
        scene.send(.respond(nil, speaks: nil))
        scene.wait(300)
        #expect(Self.told(scene).last == "over r1 completed" && scene.call.conversation.termination == nil)
        scene.wait(500)
        #expect(scene.call.conversation.termination?.reason == .agentHungUp)
    }

    @Test func clearedAudioIsNoTurn() {
        var scene = Self.scene()
        scene.beginToSpeak()
        scene.speakOn(400)
        scene.send(.clearAudio)
        scene.stopSpeaking()
        scene.wait(3_000)
        #expect(Self.told(scene) == ["began", "cleared"])
        #expect(scene.record.isEmpty)
    }

    @Test func silenceAfterAResponseIsToldAndAnswered() {
        var scene = Self.scene(answers: ["Fine.", "Are you there?"]) { $0.idle.promptAfter = .seconds(6) }
        scene.wait(20_000)
        #expect(Self.told(scene).isEmpty)
        scene.speak(800)
        scene.wait(7_500)
        let told = Self.told(scene)
        // Counted from the end of what is played.
        #expect(
            Array(told[(told.firstIndex(of: "idled") ?? 0)...].prefix(5)) == [
                "idled", "ended", "added i3<i2", "done i3", "response r2",
            ])
    }

    @Test func audioThatCameFasterThanItWasSpokenHoldsTheTurnsThatWereSpoken() {
        var scene = Self.scene(transcripts: ["one", "two"])
        scene.wait(4_000)
        // Two turns with a second of silence between them, all within one message.
        scene.send(.speechStarted(audioMs: 0, agoNs: 4_000_000_000))
        scene.send(.speechStopped(audioMs: 1_000, agoNs: 3_000_000_000))
        scene.send(.speechStarted(audioMs: 2_000, agoNs: 2_000_000_000))
        scene.send(.speechStopped(audioMs: 3_000, agoNs: 1_000_000_000))
        scene.wait(3_000)
        #expect(scene.record == ["user:one", "user:two", "tom:Fine."])
        let ends = scene.events.compactMap { if case .utteranceEnded(_, let ms) = $0 { ms } else { nil } }
        #expect(ends[0] == 1_500 && ends[1] >= 3_500)
    }

    @Test func audioInManyMessagesAtOnceHoldsTheTurnsThatWereSpoken() {
        var scene = Self.scene(transcripts: ["one", "two"])
        // Each message is as long as what it tells of, and all come at the same moment.
        scene.send(.speechStarted(audioMs: 0, agoNs: 60_000_000))
        scene.send(.speechStopped(audioMs: 1_000, agoNs: 120_000_000))
        scene.send(.speechStarted(audioMs: 2_000, agoNs: 60_000_000))
        scene.send(.speechStopped(audioMs: 3_000, agoNs: 120_000_000))
        scene.wait(3_000)
        #expect(scene.record == ["user:one", "user:two", "tom:Fine."])
    }

    @Test func aTurnGivenAsAWholeIsHeardAndNotAnswered() {
        var scene = Self.scene(transcripts: ["given"])
        scene.send(.givenAudioStarted)
        scene.send(.givenAudioEnded(ms: 900))
        scene.wait(2_000)
        #expect(scene.record == ["user:given"])
        scene.beginToSpeak()
        scene.send(.givenAudioStarted)
        #expect(Self.told(scene).last == "refused callerIsSpeaking")
    }

    @Test func aSpeculationIsTakenUpAsTheResponse() {
        var scene = Self.scene(transcripts: ["what is that"]) { $0.speculation.isOn = true }
        scene.beginToSpeak()
        scene.speakOn(600)
        scene.send(.transcriptInterim(TurnID(1), text: "what is that", turnComplete: true))
        scene.stopSpeaking()
        scene.wait(3_000)
        let adopted = scene.call.trace.filter { if case .adoptSpeculation = $0.action { true } else { false } }
        #expect(adopted.count == 1)
        #expect(Self.told(scene).filter { $0.hasPrefix("response") || $0.hasPrefix("over") }.count == 2)
        #expect(scene.record == ["user:what is that", "tom:Fine."])
    }
}

/// As `Script`, with a voice that takes as long as its speech: a piece of 100 ms at a time.
private final class SlowVoice {
    private let script = Script(transcripts: [], answers: [ClientLedTests.long, "Fine."])

    func react(_ call: inout VirtualCall, _ action: Conversation.Action) {
        guard case .synthesize(let segment, let text) = action else { return script.react(&call, action) }
        let pieces = text.count / 2
        for piece in 1...pieces {
            call.schedule(.audioGenerated(segment, samples: 1_600), in: .milliseconds(100 * piece))
        }
        call.schedule(.synthesisFinished(segment), in: .milliseconds(100 * pieces))
    }
}
