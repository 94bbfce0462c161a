import Testing
import TomConversation
import TomTestKit

/// Models that hear and speak by themselves: turns ahead of their words, and audio that comes with the answer.
@Suite("Speech models")
struct SpokenGenerationTests {
    /// One generation as it comes: a word every 20 ms with 300 ms of audio each, or what else is asked for.
    private struct Answer {
        var words: String
        var everyMs = 20
        var hasAudio = true
        var tool: String?
        var failsAtEnd = false
    }

    private final class Model {
        var answers: [Answer]
        var words: [String?]
        let wordsAfterMs: Int
        init(_ answers: [Answer], words: [String?], wordsAfterMs: Int) {
            (self.answers, self.words, self.wordsAfterMs) = (answers, words, wordsAfterMs)
        }

        func react(_ call: inout VirtualCall, _ action: Conversation.Action) {
            switch action {
            case .finishTranscription(let turn):
                let text = words.isEmpty ? "hello" : words.removeFirst()
                call.schedule(
                    .transcriptFinal(turn, text: text, language: nil, confidence: nil), in: .milliseconds(wordsAfterMs))
            case .startGeneration(let id, _):
                speak(&call, id, answers.isEmpty ? Answer(words: "Fine.") : answers.removeFirst())
            case .runTool(let id, let tool):
                let output = ToolOutput(callID: tool.id, succeeded: true, output: "done")
                call.schedule(.toolFinished(id, output), in: .milliseconds(10))
            case .synthesize(let segment, let text):
                call.schedule(.audioGenerated(segment, samples: text.count * 800), in: .milliseconds(40))
                call.schedule(.synthesisFinished(segment), in: .milliseconds(40))
            default: break
            }
        }

        private func speak(_ call: inout VirtualCall, _ id: GenerationID, _ answer: Answer) {
            var at = Duration.milliseconds(30)
            for (index, word) in answer.words.split(separator: " ").enumerated() {
                call.schedule(.responseText(id, (index == 0 ? "" : " ") + word), in: at)
                if answer.hasAudio { call.schedule(.responseAudio(id, samples: 4_800), in: at) }
                at += .milliseconds(answer.everyMs)
            }
            if let tool = answer.tool {
                call.schedule(.responseTool(id, ToolCall(id: tool, name: tool, arguments: [:])), in: at)
            }
            let failure = EngineFailure(code: "llm.connection_lost", message: "it broke")
            call.schedule(answer.failsAtEnd ? .responseFailed(id, failure) : .responseFinished(id), in: at)
        }
    }

    private func scene(_ answers: [Answer], words: [String?] = [], wordsAfterMs: Int = 20) -> Scene {
        var scene = Scene({ $0.stages.generatesSpeech = true })
        let model = Model(answers, words: words, wordsAfterMs: wordsAfterMs)
        scene.call.onAction = { call, action in model.react(&call, action) }
        return scene
    }

    private func played(_ scene: Scene) -> [Range<Int>] {
        scene.call.trace.compactMap {
            if case .playOwnSpeech(_, let from, let samples) = $0.action { from..<(from + samples) } else { nil }
        }
    }

    private func truncations(_ scene: Scene) -> [Int] {
        scene.call.trace.compactMap { if case .truncateOwnSpeech(_, let ms) = $0.action { ms } else { nil } }
    }

    private func bargeIns(_ scene: Scene) -> [(ms: Int, text: String)] {
        scene.events.compactMap { if case .bargeIn(_, let ms, let text) = $0 { (ms, text) } else { nil } }
    }

    private static let long = (0..<20).map { "w\($0)" }.joined(separator: " ")

    @Test func aTurnIsAnsweredBeforeItsWordsAreKnown() throws {
        var scene = scene([Answer(words: "We are open.")], words: ["when are you open"], wordsAfterMs: 700)
        scene.speak(800)
        scene.wait(500)
        #expect(scene.record == ["user:?"])
        #expect(scene.events.contains { if case .responseAudioEnded = $0 { true } else { false } } == false)
        scene.wait(4_000)
        #expect(scene.record == ["user:when are you open", "tom:We are open."])
        let finals = scene.events.indices.filter { if case .transcriptFinal = scene.events[$0] { true } else { false } }
        let text = try #require(scene.events.firstIndex { if case .responseText = $0 { true } else { false } })
        #expect(finals.count == 1 && finals[0] > text)
        #expect(scene.turnEnds().map(\.status) == [.completed])
        #expect(played(scene).last?.upperBound == 3 * 4_800 && truncations(scene).isEmpty)
    }

    @Test(arguments: [10, 250])
    func anInterruptionTellsTheModelWhatWasHeard(everyMs: Int) throws {
        var scene = scene([Answer(words: Self.long, everyMs: everyMs), Answer(words: "Sure.")])
        scene.speak(800)
        scene.wait(2_000)
        scene.speak(1_200)
        scene.wait(5_000)
        let cut = try #require(bargeIns(scene).first)
        #expect(truncations(scene) == [cut.ms] && cut.ms > 500 && cut.ms < 3_000)
        #expect(Self.long.hasPrefix(cut.text) && abs(cut.text.split(separator: " ").count - cut.ms / 300) <= 6)
        // Once all of the words are there, it is known better which of them were heard.
        #expect(scene.record[1].hasPrefix("tom~:\(cut.text)") && scene.record[1].count <= cut.text.count + 9)
        #expect(scene.record.count == 4 && scene.record[3] == "tom:Sure.")
        // The generation that still runs is cancelled ahead of that, and the next one begins behind it.
        let order = scene.call.trace.compactMap { entry -> String? in
            switch entry.action {
            case .cancelGeneration: "cancel"
            case .truncateOwnSpeech: "truncate"
            case .startGeneration: "start"
            default: nil
            }
        }
        #expect(order == (everyMs > 100 ? ["start", "cancel", "truncate", "start"] : ["start", "truncate", "start"]))
    }

