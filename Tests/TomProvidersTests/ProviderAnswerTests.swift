import NIOHTTP1
import Testing
import TomEngines
import TomErrors

@testable import TomProviders

/// What engines behind HTTP make of answers that are none, beyond the contract of all engines.
@Suite("Answers of providers", .timeLimit(.minutes(1)))
struct ProviderAnswerTests {
    typealias Step = ScriptedHTTP.Step

    private func outcome(_ provider: Provider, _ steps: [Step]) async throws -> Outcome {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(steps) { server in
                await provider.ask(try provider.client(port: server.port, http: http))
            }
        }
    }

    @Test func everyStatusMeansSomething() {
        let expected: [(status: Int, code: String, category: ErrorCategory)] = [
            (301, "refused", .invalidRequest), (400, "refused", .invalidRequest),
            (401, "unauthorized", .authentication), (402, "quota", .quota), (405, "refused", .invalidRequest),
            (403, "forbidden", .authorization), (404, "not_found", .invalidRequest), (408, "timeout", .timeout),
            (413, "too_large", .invalidRequest), (429, "rate_limited", .rateLimit),
            (500, "provider_failed", .server), (503, "provider_failed", .server), (504, "timeout", .timeout),
        ]
        for (status, code, category) in expected {
            let error = EngineError.status(
                HTTPResponseStatus(statusCode: status), stage: "llm", reason: nil, retryAfter: nil)
            #expect(error.code == "llm.\(code)" && error.category == category && error.hint != nil)
            #expect(error.blamesRequest == [400, 413].contains(status))
        }
    }

    @Test(arguments: Provider.allCases)
    func anAnswerCutInItsHeadIsLost(provider: Provider) async throws {
        let error = try await outcome(provider, [.text("HTTP/1.1 200 OK\r\nContent-Le"), .close]).error
        #expect(error?.code == "\(provider.stage).connection_lost")
    }

    @Test func whatIsNoChatCompletionIsMalformed() async throws {
        let stream = ScriptedHTTP.head("200 OK", type: "text/event-stream")
        let cases: [[Step]] = [
            [stream, .text("data: nonsense\n\n"), .close],
            [stream, .send(Array("data: ".utf8) + [0xFF, 0xFE] + Array("\n\n".utf8)), .close],
            [ScriptedHTTP.head("200 OK"), .text("[]"), .close],
        ]
        for steps in cases {
            #expect(try await outcome(.llm, steps).error?.code == "llm.malformed")
        }
        #expect(
            try await outcome(.stt, [ScriptedHTTP.head("200 OK"), .text("{}"), .close]).error?.code == "stt.malformed")
    }

    @Test func piperAnswersWithAWAVFileOrNot() async throws {
        let head = ScriptedHTTP.head("200 OK", type: "audio/wav")
        let good = try await outcome(.piper, [head, .send(WAVFixture.bytes), .close])
        #expect(good.said == ["[1, -2, 3]@22050"] && good.isFinished)
        for body in [[], [1, 0], Array("RIFF".utf8), Array("<html>".utf8), Array(WAVFixture.bytes.prefix(40))]
            as [[UInt8]]
        {
            #expect(try await outcome(.piper, [head, .send(body), .close]).error?.code == "tts.bad_audio")
        }
    }

    @Test func aStreamThatEndsWithoutAnEndIsLost() async throws {
        let steps: [Step] = [
            ScriptedHTTP.head("200 OK", type: "text/event-stream"),
            .text("data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"), .close,
        ]
        let outcome = try await outcome(.llm, steps)
        #expect(outcome.said == ["Hel"] && outcome.error?.code == "llm.connection_lost")
    }
}
