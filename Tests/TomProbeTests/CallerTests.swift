import Testing
import TomWire

@testable import TomProbe

/// Drives a ``Caller`` under a clock that the test turns.
struct CallerDialogue {
    var caller: Caller
    var now = Duration.zero
    private(set) var actions: [Caller.Action] = []

    init(turns: Int? = 1, duration: Duration? = nil, frames: Int = 5) throws {
        let script = Caller.Script(
            utterances: [try Speech.utterance(frames: frames)], turns: turns, duration: duration,
            pause: .milliseconds(100),
            replyTimeout: .seconds(2))
        caller = Caller(script: script, start: ClientEvent.Start())
        actions = caller.handle(.opened, at: now)
    }

    /// Lets `milliseconds` pass in ticks of 20 ms.
    @discardableResult
    mutating func wait(_ milliseconds: Int) -> [Caller.Action] {
        var made: [Caller.Action] = []
        for _ in 0..<milliseconds / 20 {
            now += .milliseconds(20)
            made += caller.handle(.tick(late: .zero), at: now)
        }
        actions += made
        return made
    }

    @discardableResult
    mutating func say(_ event: ServerEvent) -> [Caller.Action] {
        let made = caller.handle(.event(event), at: now)
        actions += made
        return made
    }

    mutating func connect(framing: ClientEvent.Start.Framing = .json) {
        say(
            .connected(
                .init(
                    callID: "c", input: .standard, output: .standard, framing: framing,
                    engines: .init(stt: "s", llm: "l", tts: "t"),
                    limits: .init(messagesPerSecond: 120, maxMessageBytes: 65_536))))
    }

    mutating func audio(_ response: String, turn: String = "t1", ms: Int) {
        say(.ttsAudio(.init(format: .standard, byteCount: 32 * ms, seq: 0, turnID: turn, responseID: response)))
    }

    mutating func end(_ response: String, _ status: ServerEvent.TurnStatus = .completed, e2e: Double? = 600) {
        say(
            .turnEnd(
                .init(
                    turnID: "t1", responseID: response, status: status,
                    latency: .init(endpointingMs: 500, sttMs: 10, llmFirstTokenMs: 20, ttsFirstAudioMs: 30, e2eMs: e2e))
            ))
    }

    /// Connects, lets the greeting's time pass, and speaks one utterance to its end.
    mutating func speakFirstTurn() {
        connect()
        while caller.phase != .speaking(frame: 0) { wait(20) }
        while case .speaking = caller.phase { wait(20) }
    }
}

@Suite struct CallerTests {
    @Test func aTurnIsSpokenAnsweredAndMeasured() throws {
        var call = try CallerDialogue()
        #expect(call.actions == [.send(.start(ClientEvent.Start()))])
        call.speakFirstTurn()
        let spoken = call.actions.filter { if case .speak = $0 { true } else { false } }
        #expect(spoken == (0..<10).map { .speak(utterance: 0, frame: $0) })
        call.wait(300)
        call.audio("r1", ms: 200)
        call.end("r1")
        #expect(call.caller.record.turns.answered == 0)
        call.wait(200)
        #expect(call.caller.record.turns == TurnCounts(spoken: 1, answered: 1))
        call.wait(100)
        #expect(call.actions.last == .send(.stop(reason: "probe_done")))
        #expect(call.say(.stopped(reason: "caller_hung_up")) == [.finish])
        let record = call.caller.record
        #expect(record.failure == nil)
        // The last speech is frame 4; five frames of tail and 300 ms follow.
        #expect(record.measurements[.endToEndClient] == [400])
        #expect(record.measurements[.endToEndServer] == [600])
        #expect(record.measurements[.endpointing] == [500])
        #expect(record.measurements[.stt] == [10])
        #expect(record.measurements[.llmFirstToken] == [20])
        #expect(record.measurements[.ttsFirstAudio] == [30])
    }

    @Test func aGreetingIsHeardOutBeforeTheCallerSpeaks() throws {
        var call = try CallerDialogue()
        call.connect()
        call.wait(100)
        call.audio("r1", turn: "t0", ms: 400)
        call.end("r1")
        let meanwhile = call.wait(380)
        #expect(!meanwhile.contains { if case .speak = $0 { true } else { false } })
        call.wait(200)
        #expect(call.caller.phase != .greeting(until: .milliseconds(1_500)))
        call.wait(200)
        call.wait(300)
        #expect(call.caller.record.measurements[.endToEndServer].isEmpty)
    }

    @Test func aGreetingWithoutTurnEndIsOverWhenItIsSilent() throws {
        var call = try CallerDialogue()
        call.connect()
        call.audio("r1", turn: "t0", ms: 400)
        call.wait(1_800)
        #expect(call.caller.answer == "r1")
        call.wait(300)
        #expect(call.caller.answer == nil)
    }

    @Test func aReplyThatNeverComesIsUnanswered() throws {
        var call = try CallerDialogue(turns: 2)
        call.speakFirstTurn()
        call.wait(2_000)
        #expect(call.caller.record.turns == TurnCounts(spoken: 1, unanswered: 1))
        call.wait(600)
        #expect(call.caller.record.turns.spoken == 2)
    }

