import TomConversation
import TomTestKit

/// Engines and a caller at their worst, drawn from a seed: late, duplicate, empty, failing and silent engines; a caller who
/// coughs, talks over TOM, types, presses keys, stops the playout and hangs up in the middle.
final class Adversary {
    private var random: SeededGenerator
    private let failure = EngineFailure(code: "x.failed", message: "it failed")
    private var toolCalls = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    static func configuration(seed: UInt64) -> Conversation.Configuration {
        var random = SeededGenerator(seed: seed &+ 1)
        var configuration = Conversation.Configuration()
        configuration.texts.greeting = random.chance(50) ? "Hello, this is Tom. How can I help?" : nil
        configuration.idle.promptAfter = random.ms(2_000...15_000)
        configuration.interruption.backchannels = ["mhm"]
        configuration.timeouts.transcription = random.ms(500...3_000)
        configuration.timeouts.generation = random.ms(500...3_000)
        configuration.timeouts.synthesis = random.ms(500...3_000)
        configuration.timeouts.tool = random.ms(200...1_000)
        configuration.endpointing.minDelay = random.ms(100...800)
        configuration.speculation.stableFor = random.ms(0...400)
        configuration.filler.after = random.chance(30) ? random.ms(0...1_500) : nil
        configuration.texts.fillers = ["One moment.", "Let me see."]
        configuration.limits.maxTurn = .seconds(8)
        configuration.limits.maxAwaitedTurns = 2
        configuration.limits.maxResponseCharacters = 300
        configuration.limits.maxToolRounds = 2
        configuration.limits.maxSentenceAudio = random.ms(1_500...10_000)
        configuration.limits.maxBufferedAudio = random.ms(500...8_000)
        configuration.stages.speaks = !random.chance(10)
        configuration.stages.answers = !random.chance(5)
        configuration.stages.generatesSpeech = random.chance(30)
        configuration.endpointing.judgesPauses = random.chance(50)
        return configuration
    }

