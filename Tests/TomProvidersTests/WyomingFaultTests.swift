import Glibc
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// The contract that every engine keeps, whatever its Wyoming server does.
@Suite("Wyoming servers that misbehave", .timeLimit(.minutes(1)))
struct WyomingFaultTests {
    typealias Cue = ScriptedTCP.Cue

    private func outcome(
        _ engine: WyomingEngine, _ cues: [Cue], patience: Duration = .seconds(120)
    ) async throws -> Provider.Outcome {
        try await ScriptedTCP.serving(cues) { server in
            await engine.ask(try engine.client(port: server.port, patience: patience))
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func anAnswerMayComeInAnyPieces(engine: WyomingEngine) async throws {
        let bytes = WyomingEngine.bytes(engine.answer)
        for pieces in [[bytes], bytes.map { [$0] }] {
            let outcome = try await outcome(engine, [Cue(text: engine.asked, steps: pieces.map { .send($0) })])
            #expect(outcome.said == engine.said && outcome.isFinished && outcome.error == nil)
        }
    }

    /// Half-open TCP: the peer accepts and never answers, or stops in the middle of an answer.
    @Test(arguments: WyomingEngine.allCases)
    func silenceEndsInATimeout(engine: WyomingEngine) async throws {
        let part = Array(WyomingEngine.bytes(engine.answer).prefix(engine == .stt ? 70 : 130))
        for cues in [[], [Cue.at(engine.asked, .send(part))]] {
            let error = try #require(try await outcome(engine, cues, patience: .milliseconds(150)).error)
            #expect(error.code == "\(engine.rawValue).timeout" && error.category == .timeout)
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func aConnectionThatIsNeverMadeEndsInATimeout(engine: WyomingEngine) async throws {
        let listener = try FullListener()
        let client = try engine.client(port: listener.port, connectTimeout: .milliseconds(150))
        #expect(await engine.ask(client).error?.code == "\(engine.rawValue).timeout")
    }

    @Test(arguments: WyomingEngine.allCases)
    func aBrokenConnectionIsAnError(engine: WyomingEngine) async throws {
        let part = Array(WyomingEngine.bytes(engine.answer).prefix(engine == .stt ? 70 : 130))
        let cases: [[Cue]] = [
            [.at("", .close)], [.at("", .reset)], [.at(engine.begun, .close)], [.at(engine.asked, .reset)],
            [.at(engine.asked, .send(part), .close)], [.at(engine.asked, .send(part), .reset)],
        ]
        for cues in cases {
            let outcome = try await outcome(engine, cues)
            let error = try #require(outcome.error)
            // A reset may come before the connection counts as made.
            let codes = ["\(engine.rawValue).connection_lost", "\(engine.rawValue).unreachable"]
            #expect(codes.contains(error.code) && error.category == .connectivity)
            #expect(!outcome.isFinished)
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func nobodyThereIsUnreachable(engine: WyomingEngine) async throws {
        let port = try await ScriptedTCP.serving([]) { $0.port }
        let error = await engine.ask(try engine.client(port: port)).error
        #expect(error?.code == "\(engine.rawValue).unreachable")
        #expect(error?.hint?.contains("\(engine.rawValue.uppercased())_WYOMING_URL") == true)
    }

    @Test(arguments: WyomingEngine.allCases)
    func whatIsNotTheProtocolIsMalformed(engine: WyomingEngine) async throws {
        let answers: [[UInt8]] = [
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), Array("{\"type\":\"secret\n".utf8), [0xFF, 0xFE, 0x0A],
            [UInt8](repeating: 0x61, count: (1 << 20) + 100),
        ]
        for answer in answers {
            let error = try #require(try await outcome(engine, [.at(engine.begun, .send(answer))]).error)
            #expect(error.code == "\(engine.rawValue).malformed" && error.category == .server)
            #expect(!"\(error)".contains("secret"))
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func aServersOwnErrorIsOneAndItsSentenceIsNot(engine: WyomingEngine) async throws {
        let event = #"{"type":"error","data":{"text":"Erika said sk-secret","code":"KeyError"}}"# + "\n"
        let error = try #require(try await outcome(engine, [.at(engine.begun, .text(event))]).error)
        #expect(error.code == "\(engine.rawValue).provider_failed" && error.message.contains("KeyError"))
        #expect(!"\(error)".contains("Erika") && !"\(error)".contains("secret"))
    }

    @Test func anOddByteAtTheEndIsBadAudio() async throws {
        let events = [WyomingEngine.audio("abc"), #"{"type":"audio-stop"}"#]
        let outcome = try await outcome(.tts, [.at("synthesize", .send(WyomingEngine.bytes(events)))])
        #expect(outcome.said == ["[25185]@22050"] && outcome.error?.code == "tts.bad_audio")
    }

    /// Cancelled before the connection, at it, before the request's end, and in the middle of an answer.
    @Test(arguments: WyomingEngine.allCases)
    func cancellingClosesTheConnectionAndReportsNothing(engine: WyomingEngine) async throws {
        // A whole event, and a part of the next.
        let part = Array(WyomingEngine.bytes(engine.answer).prefix(engine == .stt ? 70 : 130))
        let cases: [(cues: [Cue], played: Int)] = [
            ([], 0), ([.at("")], 1), ([.at(engine.begun)], 1), ([.at(engine.asked)], 1),
            ([.at(engine.asked, .send(Array(part.prefix(20))))], 1), ([.at(engine.asked, .send(part))], 1),
        ]
        for (cues, played) in cases {
            try await ScriptedTCP.serving(cues) { server in
                let reports = Reports()
                let task = engine.begin(try engine.client(port: server.port)) { reports.add($0) }
                while server.playedCues < played { await Task.yield() }
                task.cancel()
                task.cancel()
                while server.closedConnections < server.openedConnections { await Task.yield() }
                #expect(reports.all.allSatisfy { $0.error == nil && !$0.isFinished })
            }
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func noConnectionIsLeftBehind(engine: WyomingEngine) async throws {
        let answer = ScriptedTCP.Step.send(WyomingEngine.bytes(engine.answer))
        try await ScriptedTCP.serving([Cue(text: engine.asked, steps: [answer])]) { server in
            let client = try engine.client(port: server.port)
            for _ in 0..<100 { #expect(await engine.ask(client).isFinished) }
            while server.closedConnections < 100 { await Task.yield() }
            #expect(server.openedConnections == 100)
        }
    }

    @Test(arguments: WyomingEngine.allCases)
    func aForbiddenAddressIsNotAsked(engine: WyomingEngine) async throws {
        let error = await engine.ask(try engine.client(port: 10_200, host: "192.0.2.1")).error
        #expect(error?.code == "\(engine.rawValue).egress_forbidden" && error?.hint?.contains("ALLOW_EGRESS") == true)
    }
}

/// A port whose queue of connections is full, so that the kernel leaves a further one unanswered: a host that vanished.
private final class FullListener: Sendable {
    let port: Int
    private let sockets: [CInt]

    init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 0) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = Int(UInt16(bigEndian: address.sin_port))
        // One is queued; those behind it wait for an answer to their first packet.
        var sockets = [listener]
        for _ in 0..<4 {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK, 0)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, length) }
            }
            sockets.append(client)
        }
        self.sockets = sockets
    }

    deinit { for socket in sockets { close(socket) } }
}
