import NIOHTTP1
import Testing
import TomErrors

@testable import TomProbe

/// The probe against a server on a real port.
@Suite struct ProbeRunTests {
    private func options(
        port: Int, calls: Int = 1, turns: Int = 1, framing: ProbeOptions.Framing = .json
    ) throws -> ProbeOptions {
        ProbeOptions(
            url: try ServerURL("ws://127.0.0.1:\(port)"), calls: calls, turns: turns, framing: framing,
            utterances: [try Speech.utterance(frames: 5)], callID: "test")
    }

    @Test(arguments: ProbeOptions.Framing.allCases)
    func twoCallsOfTwoTurnsAreMeasured(framing: ProbeOptions.Framing) async throws {
        try await ScriptedServer.with(.init(greets: true)) { server in
            let probe = Probe(try options(port: server.port, calls: 2, turns: 2, framing: framing))
            let report = try await probe.run()
            #expect(report.failures == [])
            #expect(report.calls == CallCounts(attempted: 2, connected: 2))
            #expect(report.turns == TurnCounts(spoken: 4, answered: 4))
            #expect(report.engines == .init(stt: "script", llm: "script", tts: "script"))
            for measure in [
                ProbeMeasure.endToEndClient, .endToEndServer, .endpointing, .stt, .llmFirstToken, .ttsFirstAudio,
            ] {
                #expect(report[measure]?.count == 4)
            }
            #expect(report[.connect]?.count == 2)
            // Two greetings and four replies of ten frames.
            #expect(report[.frameLateness]?.count == 60)
            #expect(report[.roundTrip] != nil)
            #expect(probe.progress.answered == 4)
            #expect(probe.progress.ended == 2)
        }
    }

    @Test func theTokenTravelsInTheHeaderAndTheCallIDInThePath() async throws {
        try await ScriptedServer.with(.init()) { server in
            _ = try await Probe(try options(port: server.port, calls: 2)) { "token-of-\($0)" }.run()
            let requests = try await server.seenRequests()
            #expect(Set(requests.map(\.uri)) == ["/ws/stream/test-1", "/ws/stream/test-2"])
            for request in requests {
                let id = request.uri.dropFirst("/ws/stream/".count)
                #expect(request.headers["authorization"] == ["Bearer token-of-\(id)"])
                #expect(request.headers["sec-websocket-protocol"] == ["tom.v1"])
            }
        }
    }

    @Test(arguments: [
        (401, "probe.unauthorized"), (403, "probe.forbidden"), (409, "probe.conflict"), (429, "probe.rate_limited"),
        (503, "probe.unavailable"),
    ])
    func aRefusalIsReportedInWords(status: Int, code: String) async throws {
        let refusal = (status, [("Retry-After", "9")], #"{"detail":"because of the test"}"#)
        try await ScriptedServer.with(.init(refusal: refusal)) { server in
            let report = try await Probe(try options(port: server.port)).run()
            #expect(report.failures.map(\.code) == [code])
            #expect(report.failures.first?.message.contains("because of the test") == true)
            #expect(report.verdict == .notMeasured)
            #expect(report.calls == CallCounts(attempted: 1, connected: 0, failed: 1))
        }
    }

    @Test func nobodyListeningIsReported() async throws {
        let port = try await ScriptedServer.with(.init()) { $0.port }
        let report = try await Probe(try options(port: port)).run()
        #expect(report.failures.map(\.code) == ["probe.unreachable"])
        #expect(report.failures.first?.message.contains("refused") == true)
        #expect(report.verdict == .notMeasured)
    }

    @Test func aTurnWithoutAnswerIsAMiss() async throws {
        try await ScriptedServer.with(.init(silentTurns: [2])) { server in
            var options = try options(port: server.port, turns: 2)
            options.replyTimeout = .milliseconds(500)
            let report = try await Probe(options).run()
            #expect(report.turns == TurnCounts(spoken: 2, answered: 1, unanswered: 1))
            #expect(report.verdict == .missed)
        }
    }

    @Test func aMessageThatIsNotTOMEndsTheCall() async throws {
        try await ScriptedServer.with(.init(preface: "{\"type\":\"connected\"")) { server in
            let report = try await Probe(try options(port: server.port)).run()
            #expect(report.failures.map(\.code) == ["probe.unreadable_message"])
        }
    }

    @Test func anUnknownEventIsPassedOver() async throws {
        try await ScriptedServer.with(.init(preface: #"{"type":"news","ts":1}"#)) { server in
            let report = try await Probe(try options(port: server.port)).run()
            #expect(report.failures == [])
            #expect(report.turns == TurnCounts(spoken: 1, answered: 1))
        }
    }

    @Test func aCloseByTheServerIsReportedWithItsCode() async throws {
        try await ScriptedServer.with(.init(closesWith: 1001)) { server in
            let report = try await Probe(try options(port: server.port)).run()
            #expect(report.failures.first?.message.contains("1001") == true)
            #expect(report.calls == CallCounts(attempted: 1, connected: 1, failed: 1))
        }
    }

    @Test func optionsWithoutSpeechAreRefused() async throws {
        var options = try options(port: 1)
        options.utterances = []
        await #expect(throws: ProbeError.self) { try await Probe(options).run() }
    }
}