    /// Everything the caller does, written into the agenda before the call begins.
    func plan(_ call: inout VirtualCall) {
        call.schedule(.callStarted)
        var at = Duration.zero
        var audioMs = 0
        for _ in 0..<Int.random(in: 3...25, using: &random) {
            let pause = Int.random(in: 50...4_000, using: &random)
            at += .milliseconds(pause)
            audioMs += pause
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<70: speak(&call, &at, &audioMs)
            case 70..<78: call.schedule(.typed("typed"), in: at)
            case 78..<85: call.schedule(.key(["1", "#", "x", "77"].randomElement(using: &random)!), in: at)
            case 85..<92:
                call.schedule(
                    .clientInterrupted(playedMs: random.chance(50) ? nil : .random(in: -5...9_999, using: &random)),
                    in: at)
            case 92..<98:
                let id = ResponseID(Int.random(in: 1...9, using: &random))
                call.schedule(.playoutAdvanced(id, playedMs: .random(in: -10...20_000, using: &random)), in: at)
            default: call.schedule(.commit, in: at)
            }
        }
        if random.chance(20) {
            call.schedule(.hangUp(Termination(result: .completed, reason: .callerHungUp)), in: random.ms(0...20_000))
        }
    }

    private func speak(_ call: inout VirtualCall, _ at: inout Duration, _ audioMs: inout Int) {
        let length =
            random.chance(30) ? Int.random(in: 3...14, using: &random) : Int.random(in: 15...150, using: &random)
        let onset = audioMs
        at += .milliseconds(60)
        audioMs += 60
        call.schedule(.speechStarted(audioMs: onset, agoNs: 60_000_000), in: at)
        for _ in 0..<length {
            at += .milliseconds(20)
            audioMs += 20
            call.schedule(.speechContinued(audioMs: audioMs), in: at)
        }
        at += .milliseconds(100)
        audioMs += 100
        call.schedule(.speechStopped(audioMs: audioMs - 100, agoNs: 100_000_000), in: at)
    }

    func react(_ call: inout VirtualCall, _ action: Conversation.Action) {
        switch action {
        case .startTranscription(let turn, _): interim(&call, turn)
        case .finishTranscription(let turn): transcript(&call, turn)
        case .judgePause(let turn, let audioMs):
            let complete = random.chance(50)
            call.schedule(
                .pauseJudged(turn, audioMs: audioMs, complete: complete, probability: 0.5), in: random.ms(0...3_000))
        case .startGeneration(let id, _), .startSpeculation(let id, _): generate(&call, id)
        case .runTool(let id, let tool): runTool(&call, id, tool)
        case .synthesize(let segment, let text): synthesize(&call, segment, text)
        default: break
        }
    }

    private func interim(_ call: inout VirtualCall, _ turn: TurnID) {
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let complete = [true, false, nil].randomElement(using: &random)!
            let words = ["some words", "Hello, Tom!", "hello"].randomElement(using: &random)!
            call.schedule(
                .transcriptInterim(turn, text: words, turnComplete: complete), in: random.ms(0...3_000))
        }
        // An engine that ends the turn by itself.
        if random.chance(5) { transcript(&call, turn) }
    }

    private func transcript(_ call: inout VirtualCall, _ turn: TurnID) {
        let times = random.chance(10) ? 2 : random.chance(8) ? 0 : 1
        for _ in 0..<times {
            let late = random.ms(random.chance(20) ? 0...6_000 : 0...300)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<10: call.schedule(.transcriptionFailed(turn, failure), in: late)
            case 10..<20: call.schedule(.transcriptFinal(turn, text: nil, language: nil, confidence: nil), in: late)
            case 20..<30: call.schedule(.transcriptFinal(turn, text: " ", language: nil, confidence: nil), in: late)
            case 30..<40: call.schedule(.transcriptFinal(turn, text: "Mhm.", language: nil, confidence: nil), in: late)
            default: call.schedule(.transcriptFinal(turn, text: "hello tom", language: "en", confidence: 0.9), in: late)
            }
        }
    }

    private func generate(_ call: inout VirtualCall, _ id: GenerationID) {
        if random.chance(5) { return }
        let speaks = call.conversation.configuration.stages.generatesSpeech
        var at = random.ms(0...1_500)
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let text = ["One. ", "Two two", " three! ", "a longer sentence goes here. ", "", "e.g. "].randomElement(
                using: &random)!
            call.schedule(.responseText(id, text), in: at)
            if speaks, random.chance(85) {
                let late = at + random.ms(0...200)
                call.schedule(.responseAudio(id, samples: Int.random(in: 0...40_000, using: &random)), in: late)
            }
            at += random.ms(0...400)
        }
        if random.chance(10) { call.schedule(.responseText(id, String(repeating: "flood ", count: 100)), in: at) }
        if random.chance(15) {
            let calls = random.chance(5) ? 40 : Int.random(in: 1...3, using: &random)
            for _ in 0..<calls {
                // Now and then the same name again.
                if !random.chance(20) { toolCalls += 1 }
                call.schedule(.responseTool(id, ToolCall(id: "c\(toolCalls)", name: "tool", arguments: [:])), in: at)
            }
        }
        if random.chance(10) {
            call.schedule(.responseExpects(id, Expectation.allCases.randomElement(using: &random)!), in: at)
        }
        if random.chance(10) { call.schedule(.responseMemory(id, "m"), in: at) }
        if random.chance(3) { call.schedule(.responseEndsCall(id), in: at) }
        let times = random.chance(10) ? 2 : random.chance(5) ? 0 : 1
        for _ in 0..<times {
            let end: Conversation.Input =
                random.chance(8)
                ? .responseBroke(id, failure)
                : random.chance(10) ? .responseFailed(id, failure) : .responseFinished(id)
            call.schedule(end, in: at + random.ms(0...100))
        }
    }

    private func runTool(_ call: inout VirtualCall, _ id: GenerationID, _ tool: ToolCall) {
        let times = random.chance(15) ? 2 : random.chance(10) ? 0 : 1
        for _ in 0..<times {
            let output = ToolOutput(callID: tool.id, succeeded: random.chance(80), output: "done")
            call.schedule(.toolFinished(id, output), in: random.ms(0...2_000))
        }
    }

    private func synthesize(_ call: inout VirtualCall, _ segment: SegmentID, _ text: String) {
        if random.chance(3) { return }
        // Sometimes so late that the sentence has long been given up.
        var at = random.ms(random.chance(3) ? 2_000...6_000 : 0...300)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            call.schedule(.audioGenerated(segment, samples: Int.random(in: 1...24_000, using: &random)), in: at)
            at += random.ms(0...300)
        }
        let times = random.chance(10) ? 2 : random.chance(3) ? 0 : 1
        for _ in 0..<times {
            let end: Conversation.Input =
                random.chance(5)
                ? .synthesisBroke(segment, failure)
                : random.chance(5) ? .synthesisFailed(segment, failure) : .synthesisFinished(segment)
            call.schedule(end, in: at)
        }
    }
}
