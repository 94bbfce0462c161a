import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
public import TomEngines
import TomErrors

/// A language model behind an OpenAI-compatible `POST /chat/completions`, streamed: OpenAI, Azure OpenAI, Ollama, vLLM,
/// llama.cpp, LM Studio, `transformers serve`.
///
/// Failures: `llm.unauthorized`, `llm.forbidden`, `llm.not_found`, `llm.rate_limited`, `llm.provider_failed`, `llm.refused`,
/// `llm.too_large`, `llm.timeout`, `llm.tls`, `llm.unreachable`, `llm.connection_lost`, `llm.malformed`,
/// `llm.egress_forbidden`, `llm.host_unknown`.
public struct OpenAIChatModel: LanguageModel {
    public let name = "openai"
    private let client: ProviderClient
    private let model: String
    private let instructions: String
    private let goodbye: String
    private let fields = ChatFields()

    /// - Parameters:
    ///   - model: its id at the provider.
    ///   - agent: who speaks; its ``Agent/prompt`` opens every request that brings no instructions of its own.
    public init(client: ProviderClient, model: String, agent: Agent) {
        self.client = client
        self.model = model
        instructions = agent.prompt + "\n\n" + Self.manner(agent.language)
        goodbye = agent.messages.goodbye
    }

    /// What every model has to be told about speaking on the telephone.
    private static func manner(_ language: String) -> String {
        """
        You are on the telephone. What you write is spoken aloud: short sentences, no lists, no markup, no emoji. \
        Answer in the language with the code \(language). Text in parentheses describes what the caller did.
        """
    }

    public func prepare() { client.warm() }

    public func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask {
        ProviderTask {
            do throws(EngineError) {
                try await stream(request, deliver)
            } catch {
                if error.category != .cancelled { deliver(.failed(error)) }
            }
        }
    }

    private func stream(
        _ request: ResponseRequest, _ deliver: @Sendable (ResponseEvent) -> Void
    ) async throws(EngineError) {
        let response = try await post(request)
        var answer = ChatStream(
            goodbye: goodbye, offered: request.tools, allowsCutCalls: request.directions != nil)
        if response.headers.first(name: "Content-Type")?.lowercased().hasPrefix("application/json") == true {
            // A server that does not stream answers in one piece.
            for event in try answer.take([UInt8](try await client.whole(response))) { deliver(event) }
        } else {
            try await read(response, into: &answer, deliver)
        }
        if let usage = answer.usage { request.meter?.report(usage, engine: name) }
        for event in try answer.finish(makeID: { "call_" + UUID().uuidString.lowercased() }) { deliver(event) }
    }

    /// Asks for what the request wants and for the use of tokens to be told, where the provider knows how.
    private func post(_ request: ResponseRequest) async throws(EngineError) -> HTTPClientResponse {
        try await OptionalField.asking(fields.wanted(by: request), blamedFor: ["llm.refused"]) {
            (held) throws(EngineError) in
            try await client.post(
                "/chat/completions", contentType: "application/json", body: try body(request, holding: held),
                holding: held)
        }
    }

    private func read(
        _ response: HTTPClientResponse, into answer: inout ChatStream, _ deliver: (ResponseEvent) -> Void
    ) async throws(EngineError) {
        var events = ServerSentEvents()
        do {
            for try await bytes in response.body {
                try events.append(bytes.readableBytesView) { data in
                    for event in try answer.take(data) { deliver(event) }
                }
            }
        } catch is ServerSentEvents.TooLong {
            throw .malformed("a line is longer than \(ServerSentEvents.maxBytes) bytes", stage: "llm")
        } catch {
            // What the model had said completely is an answer, whatever became of the connection.
            if !answer.isComplete { throw .transport(error, stage: "llm") }
        }
    }

    private func body(
        _ request: ResponseRequest, holding held: [OptionalField]
    ) throws(EngineError) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let body = fields.body(
            request, model: model, instructions: request.directions?.instructions ?? instructions, holding: held)
        do { return ByteBuffer(bytes: try encoder.encode(body)) } catch {
            throw EngineError(
                code: "llm.internal", message: "the request cannot be written as JSON.", category: .server)
        }
    }
}
