import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing
import TomAudio
import TomConversation
import TomEngines
import TomErrors

@testable import TomProviders

/// The contract of an engine behind a WebSocket, on a Realtime API's.
@Suite("Realtime API", .timeLimit(.minutes(1)))
struct RealtimeTests {
    private struct Unexpected: Error { var events: [String] }

    private static func model(
        port: Int, scheme: String = "http", connect: Duration = .seconds(20), limits: ProviderSocket.Limits = .init()
    ) throws -> RealtimeModel {
        try RealtimeModel(
            endpoint: ProviderEndpoint(url: "\(scheme)://127.0.0.1:\(port)/v1", key: "sk-secret", stage: "llm"),
            model: "gpt-realtime", voice: "marin", transcriptionModel: "whisper-1",
            agent: try Agent.bundled(language: "en"), egress: EgressPolicy(allowsPublic: false),
            connectTimeout: connect, limits: limits)
    }

    /// One spoken turn and its answer, up to the answer's end.
    private func converse(_ model: RealtimeModel) async -> (said: [String], error: EngineError?) {
        let call = model.open(language: "en", tools: [])
        defer { call.close() }
        let turn = TurnID(1)
        let transcription = call.transcriber.transcribe(
            TranscriptionRequest(turn: turn, language: "en", expectation: .open)
        ) { _ in }
        for _ in 0..<10 { transcription.append([Int16](repeating: 500, count: 320).span) }
        transcription.finish()
        let (events, feed) = AsyncStream.makeStream(of: ResponseEvent.self)
        let history = [Item(id: ItemID(1), turn: turn, content: .speech(transcript: nil, durationMs: 200))]
        let task = call.languageModel.respond(
            to: ResponseRequest(response: ResponseID(1), turn: turn, language: "en", history: history)
        ) { feed.yield($0) }
        defer { task.cancel() }
        var said: [String] = []
        for await event in events {
            switch event {
            case .text(let text): said.append(text)
            case .audio(let samples, let rate): said.append("\(samples.count)@\(rate.hertz)")
            case .finished: return (said, nil)
            case .failed(let error): return (said, error)
            case .broke(let failover): return (said, failover.error)
            case .memory, .toolCall, .expects, .endsCall, .failedOver: break
            }
        }
        return (said, nil)
    }

    private func failure(
        _ script: @escaping @Sendable (ScriptedWebSocket.Incoming) -> [ScriptedWebSocket.Step],
        limits: ProviderSocket.Limits = .init()
    ) async throws -> EngineError {
        try await ScriptedWebSocket.serving(script) { server in
            let (said, error) = await converse(try Self.model(port: server.port, limits: limits))
            guard let error else { throw Unexpected(events: said) }
            return error
        }
    }

