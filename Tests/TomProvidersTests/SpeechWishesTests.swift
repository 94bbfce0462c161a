import AsyncHTTPClient
import Foundation
import Testing
import TomConversation
import TomEngines

@testable import TomProviders

/// Which voice a client hears of a provider, and how fast it speaks.
@Suite("Voices and speed of providers", .timeLimit(.minutes(1)))
struct SpeechWishesTests {
    private typealias Step = ScriptedHTTP.Step

    private static let audio: [Step] = [
        ScriptedHTTP.head("200 OK", type: "audio/pcm"), .send([1, 0, 2, 0, 3, 0]), .close,
    ]
    private static let file: [Step] = [
        ScriptedHTTP.head("200 OK", type: "audio/wav"), .send(WAVFixture.bytes), .close,
    ]
    private static func refusal(_ status: String = "400 Bad Request") -> [Step] {
        [ScriptedHTTP.head(status), .text(#"{"error":{"code":"invalid_value"}}"#), .close]
    }

    private static func request(preferred: String? = nil, speed: Double = 1) -> SynthesisRequest {
        SynthesisRequest(
            segment: SegmentID(response: ResponseID(1), index: 0), text: "Hello.", language: "en", voice: "en-us",
            preferredVoice: preferred, speed: speed)
    }

    /// Speaks the requests one after the other.
    /// - Returns: how each ended, and the bodies of what the server was asked.
    private func speak(
        _ requests: [SynthesisRequest], to provider: Provider = .tts, answering answers: [[Step]]
    ) async throws -> (ends: [String], bodies: [[String: JSONValue]]) {
        try await withHTTP { http in
            try await ScriptedHTTP.serving(inTurn: answers) { server in
                guard case .voice(let engine) = provider.engine(try provider.client(port: server.port, http: http))
                else { return ([], []) }
                var ends: [String] = []
                for request in requests { ends.append(await Self.end(of: engine, request)) }
                return (ends, try server.requests.map { try Self.body($0) })
            }
        }
    }

    private static func end(of engine: any SpeechSynthesizer, _ request: SynthesisRequest) async -> String {
        let (events, feed) = AsyncStream.makeStream(of: SynthesisEvent.self)
        let task = engine.synthesize(request) { feed.yield($0) }
        defer { task.cancel() }
        for await event in events {
            switch event {
            case .finished: return "finished"
            case .failed(let error): return error.code
            default: continue
            }
        }
        return ""
    }

    private static func body(_ request: String) throws -> [String: JSONValue] {
        let text = try #require(request.range(of: "\r\n\r\n").map { request[$0.upperBound...] })
        return try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8))
    }

    @Test func voiceAndSpeedArePassedOn() async throws {
        let (ends, bodies) = try await speak(
            [Self.request(), Self.request(preferred: "marin", speed: 1.25)], answering: [Self.audio])
        #expect(ends == ["finished", "finished"])
        #expect(bodies.map { $0["voice"] } == ["alloy", "marin"])
        #expect(bodies.map { $0["speed"] } == [nil, 1.25])
    }

    @Test func aVoiceThatTheServerRefusesIsAskedForOnce() async throws {
        for status in ["400 Bad Request", "404 Not Found", "422 Unprocessable"] {
            let (ends, bodies) = try await speak(
                [Self.request(preferred: "marin"), Self.request(preferred: "marin"), Self.request(preferred: "ash")],
                answering: [Self.refusal(status), Self.audio])
            #expect(ends == ["finished", "finished", "finished"])
            #expect(bodies.map { $0["voice"] } == ["marin", "alloy", "alloy", "ash"], "\(status)")
        }
    }

    @Test func aRefusalThatIsNotAboutTheVoiceIsOne() async throws {
        let (ends, bodies) = try await speak(
            [Self.request(preferred: "marin"), Self.request(preferred: "marin")],
            answering: [Self.refusal(), Self.refusal(), Self.audio])
        #expect(ends == ["tts.refused", "finished"])
        #expect(bodies.map { $0["voice"] } == ["marin", "alloy", "marin"])
    }

    @Test func aServerThatFailedMayKnowTheVoice() async throws {
        let (ends, bodies) = try await speak(
            [Self.request(preferred: "marin"), Self.request(preferred: "marin")],
            answering: [Self.refusal("500 Failed"), Self.audio])
        #expect(ends == ["finished", "finished"])
        #expect(bodies.map { $0["voice"] } == ["marin", "alloy", "marin"])
    }

    @Test func otherErrorsAreNotTriedAgain() async throws {
        let (ends, bodies) = try await speak(
            [Self.request(preferred: "marin")], answering: [Self.refusal("401 Unauthorized")])
        #expect(ends == ["tts.unauthorized"] && bodies.count == 1)
    }

    @Test func pipersServerIsToldTheLengthOfSounds() async throws {
        let (ends, bodies) = try await speak(
            [Self.request(), Self.request(preferred: "marin", speed: 2)], to: .piper, answering: [Self.file])
        #expect(ends == ["finished", "finished"])
        #expect(bodies.map { $0["length_scale"] } == [nil, 0.5])
        #expect(bodies.map { $0["voice"] } == ["tone", "tone"])
    }
}
