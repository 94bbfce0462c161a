import AsyncHTTPClient
import NIOCore
import TomEngines

@testable import TomProviders

/// One of the engines behind HTTP.
enum Provider: String, CaseIterable, Sendable {
    case stt, llm, tts
    /// Piper's HTTP server.
    case piper

    /// How its errors' codes begin.
    var stage: String { self == .piper ? "tts" : rawValue }

    func engine(_ client: ProviderClient) -> AnyEngine {
        switch self {
        case .stt: .transcriber(OpenAITranscriber(client: client, model: "whisper-1"))
        case .llm: .model(OpenAIChatModel(client: client, model: "m", agent: .forTests))
        case .tts: .voice(OpenAISynthesizer(client: client, model: "tts-1", voice: "alloy"))
        case .piper: .voice(PiperServerSynthesizer(client: client, voice: "tone"))
        }
    }

    /// Asks and waits for the end.
    func ask(_ client: ProviderClient) async -> Outcome { await engine(client).ask() }

    func client(
        port: Int, http: HTTPClient, key: String? = nil, scheme: String = "http", path: String = "/v1"
    ) throws -> ProviderClient {
        ProviderClient(
            endpoint: try ProviderEndpoint(url: "\(scheme)://127.0.0.1:\(port)\(path)", key: key, stage: stage),
            stage: stage, egress: EgressPolicy(allowsPublic: false), http: http)
    }
}

extension Agent {
    /// The one that is part of the program.
    static var forTests: Agent {
        guard let agent = try? Agent.bundled(language: "en") else {
            preconditionFailure("the agent that is part of the program cannot be read")
        }
        return agent
    }
}

/// An HTTP client that gives up soon, shut down behind `body`.
func withHTTP<Result>(
    connect: TimeAmount = .seconds(2), read: TimeAmount = .seconds(10), _ body: (HTTPClient) async throws -> Result
) async throws -> Result {
    var configuration = HTTPClient.Configuration()
    configuration.timeout.connect = connect
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