    @Test func aTurnIsHeardAndAnswered() async throws {
        try await ScriptedWebSocket.serving({ incoming in
            guard case .text(let text) = incoming else { return [] }
            if text.contains("input_audio_buffer.commit") {
                return [.text(#"{"type":"input_audio_buffer.committed","item_id":"u1"}"#)]
            }
            guard text.contains("response.create") else { return [.text(#"{"type":"rate_limits.updated"}"#)] }
            return [
                .text(#"{"type":"response.created"}"#),
                .fragments(#"{"type":"response.output_audio_transcript.delta","delta":"Grüß Gott."}"#, 7),
                .text(#"{"type":"response.output_audio.delta","item_id":"a","delta":"AQACAA=="}"#),
                .text(#"{"type":"response.done","response":{"status":"completed"}}"#),
            ]
        }) { server in
            let (said, error) = await converse(try Self.model(port: server.port))
            #expect(said == ["Grüß Gott.", "2@24000"] && error == nil)
            let request = try #require(server.requests.first)
            #expect(request.uri == "/v1/realtime?model=gpt-realtime")
            #expect(request.headers["Authorization"] == ["Bearer sk-secret"])
            let kinds = server.texts.map { text in
                ["session.update", "append", "commit", "response.create"].first { text.contains($0) } ?? text
            }
            // 200 ms of audio at 24 kHz, in pieces of 100 ms; the filter's delay leaves a last one.
            #expect(kinds.first == "session.update" && kinds.suffix(2) == ["commit", "response.create"])
            #expect((2...3).contains(kinds.count { $0 == "append" }))
            while server.closedConnections == 0 { await Task.yield() }
        }
    }

    @Test func everyStatusIsAnErrorOfItsOwn() async throws {
        let body = #"{"error":{"code":"bad_thing","message":"sk-secret said by Erika"}}"#
        for expected in ProviderFaultTests.statuses {
            let steps: [ScriptedHTTP.Step] = [
                ScriptedHTTP.head(expected.status, ["Retry-After: 7"]), .text(body), .close,
            ]
            try await ScriptedHTTP.serving(steps) { server in
                let error = try #require(await converse(try Self.model(port: server.port)).error)
                #expect(error.code == "llm.\(expected.code)" && error.category == expected.category)
                #expect(error.message.contains("bad_thing") && !"\(error)".contains("secret"))
            }
        }
    }

    @Test func aConnectionThatBreaksFailsTheAnswer() async throws {
        let delta = #"{"type":"response.output_audio_transcript.delta","delta":"We are"}"#
        for (last, code): (ScriptedWebSocket.Step, String) in [
            (.cut, "llm.connection_lost"), (.reset, "llm.connection_lost"), (.close(1_000), "llm.connection_lost"),
            (.close(1_011), "llm.provider_failed"), (.text("nonsense"), "llm.malformed"),
            (.raw([0xF1, 0x00]), "llm.malformed"), (.raw([0x81, 0x7F, 0, 0, 0, 0, 0, 0x80, 0, 0]), "llm.malformed"),
        ] {
            let error = try await failure { incoming in
                if case .text(let text) = incoming, text.contains("response.create") {
                    [.text(delta), last]
                } else {
                    []
                }
            }
            #expect(error.code == code, "\(last)")
        }
    }

    @Test func aHalfOpenConnectionIsNoticed() async throws {
        var limits = ProviderSocket.Limits()
        limits.pingAfter = .milliseconds(40)
        limits.pongWithin = .milliseconds(40)
        let error = try await failure({ _ in [] }, limits: limits)
        #expect(error.code == "llm.timeout" && error.category == .timeout)
    }

    @Test func aHandshakeThatHangsOrFailsIsSaid() async throws {
        for (steps, code): ([ScriptedHTTP.Step], String) in [
            ([.close], "llm.connection_lost"), ([.hang], "llm.timeout"), ([.text("nonsense\r\n\r\n")], "llm.malformed"),
        ] {
            try await ScriptedHTTP.serving(steps) { server in
                let connect: Duration = code == "llm.timeout" ? .milliseconds(300) : .seconds(20)
                let error = await converse(try Self.model(port: server.port, connect: connect)).error
                #expect(error?.code == code)
            }
        }
        let port = try await ScriptedHTTP.serving([]) { $0.port }
        #expect(await converse(try Self.model(port: port)).error?.code == "llm.unreachable")
    }

    @Test func plainTextWhereTLSIsExpectedIsSaid() async throws {
        // A server that speaks first, as a plain one answers the first bytes of TLS.
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"), promise: nil)
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let error = await converse(try Self.model(port: port, scheme: "https")).error
        #expect(error?.code == "llm.tls" && error?.category == .connectivity)
        try await server.close()
    }

    @Test func closingACallClosesItsConnectionAndReportsNothing() async throws {
        let reports = Mutex(0)
        for steps: [ScriptedWebSocket.Step] in [[], [.text(#"{"type":"response.created"}"#)]] {
            try await ScriptedWebSocket.serving({ incoming in
                if case .text(let text) = incoming, text.contains("response.create") { steps } else { [] }
            }) { server in
                let call = try Self.model(port: server.port).open(language: "en", tools: [])
                let request = ResponseRequest(response: ResponseID(1), turn: TurnID(1), language: "en", history: [])
                let task = call.languageModel.respond(to: request) { event in
                    if case .memory = event { return }
                    reports.withLock { $0 += 1 }
                }
                while !server.texts.contains(where: { $0.contains("response.create") }) { await Task.yield() }
                task.cancel()
                call.close()
                call.close()
                while server.closedConnections == 0 { await Task.yield() }
            }
        }
        // In the middle of the handshake.
        try await ScriptedHTTP.serving([.hang]) { server in
            let call = try Self.model(port: server.port).open(language: "en", tools: [])
            while server.requests.isEmpty { await Task.yield() }
            call.close()
            while server.closedConnections == 0 { await Task.yield() }
        }
        #expect(reports.withLock { $0 } == 0)
    }
}
