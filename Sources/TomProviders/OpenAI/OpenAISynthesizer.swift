import AsyncHTTPClient
import Foundation
import NIOCore
import TomAudio
import TomConversation
public import TomEngines
import TomErrors

/// Text to speech behind an OpenAI-compatible `POST /audio/speech`, its audio passed on as it arrives: OpenAI, Speaches, LocalAI,
/// Kokoro-FastAPI, openedai-speech.
///
/// Asks for `pcm`, which is PCM16 mono at 24 kHz; a server that sends WAV all the same is understood. Failures: those of
/// ``OpenAIChatModel`` with `tts.` in place of `llm.`, and `tts.bad_audio`.
public struct OpenAISynthesizer: SpeechSynthesizer {
    public let name = "openai"
    private let client: ProviderClient
    private let model: String
    private let voice: String

    /// - Parameters:
    ///   - model: its id at the provider, such as `tts-1`.
    ///   - voice: of the provider; agent files name the voices of eSpeak NG, which mean nothing to it.
    public init(client: ProviderClient, model: String, voice: String) {
        self.client = client
        self.model = model
        self.voice = voice
    }

    public func prepare() { client.warm() }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        ProviderTask {
            do throws(EngineError) {
                try await speak(request.text, deliver)
                deliver(.finished)
            } catch {
                if error.category != .cancelled { deliver(.failed(error)) }
            }
        }
    }

    private struct Body: Encodable {
        var model: String
        var input: String
        var voice: String
        var responseFormat = "pcm"

        enum CodingKeys: String, CodingKey {
            case model, input, voice
            case responseFormat = "response_format"
        }
    }

    private func speak(_ text: String, _ deliver: @Sendable (SynthesisEvent) -> Void) async throws(EngineError) {
        guard let body = try? JSONEncoder().encode(Body(model: model, input: text, voice: voice)) else {
            throw EngineError(
                code: "tts.internal", message: "the request cannot be written as JSON.", category: .server)
        }
        let response = try await client.post(
            "/audio/speech", contentType: "application/json", body: ByteBuffer(bytes: body))
        try await SpeechBody(rawRate: .hz24000).deliver(response, to: deliver)
    }
}
