import Foundation
import NIOCore
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomSession
import TomTestKit

/// Engines that answer at once, late, twice, never, in floods and after they were cancelled, on the call's loop.
final class AdverseEngines: @unchecked Sendable {  // used on the test's one thread only
    private var random: SeededGenerator
    private static let samples = ramp(30_000)
    private let failure = EngineError(code: "x.failed", message: "it failed", category: .server)
    let loop = VirtualEventLoop()
    private var pending: [() -> Void] = []
    private var open: [ObjectIdentifier: () -> Bool] = [:]
    private var toolCalls = 0
    /// Milliseconds of audio delivered of each response, wanted or not.
    private(set) var madeMs: [ResponseID: Double] = [:]

    private(set) lazy var transcriber = ScriptedTranscriber(
        onStart: { [unowned self] in track($0, cancelled: \.isCancelled) },
        onFinish: { [unowned self] in transcribe($0) })
    private(set) lazy var model = ScriptedLanguageModel { [unowned self] in
        track($0, cancelled: \.isCancelled)
        generate($0)
    }
    private(set) lazy var synthesizer = ScriptedSynthesizer { [unowned self] in
        track($0, cancelled: \.isCancelled)
        synthesize($0)
    }
    private(set) lazy var judge = ScriptedTurnEndJudge { [unowned self] task in
        track(task, cancelled: \.isCancelled)
        if random.chance(10) { return }
        let complete = random.chance(50)
        later { [unowned self] in
            task.deliver(.success(.init(complete: complete)))
            ended(task)
        }
    }
    private(set) lazy var tools = StubTools { [unowned self] call, _, deliver in
        if random.chance(10) { return }
        later { deliver(ToolOutput(callID: call.id, succeeded: true, output: "done")) }
    }

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Tasks that were given no end and no cancellation.
    var running: Int { open.values.count { !$0() } }

    func releaseEverything() {
        for answer in pending { answer() }
        pending = []
    }

    private func track<T: AnyObject>(_ task: T, cancelled: KeyPath<T, Bool>) {
        open[ObjectIdentifier(task)] = { task[keyPath: cancelled] }
    }

    private func ended(_ task: AnyObject) { open[ObjectIdentifier(task)] = { true } }

    /// Runs now, after a while, or not before the call is over.
    private func later(_ answer: @escaping () -> Void) {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50: answer()
        case 50..<95:
            let boxed = UncheckedBox(answer)
            loop.scheduleTask(in: .milliseconds(Int64.random(in: 1...1_500, using: &random))) { boxed.value() }
        default: pending.append(answer)
        }
    }

    private func transcribe(_ task: ScriptedTranscription) {
        if random.chance(20) { task.deliver(.interim(text: "some", turnComplete: random.chance(50))) }
        let text = ["hello tom", "mhm", "", nil].randomElement(using: &random)!
        let event: TranscriptionEvent = random.chance(10) ? .failed(failure) : .final(Transcript(text: text))
        let times = random.chance(15) ? 3 : 1
        later { [self] in
            for _ in 0..<times { task.deliver(event) }
            ended(task)
        }
    }

    private func generate(_ task: ScriptedLanguageModel.Generation) {
        let text = ["One. Two two. Three!", "Just one", "", String(repeating: "flood ", count: 900)].randomElement(
            using: &random)!
        let expects = TomConversation.Expectation.allCases.randomElement(using: &random)!
        let fails = random.chance(10)
        let callsTool = random.chance(15)
        if callsTool { toolCalls += 1 }
        let tool = ToolCall(id: "c\(toolCalls)", name: "tool", arguments: [:])
        let flood = random.chance(5)
        later { [self] in
            task.deliver(.text(text))
            if flood { for _ in 0..<2_000 { task.deliver(.memory("m")) } }
            task.deliver(.expects(expects))
            if callsTool { task.deliver(.toolCall(tool), .toolCall(tool)) }
            task.deliver(fails ? .failed(failure) : .finished, .finished)
            ended(task)
        }
    }

    private func synthesize(_ task: ScriptedSynthesizer.Synthesis) {
        let rate = SampleRate.supported.randomElement(using: &random)!
        let chunks = (0..<Int.random(in: 0...6, using: &random)).map { _ in Int.random(in: 1...30_000, using: &random) }
        let fails = random.chance(10)
        later { [self] in
            let ms = Double(chunks.reduce(0, +)) * 1_000 / Double(rate.hertz)
            madeMs[task.request.segment.response, default: 0] += ms
            for chunk in chunks { task.deliver(.audio(Array(Self.samples[..<chunk]), rate: rate)) }
            task.deliver(fails ? .failed(failure) : .finished, .finished)
            ended(task)
        }
    }
}

/// Carries a closure of the test's own thread through an interface that asks for a sendable one.
private struct UncheckedBox: @unchecked Sendable {
    let value: () -> Void
    init(_ value: @escaping () -> Void) { self.value = value }
}
