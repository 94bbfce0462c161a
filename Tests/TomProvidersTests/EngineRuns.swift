import AsyncHTTPClient
import NIOCore
import Synchronization
import TomAudio
import TomConversation
import TomEngines

@testable import TomProviders

/// One of the engines behind HTTP, asked once.
enum Provider: String, CaseIterable, Sendable {
    case stt, llm, tts
    /// Piper's HTTP server.
    case piper

    /// How its errors' codes begin.
    var stage: String { self == .piper ? "tts" : rawValue }

    /// What it delivered: the payload in words, and the error it failed with.
    struct Outcome: Sendable, Equatable {
        /// What was reported before the end, where it may still change.
        var interims: [String] = []
        var said: [String] = []
        var error: EngineError?
        var isFinished = false
    }

    /// Begins a request; `report` is called for every event.
    func begin(_ client: ProviderClient, _ report: @escaping @Sendable (Outcome) -> Void) -> any EngineTask {
        let outcome = Mutex(Outcome())
        let change: @Sendable ((inout Outcome) -> Void) -> Void = { body in
            report(
                outcome.withLock { outcome in
                    body(&outcome)
                    return outcome
                })
        }
        switch self {
        case .stt:
            let request = TranscriptionRequest(turn: TurnID(1), language: "en-GB", expectation: .open)
            let task = OpenAITranscriber(client: client, model: "whisper-1").transcribe(request) { event in
                change { outcome in
                    switch event {
                    case .final(let transcript):
                        outcome.said.append(transcript.text ?? "?")
                        outcome.isFinished = true
                    case .failed(let error): outcome.error = error
                    case .interim(let text, _): outcome.interims.append(text)
                    case .failedOver: break
                    }
                }
            }
            task.append([Int16](repeating: 7, count: 320).span)
            task.finish()
            return task
        case .llm:
            guard let agent = try? Agent.bundled(language: "en") else {
                preconditionFailure("the agent that is part of the program cannot be read")
            }
            let history = [Item(id: ItemID(1), turn: TurnID(1), content: .typed("hi"))]
            let request = ResponseRequest(
                response: ResponseID(1), turn: TurnID(1), language: "en", history: history,
                tools: [.takeMessage, .endCall])
            return OpenAIChatModel(client: client, model: "m", agent: agent).respond(to: request) { event in
                change { outcome in
                    switch event {
                    case .text(let text): outcome.said.append(text)
                    case .toolCall(let call): outcome.said.append("\(call)")
                    case .endsCall: outcome.said.append("ends")
                    case .finished: outcome.isFinished = true
                    case .failed(let error): outcome.error = error
                    case .broke(let failover): outcome.error = failover.error
                    case .audio, .memory, .expects, .failedOver: break
                    }
                }
            }
        case .tts, .piper:
            let request = SynthesisRequest(
                segment: SegmentID(response: ResponseID(1), index: 0), text: "Hello.", language: "en", voice: nil)
            let synthesizer: any SpeechSynthesizer =
                self == .piper
                ? PiperServerSynthesizer(client: client, voice: "tone")
                : OpenAISynthesizer(client: client, model: "tts-1", voice: "alloy")
            return synthesizer.synthesize(request) { event in
                change { outcome in
                    switch event {
                    case .audio(let samples, let rate): outcome.said.append("\(samples)@\(rate.hertz)")
                    case .finished: outcome.isFinished = true
                    case .failed(let error): outcome.error = error
                    case .broke(let failover): outcome.error = failover.error
                    case .failedOver: break
                    }
                }
            }
        }
    }

    /// Asks and waits for the end.
    func ask(_ client: ProviderClient) async -> Outcome {
        let (stream, feed) = AsyncStream.makeStream(of: Outcome.self)
        let task = begin(client) { feed.yield($0) }
        for await outcome in stream where outcome.isFinished || outcome.error != nil { return outcome }
        task.cancel()
        return Outcome()
    }

    func client(port: Int, http: HTTPClient, key: String? = nil, path: String = "/v1") throws -> ProviderClient {
        ProviderClient(
            endpoint: try ProviderEndpoint(url: "http://127.0.0.1:\(port)\(path)", key: key, stage: stage),
            stage: stage, egress: EgressPolicy(allowsPublic: false), http: http)
    }
}

/// An HTTP client that gives up soon, shut down behind `body`.
func withHTTP<Result>(read: TimeAmount = .seconds(10), _ body: (HTTPClient) async throws -> Result) async throws
    -> Result
{
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = .seconds(2)
    configuration.timeout.read = read
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.redirectConfiguration = .disallow
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    do {
        let result = try await body(http)
        try await http.shutdown()
        return result
    } catch {
        try? await http.shutdown()
        throw error
    }
}
