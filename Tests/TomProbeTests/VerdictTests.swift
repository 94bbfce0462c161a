import Testing

@testable import TomProbe

@Suite struct VerdictTests {
    private func objective(_ p95: Double?, limit: Double = 100) -> ObjectiveResult {
        ObjectiveResult(measure: .stt, limitMs: limit, summary: p95.flatMap { LatencySummary([$0]) })
    }

    private let calls = CallCounts(attempted: 1, connected: 1)
    private let turns = TurnCounts(spoken: 2, answered: 2)

    @Test func allMeasuredAndBelowIsMet() {
        let verdict = Verdict(objectives: [objective(99.9)], calls: calls, turns: turns)
        #expect(verdict == .met)
        #expect(verdict.exitStatus == 0)
    }

    @Test func theLimitItselfIsMissed() {
        let verdict = Verdict(objectives: [objective(100)], calls: calls, turns: turns)
        #expect(verdict == .missed)
        #expect(verdict.exitStatus == 1)
    }

    @Test func aGapIsNotMeasured() {
        let verdict = Verdict(objectives: [objective(1), objective(nil)], calls: calls, turns: turns)
        #expect(verdict == .notMeasured)
        #expect(verdict.exitStatus == 2)
    }

    @Test func aMissWeighsMoreThanAGap() {
        #expect(Verdict(objectives: [objective(200), objective(nil)], calls: calls, turns: turns) == .missed)
    }

    @Test func noAnswerAtAllMeasuredNothing() {
        let silent = TurnCounts(spoken: 2, unanswered: 2)
        #expect(Verdict(objectives: [objective(200)], calls: calls, turns: silent) == .notMeasured)
    }

    @Test func aTurnWithoutAnswerIsAMiss() {
        let gap = TurnCounts(spoken: 2, answered: 1, unanswered: 1)
        #expect(Verdict(objectives: [objective(1)], calls: calls, turns: gap) == .missed)
    }

    @Test func aFailedCallIsAMiss() {
        let failed = CallCounts(attempted: 2, connected: 1, failed: 1)
        #expect(Verdict(objectives: [objective(1)], calls: failed, turns: turns) == .missed)
    }

    @Test func theDefaultsAreTheOriginals() {
        let limits = ServiceObjectives().limits.map(\.limitMs)
        #expect(limits == [100, 200, 300, 50, 1_500])
    }
}
