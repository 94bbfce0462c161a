import NIOCore
import NIOHTTP1
import Synchronization
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// Deepgram's streams, beyond the contract of all engines.
@Suite("Deepgram", .timeLimit(.minutes(1)))
struct DeepgramTests {
    private typealias Incoming = ScriptedWebSocket.Incoming
    private typealias Step = ScriptedWebSocket.Step

    private static func transcriber(
        port: Int, limits: ProviderSocket.Limits = .init()
    ) throws -> DeepgramTranscriber {
        try DeepgramTranscriber(
            endpoint: ProviderEndpoint(
                url: "http://127.0.0.1:\(port)/?mip_opt_out=true", key: "dg-secret", stage: "stt"),
            model: "nova-3", egress: EgressPolicy(allowsPublic: false), connectTimeout: .seconds(20), limits: limits)
    }

    private static let request = TranscriptionRequest(turn: TurnID(1), language: "en", expectation: .digits)

    /// Transcribes one turn of 250 ms and waits for its end.
    private func transcribe(_ transcriber: DeepgramTranscriber) async -> [TranscriptionEvent] {
        let (stream, feed) = AsyncStream.makeStream(of: TranscriptionEvent.self)
        let task = transcriber.transcribe(Self.request) { event in
            feed.yield(event)
            switch event {
            case .final, .failed: feed.finish()
            case .interim, .failedOver: break
            }
        }
        for frame in 0..<12 { task.append([Int16](repeating: Int16(frame), count: 320).span) }
        task.append([Int16](repeating: 99, count: 160).span)
        task.finish()
        task.append([Int16](repeating: 77, count: 320).span)
        var events: [TranscriptionEvent] = []
        for await event in stream { events.append(event) }
        return events
    }

    private func failure(
        _ script: @escaping @Sendable (ScriptedWebSocket.Incoming) -> [ScriptedWebSocket.Step]
    ) async throws -> EngineError {
        try await ScriptedWebSocket.serving(script) { server in
            let events = await transcribe(try Self.transcriber(port: server.port))
            guard case .failed(let error) = events.last else { throw Unexpected(events: events) }
            return error
        }
    }

    private struct Unexpected: Error { var events: [TranscriptionEvent] }

    private static func results(_ text: String, _ more: String) -> String {
        #"{"type":"Results","duration":1,"channel":{"alternatives":[{"transcript":"\#(text)","confidence":1}]},"#
            + more + "}"
    }

