import NIOCore
import Synchronization
import Testing
import TomEngines
import TomErrors

@testable import TomProviders

/// The contract that every engine behind HTTP keeps, whatever its provider does.
@Suite("Providers that misbehave", .timeLimit(.minutes(1)))
struct ProviderFaultTests {
    typealias Step = ScriptedHTTP.Step

    private func outcome(
        _ provider: Provider, _ steps: [Step], read: TimeAmount = .seconds(10)
    ) async throws -> Provider.Outcome {
        try await withHTTP(read: read) { http in
            try await ScriptedHTTP.serving(steps) { server in
                await provider.ask(try provider.client(port: server.port, http: http))
            }
        }
    }

    static let statuses: [(status: String, code: String, category: ErrorCategory)] = [
        ("401 Unauthorized", "unauthorized", .authentication), ("403 Forbidden", "forbidden", .authorization),
        ("404 Not Found", "not_found", .invalidRequest), ("408 Request Timeout", "timeout", .timeout),
        ("413 Too Large", "too_large", .invalidRequest), ("429 Too Many", "rate_limited", .rateLimit),
        ("400 Bad", "refused", .invalidRequest), ("500 Failed", "provider_failed", .server),
        ("503 Busy", "provider_failed", .server), ("504 Gateway", "timeout", .timeout),
    ]

    @Test(arguments: Provider.allCases)
    func everyStatusIsAnErrorOfItsOwn(provider: Provider) async throws {
        let body = #"{"error":{"code":"bad_thing","message":"sk-secret said by Erika"}}"#
        for expected in Self.statuses {
            let outcome = try await outcome(
                provider, [ScriptedHTTP.head(expected.status, ["Retry-After: 7"]), .text(body), .close])
            let error = try #require(outcome.error)
            #expect(error.code == "\(provider.stage).\(expected.code)")
            #expect(error.category == expected.category)
            #expect(error.message.contains(expected.status.prefix(3)) && error.message.contains("bad_thing"))
            #expect(!"\(error)".contains("secret") && !"\(error)".contains("Erika"), "a body quotes keys and callers")
            #expect(error.message.contains("7 s") == (expected.code == "rate_limited"))
            #expect(outcome.said.isEmpty && !outcome.isFinished)
        }
    }

    @Test(arguments: Provider.allCases)
    func aBrokenConnectionIsAnError(provider: Provider) async throws {
        for steps: [Step] in [[.close], [.reset], [.text("HTTP/1.1 200 OK\r\nContent-Le"), .close]] {
            let error = try #require(try await outcome(provider, steps).error)
            #expect(error.code == "\(provider.stage).connection_lost" && error.category == .connectivity)
        }
        // In the middle of the body.
        let cut: [Step] = [
            .text("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n"),
            .text(provider == .piper ? "RIFF" : "data: {"), .reset,
        ]
        #expect(try await outcome(provider, cut).error?.code == "\(provider.stage).connection_lost")
    }

    @Test(arguments: Provider.allCases)
    func silenceEndsInATimeout(provider: Provider) async throws {
        for steps: [Step] in [[.hang], [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .hang]] {
            let error = try #require(try await outcome(provider, steps, read: .milliseconds(150)).error)
            #expect(error.code == "\(provider.stage).timeout" && error.category == .timeout)
        }
    }

    @Test(arguments: Provider.allCases)
    func nobodyThereIsUnreachable(provider: Provider) async throws {
        let port = try await ScriptedHTTP.serving([]) { $0.port }
        let error = try await withHTTP { http in
            await provider.ask(try provider.client(port: port, http: http)).error
        }
        #expect(error?.code == "\(provider.stage).unreachable")
        #expect(error?.hint?.contains("_PROVIDER_URL") == true)
    }

    @Test(arguments: Provider.allCases)
    func plainTextWhereTLSIsExpectedIsSaid(provider: Provider) async throws {
        let error = try await withHTTP { http in
            try await ScriptedHTTP.serving([.text("HTTP/1.1 200 OK\r\n\r\n"), .close]) { server in
                let endpoint = try ProviderEndpoint(
                    url: "https://127.0.0.1:\(server.port)/v1", key: nil, stage: provider.stage)
                let client = ProviderClient(
                    endpoint: endpoint, stage: provider.stage, egress: EgressPolicy(allowsPublic: false), http: http)
                return await provider.ask(client).error
            }
        }
        #expect(error?.code == "\(provider.stage).tls" || error?.code == "\(provider.stage).timeout")
    }

    @Test(arguments: Provider.allCases)
    func cancellingClosesTheConnectionAndReportsNothing(provider: Provider) async throws {
        for steps: [Step] in [[.hang], [ScriptedHTTP.head("200 OK", type: "text/event-stream"), .hang]] {
            try await withHTTP { http in
                try await ScriptedHTTP.serving(steps) { server in
                    let reports = Reports()
                    let task = provider.begin(try provider.client(port: server.port, http: http)) { reports.add($0) }
                    while server.requests.isEmpty { await Task.yield() }
                    task.cancel()
                    task.cancel()
                    while server.closedConnections == 0 { await Task.yield() }
                    #expect(reports.all.allSatisfy { $0.error == nil && !$0.isFinished })
                }
            }
        }
    }

    @Test func whatIsNoChatCompletionIsMalformed() async throws {
        let stream = ScriptedHTTP.head("200 OK", type: "text/event-stream")
        let cases: [[Step]] = [
            [stream, .text("data: {\"choices\": [\n\n"), .close],
            [stream, .text("data: nonsense\n\n"), .close],
            [stream, .send(Array("data: ".utf8) + [0xFF, 0xFE] + Array("\n\n".utf8)), .close],
            [stream, .send(Array("data: ".utf8) + [UInt8](repeating: 0x61, count: 1 << 21)), .close],
            [ScriptedHTTP.head("200 OK"), .text("[]"), .close],
        ]
        for steps in cases {
            #expect(try await outcome(.llm, steps).error?.code == "llm.malformed")
        }
        #expect(
            try await outcome(.stt, [ScriptedHTTP.head("200 OK"), .text("{}"), .close]).error?.code == "stt.malformed")
    }

    @Test func audioThatEndsWithinASampleIsBad() async throws {
        let outcome = try await outcome(
            .tts, [ScriptedHTTP.head("200 OK", type: "audio/pcm"), .send([1, 0, 2, 0, 3]), .close])
        #expect(outcome.error?.code == "tts.bad_audio")
        #expect(outcome.said == ["[1, 2]@24000"])
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

final class Reports: Sendable {
    private let reports = Mutex<[Provider.Outcome]>([])
    func add(_ outcome: Provider.Outcome) { reports.withLock { $0.append(outcome) } }
    var all: [Provider.Outcome] { reports.withLock { $0 } }
}