    @Test func aFailedReplyIsUnanswered() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        call.end("r1", .failed, e2e: nil)
        #expect(call.caller.record.turns == TurnCounts(spoken: 1, unanswered: 1))
    }

    @Test func anAnswerWithoutAudioCountsButHasNoLatency() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        call.say(.llmToken(text: "x", turnID: "t1", responseID: "r1"))
        call.end("r1", e2e: nil)
        #expect(call.caller.record.turns.answered == 1)
        #expect(call.caller.record.measurements[.endToEndClient].isEmpty)
    }

    @Test func aSecondAnswerToOneTurnIsCounted() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        call.audio("r1", ms: 200)
        call.audio("r2", ms: 200)
        call.end("r1")
        call.wait(200)
        #expect(call.caller.record.turns == TurnCounts(spoken: 1, answered: 1, doubled: 1))
    }

    @Test func anEarlyAnswerGivenUpForTheWholeIsNotTheTurns() throws {
        var call = try CallerDialogue(frames: 20)
        call.connect()
        while call.caller.phase != .speaking(frame: 10) { call.wait(20) }
        call.audio("r1", ms: 100)
        call.end("r1", .interrupted)
        while case .speaking = call.caller.phase { call.wait(20) }
        call.wait(200)
        call.audio("r2", ms: 100)
        call.end("r2")
        call.wait(100)
        #expect(call.caller.record.turns == TurnCounts(spoken: 1, answered: 1))
        #expect(call.caller.record.measurements[.endToEndClient] == [300])
    }

    @Test func aLateWordOnAnOldReplyIsNoAnswer() throws {
        var call = try CallerDialogue(turns: 2)
        call.speakFirstTurn()
        call.audio("r1", ms: 100)
        call.end("r1")
        call.wait(220)
        while case .speaking = call.caller.phase { call.wait(20) }
        while case .pausing = call.caller.phase { call.wait(20) }
        while case .speaking = call.caller.phase { call.wait(20) }
        #expect(call.caller.record.turns.spoken == 2)
        call.end("r1")
        #expect(call.caller.record.turns.answered == 1)
        #expect(call.caller.answer == nil)
    }

    @Test func pingsGoOutEverySecondAndPongsAreMeasured() throws {
        var call = try CallerDialogue()
        call.connect()
        call.wait(1_100)
        let pings = call.actions.compactMap { if case .send(.ping(_, let id)) = $0 { id } else { nil } }
        #expect(pings == [JSONScalar(1), JSONScalar(2)])
        call.say(.pong(ts: nil, id: JSONScalar(2)))
        call.say(.pong(ts: nil, id: JSONScalar(2)))
        call.say(.pong(ts: nil, id: JSONScalar("x")))
        #expect(call.caller.record.measurements[.roundTrip] == [80])
    }

    @Test func playbackIsReportedWhileTheReplyPlaysAndAtItsEnd() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        call.audio("r1", ms: 250)
        call.end("r1")
        let made = call.wait(320)
        let reports = made.compactMap { if case .send(.playback("r1", let ms)) = $0 { ms } else { nil } }
        #expect(reports == [100, 200, 250])
    }

    @Test func binaryFramesBelongToTheReplyThatWasAnnounced() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        _ = call.caller.handle(.binary(bytes: 640), at: call.now)
        #expect(call.caller.record.measurements[.frameLateness].isEmpty)
        call.say(.ttsStart(responseID: "r1", turnID: "t1"))
        call.wait(100)
        _ = call.caller.handle(.binary(bytes: 640), at: call.now)
        call.say(.ttsEnd(responseID: "r1"))
        call.end("r1")
        call.wait(20)
        #expect(call.caller.record.turns.answered == 1)
        #expect(call.caller.record.measurements[.endToEndClient] == [200])
        #expect(call.caller.record.measurements[.frameLateness] == [0])
    }

    @Test func noConnectedEventIsAFailure() throws {
        var call = try CallerDialogue()
        call.wait(10_020)
        #expect(call.actions.last == .finish)
        #expect(call.caller.record.failure?.code == "probe.no_connected_event")
        #expect(call.wait(100).isEmpty)
    }

    @Test func aCallEndedByTheServerIsAFailureWithItsReason() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        #expect(call.say(.stopped(reason: "draining")) == [.finish])
        #expect(call.caller.record.failure?.message.contains("draining") == true)
        #expect(call.caller.record.turns == TurnCounts(spoken: 1, unanswered: 1))
    }

    @Test func aLostConnectionIsAFailure() throws {
        var call = try CallerDialogue()
        call.connect()
        #expect(call.caller.handle(.closed(code: 1013), at: call.now) == [.finish])
        #expect(call.caller.record.failure?.message.contains("1013") == true)
    }

    @Test func aServerSlowToCloseAfterStopDoesNoHarm() throws {
        var call = try CallerDialogue()
        call.speakFirstTurn()
        call.end("r1")
        call.wait(3_200)
        #expect(call.actions.last == .finish)
        #expect(call.caller.record.failure == nil)
    }

    @Test func theDurationBoundsTheTurns() throws {
        var call = try CallerDialogue(turns: nil, duration: .seconds(5))
        call.connect()
        for turn in 1...20 where call.caller.record.turns.spoken < turn {
            while call.now < .seconds(8), case .pausing = call.caller.phase { call.wait(20) }
            while call.now < .seconds(8), call.caller.record.turns.spoken < turn { call.wait(20) }
            call.audio("r\(turn)", ms: 100)
            call.end("r\(turn)")
        }
        #expect(call.actions.contains(.send(.stop(reason: "probe_done"))))
        let turns = call.caller.record.turns
        #expect((5...12).contains(turns.spoken))
        #expect(turns.answered == turns.spoken)
    }
}