    @Test func aTurnIsStreamed() async throws {
        try await ScriptedWebSocket.serving({ incoming in
            switch incoming {
            case .opened: [.fragments(Self.results("what", #""is_final":false"#), 9)]
            case .text(let text) where text.contains("Finalize"):
                [.text(Self.results("What time?", #""is_final":true,"from_finalize":true"#))]
            case .text(let text) where text.contains("CloseStream"): [.text(#"{"type":"Metadata"}"#), .close(1_000)]
            default: []
            }
        }) { server in
            let events = await transcribe(try Self.transcriber(port: server.port))
            #expect(
                events == [
                    .interim(text: "what", turnComplete: nil),
                    .final(Transcript(text: "What time?", language: "en", confidence: 1)),
                ])
            let request = try #require(server.requests.first)
            #expect(
                request.uri
                    == "/v1/listen?model=nova-3&language=en&encoding=linear16&sample_rate=16000&channels=1"
                    + "&interim_results=true&punctuate=true&endpointing=300&numerals=true&mip_opt_out=true")
            #expect(request.headers["Authorization"] == ["Token dg-secret"])
            #expect(request.headers["Host"] == ["127.0.0.1:\(server.port)"])
            // Nothing is on its way any more.
            while server.connections.closed == 0 { await Task.yield() }
            #expect(server.texts.prefix(2) == [#"{"type":"Finalize"}"#, #"{"type":"CloseStream"}"#])
            // All of the turn and nothing behind it.
            let frames =
                (0..<12).flatMap { [UInt8](repeating: UInt8($0), count: 320) } + [UInt8](repeating: 99, count: 160)
            #expect(server.audio == frames.flatMap { [$0, 0] })
        }
    }

    @Test func aHandshakeThatFailsIsSaid() async throws {
        let cases: [(steps: [ScriptedHTTP.Step], code: String)] = [
            ([.close], "stt.connection_lost"), ([.reset], "stt.connection_lost"),
            ([.text("HTTP/1.1 101 Switch"), .close], "stt.connection_lost"),
            ([.text("nonsense\r\n\r\n")], "stt.malformed"),
            ([ScriptedHTTP.head("200 OK"), .close], "stt.refused"),
            (
                [
                    .text(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: bm90IHRoZSBhbnN3ZXI=\r\n\r\n")
                ], "stt.malformed"
            ),
        ]
        for expected in cases {
            try await ScriptedHTTP.serving(expected.steps) { server in
                let events = await transcribe(try Self.transcriber(port: server.port))
                guard case .failed(let error) = events.last else { throw Unexpected(events: events) }
                #expect(error.code == expected.code, "\(expected.steps)")
                while server.connections.closed == 0 { await Task.yield() }
            }
        }
    }

    @Test func aStreamThatIsGivenUpIsAnError() async throws {
        let closed = try await failure { if case .binary = $0 { [.close(1_011)] } else { [] } }
        #expect(closed.code == "stt.provider_failed" && closed.message.contains("1011") && closed.category == .server)
        #expect(
            try await failure { if case .opened = $0 { [.text(#"{"type":"Error"}"#)] } else { [] } }.code
                == "stt.provider_failed")
    }

    @Test func whatBreaksTheProtocolIsMalformed() async throws {
        // A reserved bit; a continuation of nothing; a masked frame is taken as it comes.
        for step: ScriptedWebSocket.Step in [.raw([0xF1, 0x00]), .raw([0x80, 0x00]), .raw([0x81, 0x02, 0xFF, 0xFE])] {
            let error = try await failure { if case .opened = $0 { [step] } else { [] } }
            #expect("\(error.code) \(error.category)" == "stt.malformed server", "\(step)")
        }
    }

    @Test func aQuietProviderThatAnswersPingsIsAlive() async throws {
        var limits = ProviderSocket.Limits()
        limits.pingAfter = .milliseconds(30)
        limits.pongWithin = .seconds(60)
        limits.keepAlive = (.milliseconds(10), #"{"type":"KeepAlive"}"#)
        let pings = Mutex(0)
        try await ScriptedWebSocket.serving({ incoming in
            guard case .ping = incoming else { return [] }
            let count = pings.withLock { count in
                count += 1
                return count
            }
            return count < 3 ? [.pong] : [.text(#"{"type":"Metadata"}"#)]
        }) { server in
            let events = await transcribe(try Self.transcriber(port: server.port, limits: limits))
            #expect(events == [.final(Transcript(text: "", language: "en"))])
            #expect(server.texts.contains(#"{"type":"KeepAlive"}"#))
        }
    }

    @Test func whatIsNotTakenInEndsTheTurn() async throws {
        var limits = ProviderSocket.Limits()
        limits.maxUnsentBytes = 3_000
        try await ScriptedHTTP.serving([.hang]) { server in
            let events = await transcribe(try Self.transcriber(port: server.port, limits: limits))
            guard case .failed(let error) = events.last else { throw Unexpected(events: events) }
            #expect(error.code == "stt.stalled" && error.category == .connectivity)
        }
    }

    @Test func theDoctorIsToldThatNobodyIsThere() async throws {
        let port = try await ScriptedServer.deadPort()
        await #expect(throws: EngineError.self) { try await Self.transcriber(port: port).reach(language: "en") }
    }

    @Test func aForbiddenAddressIsNotAsked() async throws {
        let transcriber = try DeepgramTranscriber(
            endpoint: ProviderEndpoint(url: "http://192.0.2.1", key: nil, stage: "stt"), model: "nova-3",
            egress: EgressPolicy(allowsPublic: false), connectTimeout: .seconds(1))
        let error = await #expect(throws: EngineError.self) { try await transcriber.checkEgress() }
        #expect(error?.code == "stt.egress_forbidden")
        guard case .failed(let later) = await transcribe(transcriber).last else { throw Unexpected(events: []) }
        #expect(later.code == "stt.egress_forbidden")
    }

    @Test func theDoctorOpensAStreamAndClosesIt() async throws {
        try await ScriptedWebSocket.serving({ _ in [] }) { server in
            try await Self.transcriber(port: server.port).reach(language: "de")
            #expect(server.requests.count == 1)
            while server.connections.closed == 0 { await Task.yield() }
        }
    }
}
