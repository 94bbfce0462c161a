import Foundation
import NIOCore
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors
import TomTestKit

@testable import TomSession

/// Whole sessions in virtual time, real detector and playout, against adverse scripted engines and a restless caller.
///
/// A failing seed is printed; `SIMULATION_SEED=n` runs it alone, `SIMULATION_SEEDS=n` the first `n` instead of 150.
@Suite("Session simulation")
struct SessionSimulationTests {
    private var seeds: [UInt64] {
        if let one = ProcessInfo.processInfo.environment["SIMULATION_SEED"].flatMap(UInt64.init) { return [one] }
        let count = ProcessInfo.processInfo.environment["SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 150
        return Array(1...max(count, 1))
    }

    @Test func noSessionBreaksAnInvariant() throws {
        var completed = 0
        var failed = 0
        var interrupted = 0
        for seed in seeds {
            let run = try SimulatedSession(seed: seed)
            run.play()
            #expect(run.violations.isEmpty, "SIMULATION_SEED=\(seed): \(run.violations.prefix(3))")
            completed += run.turnEnds.count { $0 == .completed }
            failed += run.turnEnds.count { $0 == .failed }
            interrupted += run.turnEnds.count { $0 == .interrupted }
        }
        if seeds.count > 100 {
            #expect(
                completed > 40 && failed > 40 && interrupted > 40,
                "\(completed) completed, \(failed) failed, \(interrupted) interrupted")
        }
    }
}

/// One call drawn from a seed.
final class SimulatedSession {
    let call: SessionCall
    private var random: SeededGenerator
    private let engines: AdverseEngines
    private let output: AudioFormat
    private(set) var violations: [String] = []
    private(set) var turnEnds: [TurnStatus] = []

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        let engines = AdverseEngines(seed: seed &+ 7)
        self.engines = engines
        let greets = random.chance(50)
        let manual = random.chance(20)
        let rate = SampleRate.supported.randomElement(using: &random)!
        let codec = [AudioCodec.pcm16, .pcmu, .pcma].randomElement(using: &random)!
        let minDelay = random.ms(100...500)
        let timeout = random.ms(600...2_500)
        output = AudioFormat(codec: codec, sampleRate: rate)
        // Half of the calls are heard by a model, which lags behind, and half have their pauses judged.
        var models = SeededGenerator(seed: seed &+ 13)
        let detector = models.chance(50) ? ScriptedSpeechDetector(lag: .random(in: 0...6, using: &models)) : nil
        let judge = models.chance(50) ? engines.judge : nil
        call = try SessionCall(
            transcriber: engines.transcriber, model: engines.model, synthesizer: engines.synthesizer,
            speechDetector: detector, turnEndJudge: judge,
            greeting: greets ? "Hello. How can I help?" : nil, tools: engines.tools,
            output: output, manualTurns: manual, loop: engines.loop
        ) {
            $0.conversation.endpointing.minDelay = minDelay
            $0.conversation.timeouts.transcription = timeout
            $0.conversation.timeouts.generation = timeout
            $0.conversation.timeouts.synthesis = timeout
            $0.conversation.timeouts.tool = timeout
            $0.conversation.limits.maxSentenceAudio = .seconds(3)
            $0.conversation.idle.promptAfter = .seconds(6)
        }
    }

    func play() {
        for _ in 0..<Int.random(in: 3...12, using: &random) where call.link.closes.isEmpty { act() }
        if random.chance(50) { call.hangUp() } else { outlast() }
        engines.releaseEverything()
        call.wait(3_000)
        check()
    }

    private func act() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40:
            call.speak(
                Int.random(in: 60...1_500, using: &random), messageMs: [20, 20, 60, 500].randomElement(using: &random)!)
        case 40..<60: call.stayQuiet(Int.random(in: 20...2_000, using: &random))
        case 60..<75: call.wait(Int.random(in: 20...3_000, using: &random))
        case 75..<82: call.receive(.commit)
        case 82..<88: call.receive(.text("typed"))
        case 88..<91: call.receive(.key("#"))
        case 91..<94:
            call.receive(.bargeIn(playedMs: random.chance(50) ? nil : Int.random(in: -9...5_000, using: &random)))
        case 94..<97: call.receive(.playback(ResponseID(Int.random(in: 1...5, using: &random)), playedMs: 400))
        default: call.link.isWritable.toggle()
        }
    }

    /// The caller is silent until TOM gives up.
    private func outlast() {
        call.link.isWritable = true
        call.stayQuiet(1_000)
        call.receive(.commit)
        call.wait(200_000)
    }

    private func check() {
        let link = call.link
        turnEnds = call.turnEnds
        if link.closes.count != 1 { violations.append("closed \(link.closes.count) times") }
        if link.order.last != "closed" { violations.append("\(link.order.last ?? "nothing") after the end") }
        if engines.running > 0 { violations.append("\(engines.running) engine tasks neither ended nor cancelled") }
        checkAudio(link)
        var ended: Set<TurnID> = []
        for case .turnEnded(let turn, _, _, _) in link.events where !ended.insert(turn).inserted {
            violations.append("\(turn) ended twice")
        }
        weak let session = call.session
        call.dropSession()
        if session != nil { violations.append("the session is still held") }
    }

    private func checkAudio(_ link: RecordingLink) {
        for (response, ms) in Dictionary(grouping: link.frames, by: \.response) {
            let sentMs =
                ms.reduce(0) { $0 + $1.bytes.count } * 1_000 / (output.bytesPerSample * output.sampleRate.hertz)
            // A resampler may round a sentence's length up by a sample.
            let madeMs = engines.madeMs[response, default: 0] + 2
            if Double(sentMs) > madeMs { violations.append("\(sentMs) ms sent of \(madeMs) ms made of \(response)") }
        }
        var seqs: [ResponseID: Int] = [:]
        for frame in link.frames {
            if frame.seq != seqs[frame.response, default: 0] {
                violations.append("\(frame.response) skips to \(frame.seq)")
            }
            seqs[frame.response] = frame.seq + 1
        }
        var silenced: Set<String> = []
        for entry in link.order {
            if silenced.contains(entry) { violations.append("\(entry) after its barge-in") }
            if entry.hasPrefix("bargeIn"), let id = entry.firstMatch(of: /ResponseID\(number: (\d+)\)|response: (r\d+)/)
            {
                silenced.insert("audio \(id.2 ?? "r\(id.1 ?? "")")")
            }
        }
    }
}
