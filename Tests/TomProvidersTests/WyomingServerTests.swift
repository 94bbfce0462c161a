import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// What Wyoming servers do beyond the contract of all engines.
@Suite("Wyoming servers", .timeLimit(.minutes(1)))
struct WyomingServerTests {
    typealias Cue = ScriptedTCP.Cue

    private func outcome(_ engine: WyomingEngine, _ cues: [Cue]) async throws -> Outcome {
        try await ScriptedTCP.serving(cues) { server in await engine.ask(try engine.client(port: server.port)) }
    }

    @Test(arguments: WyomingEngine.allCases)
    func anAnswerMayComeInAnyPieces(engine: WyomingEngine) async throws {
        let bytes = WyomingEngine.bytes(engine.answer)
        for pieces in [[bytes], bytes.map { [$0] }] {
            let outcome = try await outcome(engine, [Cue(text: engine.asked, steps: pieces.map { .send($0) })])
            #expect(outcome.said == engine.said && outcome.isFinished && outcome.error == nil)
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func aConnectionThatBreaksEarlyIsAnError(engine: WyomingEngine) async throws {
        for cues: [Cue] in [[.at("", .close)], [.at("", .reset)], [.at(engine.begun, .close)]] {
            let error = try #require(try await outcome(engine, cues).error)
            // A reset may come before the connection counts as made.
            let codes = ["\(engine.rawValue).connection_lost", "\(engine.rawValue).unreachable"]
            #expect(codes.contains(error.code) && error.category == .connectivity)
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func whatIsNotTheProtocolIsMalformed(engine: WyomingEngine) async throws {
        for answer: [UInt8] in [Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0xFF, 0xFE, 0x0A]] {
            let error = try await outcome(engine, [.at(engine.begun, .send(answer))]).error
            #expect(error?.code == "\(engine.rawValue).malformed")
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func noConnectionIsLeftBehind(engine: WyomingEngine) async throws {
        let answer = ScriptedTCP.Step.send(WyomingEngine.bytes(engine.answer))
        try await ScriptedTCP.serving([Cue(text: engine.asked, steps: [answer])]) { server in
            let client = try engine.client(port: server.port)
            for _ in 0..<100 { #expect(await engine.ask(client).isFinished) }
            while server.connections.closed < 100 { await Task.yield() }
            #expect(server.connections.opened == 100)
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func aForbiddenAddressIsNotAsked(engine: WyomingEngine) async throws {
        let error = await engine.ask(try engine.client(port: 10_200, host: "192.0.2.1")).error
        #expect(error?.code == "\(engine.rawValue).egress_forbidden" && error?.hint?.contains("ALLOW_EGRESS") == true)
    }
}
