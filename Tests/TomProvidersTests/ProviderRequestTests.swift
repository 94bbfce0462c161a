import Testing
import TomAudio
import TomEngines

@testable import TomProviders

/// What engines behind HTTP ask, and what they make of a good answer.
@Suite("Requests to providers", .timeLimit(.minutes(1)))
struct ProviderRequestTests {
    private func exchange(
        _ provider: Provider, _ steps: [ScriptedHTTP.Step], key: String? = nil, path: String = "/v1"
    ) async throws -> (outcome: Outcome, request: String) {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(steps) { server in
                let outcome = await provider.ask(
                    try provider.client(port: server.port, http: http, key: key, path: path))
                return (outcome, try #require(server.requests.first))
            }
        }
    }

    private static func events(_ data: [String]) -> String { data.map { "data: \($0)\n\n" }.joined() }

    @Test func aModelsAnswerIsStreamed() async throws {
        let text = Self.events([
            #"{"choices":[{"delta":{"role":"assistant","content":""}}]}"#,
            #"{"choices":[{"delta":{"content":"Gr"}}]}"#, #"{"choices":[{"delta":{"content":"üß Gott."}}]}"#,
            #"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#, #"{"choices":[],"usage":{"total_tokens":9}}"#,
            "[DONE]",
        ])
        // In pieces of 7 bytes, so that lines and letters are cut.
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: 7).map {
            ScriptedHTTP.Step.send(Array(bytes[$0..<min($0 + 7, bytes.count)]))
        }
        let (outcome, request) = try await exchange(
            .llm, [ScriptedHTTP.head("200 OK", type: "text/event-stream")] + pieces + [.close], key: "sk-1")
        #expect(outcome.said == ["Gr", "üß Gott."] && outcome.isFinished)
        #expect(request.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
        #expect(request.contains("Authorization: Bearer sk-1\r\n"))
        for part in [
            #""stream":true"#, #""model":"m""#, #""role":"system""#, #""content":"hi""#, #""name":"take_message""#,
        ] {
            #expect(request.contains(part), "\(part)")
        }
    }

    @Test func aServerThatDoesNotStreamIsUnderstood() async throws {
        let body = #"{"choices":[{"message":{"role":"assistant","content":"Hello."},"finish_reason":"stop"}]}"#
        let (outcome, _) = try await exchange(.llm, [ScriptedHTTP.head("200 OK"), .text(body), .close])
        #expect(outcome.said == ["Hello."] && outcome.isFinished)
    }

    @Test func aProviderThatDoesNotCountTokensIsNotAskedTo() async throws {
        let answer = #"{"choices":[{"message":{"content":"Hello."},"finish_reason":"stop"}]}"#
        try await withHTTP { http in
            let scripts: [[ScriptedHTTP.Step]] = [
                [ScriptedHTTP.head("400 Bad Request"), .text("{}"), .close],
                [ScriptedHTTP.head("200 OK"), .text(answer), .close],
            ]
            try await ScriptedHTTP.serving(inTurn: scripts) { server in
                let outcome = await Provider.llm.ask(try Provider.llm.client(port: server.port, http: http))
                #expect(outcome.said == ["Hello."] && outcome.isFinished)
                #expect(server.requests.map { $0.contains("stream_options") } == [true, false])
            }
        }
    }

    @Test func aTranscriptIsStreamed() async throws {
        let text = Self.events([
            #"{"type":"transcript.text.delta","delta":"Grüß"}"#, #"{"type":"transcript.text.delta","delta":" Gott"}"#,
            #"{"type":"transcript.text.done","text":"Grüß Gott."}"#, "[DONE]",
        ])
        let (outcome, request) = try await exchange(
            .stt, [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .text(text), .close])
        #expect(outcome.interims == ["Grüß", "Grüß Gott"])
        #expect(outcome.said == ["Grüß Gott."] && outcome.isFinished)
        #expect(request.contains("name=\"stream\"\r\n\r\ntrue\r\n"))
        let cut = Self.events([#"{"type":"transcript.text.delta","delta":"Gr"}"#])
        let (lost, _) = try await exchange(
            .stt, [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .text(cut), .close])
        #expect(lost.error?.code == "stt.connection_lost")
    }

    /// One refuses the field; the other, `transformers serve`, streams bare words.
    @Test(arguments: [
        [ScriptedHTTP.head("400 Bad Request"), .text("{}"), .close],
        [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .text("data: Hel\n\ndata: lo.\n\n"), .close],
    ])
    func aProviderThatStreamsNoTranscriptsIsNotAskedTo(first: [ScriptedHTTP.Step]) async throws {
        try await withHTTP { http in
            let scripts = [first, [ScriptedHTTP.head("200 OK"), .text(#"{"text":"Hello."}"#), .close]]
            try await ScriptedHTTP.serving(inTurn: scripts) { server in
                let outcome = await Provider.stt.ask(try Provider.stt.client(port: server.port, http: http))
                #expect(outcome.said == ["Hello."] && outcome.isFinished)
                #expect(server.requests.map { $0.contains("name=\"stream\"") } == [true, false])
            }
        }
    }

    @Test func aCallThatBeginsOpensAConnectionOnce() async throws {
        try await withHTTP { http in
            try await ScriptedHTTP.serving([ScriptedHTTP.head("200 OK"), .text("{}"), .close]) { server in
                let client = try Provider.tts.client(port: server.port, http: http)
                let engine = OpenAISynthesizer(client: client, model: "tts-1", voice: "alloy")
                engine.prepare()
                while server.requests.isEmpty { await Task.yield() }
                engine.prepare()
                _ = try await client.reach()
                #expect(server.requests.map { $0.prefix(14) } == ["GET /v1/models", "GET /v1/models"])
            }
        }
    }

    @Test func aTurnIsSentAsAWAVFile() async throws {
        let (outcome, request) = try await exchange(
            .stt, [ScriptedHTTP.head("200 OK"), .text(#"{"text":" What are your hours? "}"#), .close])
        #expect(outcome.said == [" What are your hours? "] && outcome.isFinished)
        #expect(request.hasPrefix("POST /v1/audio/transcriptions HTTP/1.1\r\n"))
        for part in [
            "name=\"model\"\r\n\r\nwhisper-1", "name=\"language\"\r\n\r\nen\r\n", "filename=\"turn.wav\"", "RIFF",
            "WAVEfmt",
        ] {
            #expect(request.contains(part), "\(part)")
        }
        #expect(!request.contains("Authorization"))
    }

    @Test func speechIsPassedOnAsItComes() async throws {
        let steps: [ScriptedHTTP.Step] = [
            ScriptedHTTP.head("200 OK", type: "audio/pcm"), .send([1, 0, 2, 0, 3]), .send([1]), .send([4, 0]), .close,
        ]
        let (outcome, request) = try await exchange(.tts, steps)
        let samples = outcome.said.joined().split { !"0123456789".contains($0) }.filter { $0 != "24000" }
        #expect(samples == ["1", "2", "259", "4"] && outcome.isFinished)
        #expect(request.hasPrefix("POST /v1/audio/speech HTTP/1.1\r\n"))
        #expect(request.contains(#""response_format":"pcm""#) && request.contains(#""voice":"alloy""#))
    }

    @Test func speechInAWAVFileIsUnderstood() async throws {
        var body = SpeechBody(rawRate: .hz24000)
        var samples: [Int16] = []
        for byte in WAVFixture.bytes {
            guard case .audio(let piece, let rate)? = try body.take([byte]) else { continue }
            samples += piece
            #expect(rate.hertz == 22_050)
        }
        try body.finish()
        #expect(samples == [1, -2, 3])
    }

    @Test func azureIsAskedInItsOwnWay() throws {
        let endpoint = try ProviderEndpoint(
            url: "https://x.openai.azure.com/openai/deployments/gpt/?api-version=2024-10-21", key: "k", stage: "llm")
        #expect(
            endpoint.url("/chat/completions")
                == "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21")
        #expect(endpoint.authorization?.name == "api-key" && endpoint.authorization?.value == "k")
    }

    @Test(arguments: [
        "", "ftp://a/v1", "127.0.0.1:80/v1", "http://", "http://user:pass@host/v1", "http:///v1", "http://a b/",
    ])
    func aBadURLIsRefused(url: String) {
        let error = #expect(throws: EngineError.self) { try ProviderEndpoint(url: url, key: "sk-1", stage: "llm") }
        #expect(error?.code == "llm.bad_url" && "\(error!)".contains("sk-1") == false)
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("10.1.2.3", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.9.9", true),
        ("169.254.1.1", true), ("8.8.8.8", false), ("::1", true), ("fd00::1", true), ("fe80::1", true),
        ("2001:db8::1", false), ("::ffff:10.0.0.1", true), ("::ffff:8.8.8.8", false), ("localhost", true),
    ])
    func whatMayBeAskedWithoutEgress(host: String, isOwn: Bool) {
        func code(_ allows: Bool) -> String? {
            do throws(EngineError) {
                try EgressPolicy(allowsPublic: allows).check(host: host, stage: "llm")
                return nil
            } catch { return error.code }
        }
        #expect(code(false) == (isOwn ? nil : "llm.egress_forbidden"))
        #expect(code(true) == nil)
    }

    @Test func aForbiddenAddressIsNotAskedEither() async throws {
        let error = try await withHTTP { http in
            let endpoint = try ProviderEndpoint(url: "http://192.0.2.1/v1", key: nil, stage: "llm")
            let client = ProviderClient(
                endpoint: endpoint, stage: "llm", egress: EgressPolicy(allowsPublic: false), http: http)
            return await Provider.llm.ask(client).error
        }
        #expect(error?.code == "llm.egress_forbidden" && error?.hint?.contains("ALLOW_EGRESS") == true)
    }
}

enum WAVFixture {
    static let bytes = WAV.write(samples: [1, -2, 3], rate: .hz22050)
}
