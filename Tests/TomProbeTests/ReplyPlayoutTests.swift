import Testing

@testable import TomProbe

@Suite struct ReplyPlayoutTests {
    private let frame = Duration.milliseconds(20)

    @Test func framesInTimeAreNotLate() {
        var playout = ReplyPlayout(startedAt: .seconds(1))
        for index in 0..<10 {
            let late = playout.append(frame, at: .seconds(1) + .milliseconds(20 * index))
            #expect(late == .zero)
        }
        #expect(playout.endsAt == .milliseconds(1_200))
    }

    @Test func aBurstAheadIsNotLateAndPlaysOn() {
        var playout = ReplyPlayout(startedAt: .zero)
        for _ in 0..<25 { #expect(playout.append(frame, at: .zero) == .zero) }
        #expect(playout.endsAt == .milliseconds(500))
        #expect(playout.played(at: .milliseconds(120)) == .milliseconds(120))
        #expect(playout.played(at: .seconds(3)) == .milliseconds(500))
    }

    @Test func aLateFrameIsLateByTheGapAndMovesTheEnd() {
        var playout = ReplyPlayout(startedAt: .zero)
        _ = playout.append(frame, at: .zero)
        #expect(playout.played(at: .milliseconds(50)) == .milliseconds(20))
        #expect(playout.append(frame, at: .milliseconds(95)) == .milliseconds(75))
        #expect(playout.endsAt == .milliseconds(115))
        // The clock is the first frame's: a late frame does not excuse those behind it.
        #expect(playout.append(frame, at: .milliseconds(96)) == .milliseconds(56))
    }

    @Test func aCutDropsWhatIsQueued() {
        var playout = ReplyPlayout(startedAt: .zero)
        _ = playout.append(.milliseconds(400), at: .zero)
        playout.cut(at: .milliseconds(150))
        #expect(playout.endsAt == .milliseconds(150))
        #expect(playout.played(at: .seconds(1)) == .milliseconds(150))
    }
}
