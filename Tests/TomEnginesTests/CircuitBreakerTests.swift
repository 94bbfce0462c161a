import Testing
import TomConversation
import TomEngines

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private func at(_ seconds: Int) -> Instant { Instant(milliseconds: seconds * 1_000) }

    @Test func threeErrorsInAMinuteOpenItForTenMinutes() {
        var breaker = CircuitBreaker()
        #expect(breaker.failed(at: at(0)) == nil)
        #expect(breaker.failed(at: at(59)) == nil)
        #expect(breaker.failed(at: at(61)) == nil, "the first one is a minute ago")
        #expect(breaker.failed(at: at(62)) == .errors)
        #expect(breaker.state == .open(until: at(662)))
        #expect(!breaker.admit(at: at(661)))
        #expect(breaker.admit(at: at(662)))
        #expect(breaker.state == .halfOpen)
        #expect(!breaker.admit(at: at(663)), "one probe at a time")
    }

    private func halfOpen() -> CircuitBreaker {
        var breaker = CircuitBreaker()
        for second in 0..<3 { _ = breaker.failed(at: at(second)) }
        _ = breaker.admit(at: at(700))
        return breaker
    }

    @Test func theProbeDecides() {
        var good = halfOpen()
        #expect(good.succeeded(after: nil, at: at(701)) == nil)
        #expect(good.state == .closed && good.admit(at: at(701)))
        #expect(good.failed(at: at(702)) == nil, "what was before is forgotten")
        var bad = halfOpen()
        #expect(bad.failed(at: at(701)) == .probe)
        #expect(bad.state == .open(until: at(1_301)))
        var dropped = halfOpen()
        dropped.abandoned(at: at(701))
        #expect(dropped.admit(at: at(701)), "the next request is the probe")
    }

    @Test func slownessOpensItOnceFiftyTurnsAreKnown() {
        var policy = CircuitBreaker.Policy()
        policy.budget = .milliseconds(500)
        var breaker = CircuitBreaker(policy: policy)
        for turn in 0..<49 {
            #expect(breaker.succeeded(after: .milliseconds(turn < 3 ? 900 : 100), at: at(turn)) == nil)
        }
        #expect(breaker.succeeded(after: .milliseconds(100), at: at(50)) == .slowness, "three of fifty are above it")
        #expect(!breaker.admit(at: at(51)))
        breaker = CircuitBreaker(policy: policy)
        for turn in 0..<200 {
            #expect(breaker.succeeded(after: .milliseconds(turn % 50 < 2 ? 900 : 100), at: at(turn)) == nil)
        }
    }
}
