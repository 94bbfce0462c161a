import Testing
import TomConversation
import TomEngines

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    /// A breaker told of what happens at whole seconds.
    private final class Subject {
        var breaker: CircuitBreaker
        init(budget: Duration? = nil) {
            var policy = CircuitBreaker.Policy()
            policy.budget = budget
            breaker = CircuitBreaker(policy: policy)
        }
        static func at(_ second: Int) -> Instant { Instant(milliseconds: second * 1_000) }
        func admit(_ second: Int) -> Bool { breaker.admit(at: Self.at(second)) }
        func failed(_ second: Int) -> CircuitBreaker.Cause? { breaker.failed(at: Self.at(second)) }
        func succeeded(_ second: Int, _ latency: Duration? = nil) -> CircuitBreaker.Cause? {
            breaker.succeeded(after: latency, at: Self.at(second))
        }
        func abandoned(_ second: Int) { breaker.abandoned(at: Self.at(second)) }
    }

    @Test func threeErrorsInAMinuteOpenItForTenMinutes() {
        let subject = Subject()
        #expect(subject.failed(0) == nil)
        #expect(subject.failed(59) == nil)
        #expect(subject.failed(61) == nil, "the first one is a minute ago")
        #expect(subject.failed(62) == .errors)
        #expect(subject.breaker.state == .open(until: Subject.at(662)))
        #expect(!subject.admit(661))
        #expect(subject.admit(662))
        #expect(subject.breaker.state == .halfOpen)
        #expect(!subject.admit(663), "one probe at a time")
    }

    private func halfOpen() -> Subject {
        let subject = Subject()
        for second in 0..<3 { _ = subject.failed(second) }
        _ = subject.admit(700)
        return subject
    }

    @Test func theProbeDecides() {
        let good = halfOpen()
        #expect(good.succeeded(701) == nil)
        #expect(good.breaker.state == .closed && good.admit(701))
        #expect(good.failed(702) == nil, "what was before is forgotten")
        let bad = halfOpen()
        #expect(bad.failed(701) == .probe)
        #expect(bad.breaker.state == .open(until: Subject.at(1_301)))
        let dropped = halfOpen()
        dropped.abandoned(701)
        #expect(dropped.admit(701), "the next request is the probe")
    }

    @Test func slownessOpensItOnceFiftyTurnsAreKnown() {
        let slow = Subject(budget: .milliseconds(500))
        for turn in 0..<49 { #expect(slow.succeeded(turn, .milliseconds(turn < 3 ? 900 : 100)) == nil) }
        #expect(slow.succeeded(50, .milliseconds(100)) == .slowness, "three of fifty are above it")
        #expect(!slow.admit(51))
        let fast = Subject(budget: .milliseconds(500))
        for turn in 0..<200 { #expect(fast.succeeded(turn, .milliseconds(turn % 50 < 2 ? 900 : 100)) == nil) }
    }
}
