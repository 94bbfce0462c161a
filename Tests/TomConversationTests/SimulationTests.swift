import Foundation
import Testing
import TomConversation
import TomTestKit

/// Conversations in virtual time, against engines and callers at their worst. A failing seed is printed; `SIMULATION_SEED=n`
/// runs it alone, `SIMULATION_SEEDS=n` runs the first `n` instead of 3,000 (about 20 s in a debug build).
@Suite("Simulation")
struct SimulationTests {
    private struct Outcome {
        var violations: [String]
        var journal: [(at: Instant, input: Conversation.Input)]
        var trace: [Conversation.Action]
        var events: [Event]
    }

    private func simulate(seed: UInt64) -> Outcome {
        let adversary = Adversary(seed: seed)
        var call = VirtualCall(configuration: Adversary.configuration(seed: seed))
        let checker = Checker()
        call.onAction = { call, action in
            checker.actions.append(action)
            adversary.react(&call, action)
        }
        call.onStep = { call, input in
            checker.invariants.check(input, checker.actions, call.conversation)
            checker.actions = []
        }
        adversary.plan(&call)
        call.runToTheEnd(limit: .seconds(3_600))
        checker.invariants.checkEnd(call.conversation)
        return Outcome(
            violations: checker.invariants.violations, journal: call.journal, trace: call.trace.map(\.action),
            events: call.events)
    }

    private final class Checker {
        var invariants = Invariants()
        var actions: [Conversation.Action] = []
    }

    private var seeds: [UInt64] {
        if let one = ProcessInfo.processInfo.environment["SIMULATION_SEED"].flatMap(UInt64.init) { return [one] }
        let count = ProcessInfo.processInfo.environment["SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 3_000
        return Array(1...max(count, 1))
    }

    @Test func noConversationBreaksAnInvariant() {
        var interrupted = 0
        var resumed = 0
        var failed = 0
        var (adopted, discarded) = (0, 0)
        var truncated = 0
        var replayed = 0
        for seed in seeds {
            let outcome = simulate(seed: seed)
            #expect(outcome.violations.isEmpty, "SIMULATION_SEED=\(seed): \(outcome.violations.prefix(3))")
            for event in outcome.events {
                if case .turnEnded(_, _, .interrupted, _) = event { interrupted += 1 }
                if case .turnEnded(_, _, .failed, _) = event { failed += 1 }
            }
            adopted += outcome.trace.count { if case .adoptSpeculation = $0 { true } else { false } }
            discarded += outcome.trace.count { if case .discardSpeculation = $0 { true } else { false } }
            let bargeIns = outcome.events.count { if case .bargeIn = $0 { true } else { false } }
            let cut = outcome.events.count { if case .turnEnded(_, _, .interrupted, _) = $0 { true } else { false } }
            if bargeIns > cut { resumed += 1 }
            for action in outcome.trace {
                if case .truncateOwnSpeech(_, 1...) = action { truncated += 1 }
                if case .playOwnSpeech(_, 1..., _) = action { replayed += 1 }
            }
        }
        // The simulation is worth something only while it reaches the corners.
        if seeds.count > 100 {
            #expect(interrupted > 100)
            #expect(failed > 100)
            #expect(resumed > 10)
            #expect(adopted > 100)
            #expect(discarded > 100)
            #expect(truncated > 100)
            #expect(replayed > 100)
        }
    }

    @Test(arguments: [1, 77, 1_234] as [UInt64])
    func aJournalReplaysToTheSameActions(seed: UInt64) {
        let outcome = simulate(seed: seed)
        var again = Conversation(configuration: Adversary.configuration(seed: seed))
        let actions = outcome.journal.flatMap { again.handle($0.input, at: $0.at) }
        #expect(actions == outcome.trace)
    }
}
