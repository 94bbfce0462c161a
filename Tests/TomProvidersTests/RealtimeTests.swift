import NIOHTTP1
import Testing
import TomAudio
import TomConversation
import TomEngines

@testable import TomProviders

/// A Realtime API's sessions, beyond the contract of all engines.
@Suite("Realtime API", .timeLimit(.minutes(1)))
struct RealtimeTests {
    private struct Unexpected: Error { var events: [String] }

    private static func model(port: Int) throws -> RealtimeModel {
        try RealtimeModel(
            endpoint: ProviderEndpoint(url: "http://127.0.0.1:\(port)/v1", key: "sk-secret", stage: "llm"),
            model: "gpt-realtime", voice: "marin", transcriptionModel: "whisper-1", agent: .forTests,
            egress: EgressPolicy(allowsPublic: false), connectTimeout: .seconds(20))
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
            case .memory, .toolCall, .expects, .endsCall, .cutShort, .failedOver: break
            }
        }
        return (said, nil)
    }

    private func failure(
        _ script: @escaping @Sendable (ScriptedWebSocket.Incoming) -> [ScriptedWebSocket.Step]
    ) async throws -> EngineError {
        try await ScriptedWebSocket.serving(script) { server in
            let (said, error) = await converse(try Self.model(port: server.port))
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
            while server.connections.closed == 0 { await Task.yield() }
        }
    }

    @Test func aSessionThatIsClosedFailsTheAnswer() async throws {
        let delta = #"{"type":"response.output_audio_transcript.delta","delta":"We are"}"#
        for (last, code): (ScriptedWebSocket.Step, String) in [
            (.close(1_000), "llm.connection_lost"), (.close(1_011), "llm.provider_failed"),
            (.raw([0xF1, 0x00]), "llm.malformed"),
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
}
