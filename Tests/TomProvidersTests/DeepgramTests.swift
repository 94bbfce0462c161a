import NIOCore
import NIOHTTP1
import Synchronization
import Testing
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// The contract of an engine behind a WebSocket, on Deepgram's.
@Suite("Deepgram", .timeLimit(.minutes(1)))
struct DeepgramTests {
    private typealias Incoming = ScriptedWebSocket.Incoming
    private typealias Step = ScriptedWebSocket.Step

    private static func transcriber(
        port: Int, scheme: String = "http", key: String? = "dg-secret", connect: Duration = .seconds(20),
        limits: ProviderSocket.Limits = .init()
    ) throws -> DeepgramTranscriber {
        try DeepgramTranscriber(
            endpoint: ProviderEndpoint(url: "\(scheme)://127.0.0.1:\(port)/?mip_opt_out=true", key: key, stage: "stt"),
            model: "nova-3", egress: EgressPolicy(allowsPublic: false), connectTimeout: connect, limits: limits)
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
        _ script: @escaping @Sendable (ScriptedWebSocket.Incoming) -> [ScriptedWebSocket.Step],
        limits: ProviderSocket.Limits = .init()
    ) async throws -> EngineError {
        try await ScriptedWebSocket.serving(script) { server in
            let events = await transcribe(try Self.transcriber(port: server.port, limits: limits))
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
            #expect(server.texts.prefix(2) == [#"{"type":"Finalize"}"#, #"{"type":"CloseStream"}"#])
            // All of the turn and nothing behind it.
            let frames =
                (0..<12).flatMap { [UInt8](repeating: UInt8($0), count: 320) } + [UInt8](repeating: 99, count: 160)
            #expect(server.audio == frames.flatMap { [$0, 0] })
            while server.closedConnections == 0 { await Task.yield() }
        }
    }

    @Test func everyStatusIsAnErrorOfItsOwn() async throws {
        let body = #"{"err_code":"INVALID_AUTH","err_msg":"Invalid dg-secret of Erika.","request_id":"1"}"#
        for expected in ProviderFaultTests.statuses {
            let steps: [ScriptedHTTP.Step] = [
                ScriptedHTTP.head(expected.status, ["Retry-After: 7"]), .text(body), .close,
            ]
            try await ScriptedHTTP.serving(steps) { server in
                let events = await transcribe(try Self.transcriber(port: server.port))
                guard case .failed(let error) = events.last else { throw Unexpected(events: events) }
                #expect(error.code == "stt.\(expected.code)" && error.category == expected.category)
                #expect(error.message.contains(expected.status.prefix(3)) && error.message.contains("invalid_auth"))
                #expect(!"\(error)".contains("secret") && !"\(error)".contains("Erika"))
                #expect(error.message.contains("7 s") == (expected.code == "rate_limited"))
            }
        }
    }

    @Test func aHandshakeThatFailsIsSaid() async throws {
        let cases: [(steps: [ScriptedHTTP.Step], code: String)] = [
            ([.close], "stt.connection_lost"), ([.reset], "stt.connection_lost"), ([.hang], "stt.timeout"),
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
                let events = await transcribe(
                    try Self.transcriber(
                        port: server.port, connect: expected.code == "stt.timeout" ? .milliseconds(300) : .seconds(20)))
                guard case .failed(let error) = events.last else { throw Unexpected(events: events) }
                #expect(error.code == expected.code, "\(expected.steps)")
                while server.closedConnections == 0 { await Task.yield() }
            }
        }
    }

    @Test func aConnectionThatBreaksIsAnError() async throws {
        #expect(try await failure { if case .opened = $0 { [.cut] } else { [] } }.code == "stt.connection_lost")
        #expect(try await failure { if case .binary = $0 { [.reset] } else { [] } }.code == "stt.connection_lost")
        let closed = try await failure { if case .binary = $0 { [.close(1_011)] } else { [] } }
        #expect(closed.code == "stt.provider_failed" && closed.message.contains("1011") && closed.category == .server)
        #expect(
            try await failure { if case .opened = $0 { [.text(#"{"type":"Error"}"#)] } else { [] } }.code
                == "stt.provider_failed")
    }

    @Test func whatBreaksTheProtocolIsMalformed() async throws {
        // No JSON; a reserved bit; a frame of 8 MB; a continuation of nothing; a masked frame is taken as it comes.
        for step: ScriptedWebSocket.Step in [
            .text("{"), .raw([0xF1, 0x00]), .raw([0x81, 0x7F, 0, 0, 0, 0, 0, 0x80, 0, 0]), .raw([0x80, 0x00]),
            .raw([0x81, 0x02, 0xFF, 0xFE]),
        ] {
            let error = try await failure { if case .opened = $0 { [step] } else { [] } }
            #expect("\(error.code) \(error.category)" == "stt.malformed server", "\(step)")
        }
    }

    @Test func aHalfOpenConnectionIsNoticed() async throws {
        var limits = ProviderSocket.Limits()
        limits.pingAfter = .milliseconds(40)
        limits.pongWithin = .milliseconds(40)
        let error = try await failure({ _ in [] }, limits: limits)
        #expect(error.code == "stt.timeout" && error.category == .timeout)
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

    @Test func nobodyThereIsUnreachable() async throws {
        let port = try await ScriptedHTTP.serving([]) { $0.port }
        guard case .failed(let error) = await transcribe(try Self.transcriber(port: port)).last else {
            throw Unexpected(events: [])
        }
        #expect(error.code == "stt.unreachable" && error.category == .connectivity)
        await #expect(throws: EngineError.self) { try await Self.transcriber(port: port).reach(language: "en") }
    }

    @Test func plainTextWhereTLSIsExpectedIsSaid() async throws {
        try await ScriptedHTTP.serving([.close]) { server in
            let transcriber = try Self.transcriber(port: server.port, scheme: "https", connect: .milliseconds(500))
            guard case .failed(let error) = await transcribe(transcriber).last else { throw Unexpected(events: []) }
            #expect(error.code == "stt.tls" || error.code == "stt.timeout")
        }
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

    @Test func cancellingClosesTheConnectionAndReportsNothing() async throws {
        let reports = Mutex(0)
        for sendsAudio in [false, true] {
            try await ScriptedWebSocket.serving({ if case .opened = $0 { [.ping] } else { [] } }) { server in
                let task = try Self.transcriber(port: server.port).transcribe(Self.request) { _ in
                    reports.withLock { $0 += 1 }
                }
                if sendsAudio { task.append([Int16](repeating: 1, count: 1_600).span) }
                while server.requests.isEmpty || (sendsAudio && server.audio.isEmpty) { await Task.yield() }
                task.cancel()
                task.cancel()
                task.finish()
                while server.closedConnections == 0 { await Task.yield() }
            }
        }
        // In the middle of the handshake.
        try await ScriptedHTTP.serving([.hang]) { server in
            let task = try Self.transcriber(port: server.port).transcribe(Self.request) { _ in
                reports.withLock { $0 += 1 }
            }
            while server.requests.isEmpty { await Task.yield() }
            task.cancel()
            while server.closedConnections == 0 { await Task.yield() }
        }
        #expect(reports.withLock { $0 } == 0)
    }

    @Test func theDoctorOpensAStreamAndClosesIt() async throws {
        try await ScriptedWebSocket.serving({ _ in [] }) { server in
            try await Self.transcriber(port: server.port).reach(language: "de")
            #expect(server.requests.count == 1)
            while server.closedConnections == 0 { await Task.yield() }
        }
    }
}