    @Test(arguments: [" ", "mhm"])
    func aNoiseLetsTheAnswerGoOn(words: String) throws {
        var scene = scene([Answer(words: Self.long, everyMs: 100)], words: ["hello", words])
        scene.speak(800)
        scene.wait(2_000)
        scene.speak(500)
        scene.wait(12_000)
        if words == "mhm" {
            // Not among the backchannels of this scene: words, and so an interruption for good.
            #expect(truncations(scene).count == 1)
            return
        }
        let cut = try #require(bargeIns(scene).first)
        let pieces = played(scene)
        let resumed = try #require(
            pieces.indices.dropFirst().first { pieces[$0].lowerBound != pieces[$0 - 1].upperBound })
        #expect(pieces[resumed].lowerBound == cut.ms * 16 - 600 * 16, "a little before the cut")
        #expect(pieces.last?.upperBound == 20 * 4_800 && truncations(scene).isEmpty)
        #expect(scene.record == ["user:hello", "tom:\(Self.long)"])
        #expect(!scene.call.trace.contains { if case .synthesize = $0.action { true } else { false } })
        #expect(scene.turnEnds().map(\.status) == [.completed])
    }

    @Test func anAnswerThatWentOnIsTruncatedAtAllThatWasHeard() throws {
        var scene = scene([Answer(words: Self.long), Answer(words: "Sure.")], words: ["hello", " "])
        scene.speak(800)
        scene.wait(2_500)
        scene.speak(500)
        scene.wait(2_500)
        scene.speak(1_200)
        scene.wait(4_000)
        let cuts = bargeIns(scene)
        try #require(cuts.count == 2)
        #expect(truncations(scene) == [cuts[0].ms - 600 + cuts[1].ms])
        #expect(cuts[1].text.split(separator: " ").count > cuts[0].text.split(separator: " ").count)
        #expect(Self.long.hasPrefix(cuts[1].text))
    }

    @Test func whatIsSaidAroundAToolIsOneAnswer() {
        var scene = scene([Answer(words: "One moment.", tool: "look_up"), Answer(words: "It is done.")])
        scene.speak(800)
        scene.wait(5_000)
        #expect(scene.record == ["user:hello", "call:look_up", "output:done", "tom:One moment. It is done."])
        #expect(played(scene).last?.upperBound == 5 * 4_800)
    }

    @Test func aModelThatBreaksOffIsApologisedFor() throws {
        var scene = scene([Answer(words: "w0 w1 w2 w3", failsAtEnd: true)])
        scene.speak(800)
        scene.wait(9_000)
        let reply = try #require(scene.record.last)
        #expect(reply.hasPrefix("tom:w0 w1 w2") && reply.hasSuffix("Could you say that again, please?"))
        #expect(scene.turnEnds().map(\.status) == [.failed] && truncations(scene).isEmpty)
    }

    @Test func wordsWithoutAudioAreSynthesised() {
        var scene = scene([Answer(words: "Text only. Really.", hasAudio: false)])
        scene.speak(800)
        scene.wait(5_000)
        let texts = scene.call.trace.compactMap { if case .synthesize(_, let text) = $0.action { text } else { nil } }
        #expect(texts == ["Text only.", "Really."])
        #expect(scene.record == ["user:hello", "tom:Text only. Really."] && played(scene).isEmpty)
    }

    @Test func wordsThatNeverComeEndInANotice() {
        var scene = scene([Answer(words: "Fine.")], wordsAfterMs: 60_000)
        scene.speak(800)
        scene.wait(12_000)
        #expect(scene.record == ["user:?", "tom:Fine."])
        #expect(scene.events.contains { if case .notice("stt.timeout", _) = $0 { true } else { false } })
        #expect(scene.call.trace.contains { if case .cancelTranscription = $0.action { true } else { false } })
    }

    @Test func aShortWordWaitsToBeUnderstood() {
        var scene = scene([Answer(words: "Good.")], words: ["yes"], wordsAfterMs: 300)
        scene.speak(200)
        scene.wait(650)
        #expect(scene.record.isEmpty, "it may have been a click")
        scene.wait(3_000)
        #expect(scene.record == ["user:yes", "tom:Good."])
    }

    @Test func aFloodOfAudioIsCutOff() {
        var scene = Scene({
            $0.stages.generatesSpeech = true
            $0.limits.maxSentenceAudio = .seconds(2)
        })
        let model = Model([Answer(words: Self.long)], words: [], wordsAfterMs: 20)
        scene.call.onAction = { call, action in model.react(&call, action) }
        scene.speak(800)
        scene.wait(6_000)
        #expect(scene.events.contains { if case .notice("llm.too_long", _) = $0 { true } else { false } })
        #expect(played(scene).last?.upperBound == 7 * 4_800)
        #expect(scene.record == ["user:hello", "tom:w0 w1 w2 w3 w4 w5 w6"])
    }
}
