import AsyncHTTPClient
import Foundation
import NIOCore
import Synchronization
import TomAudio
import TomConversation
public import TomEngines
import TomErrors

/// Text to speech behind an OpenAI-compatible `POST /audio/speech`, its audio passed on as it arrives: OpenAI, Speaches, LocalAI,
/// Kokoro-FastAPI, openedai-speech.
///
/// A voice that a client prefers is passed on; where the server refuses it, the sentence is spoken with the configured one.
/// Asks for `pcm`, which is PCM16 mono at 24 kHz; a server that sends WAV all the same is understood. Failures: those of
/// ``OpenAIChatModel`` with `tts.` in place of `llm.`, and `tts.bad_audio`.
public struct OpenAISynthesizer: SpeechSynthesizer {
    public let name = "openai"
    private let client: ProviderClient
    private let model: String
    private let voice: String
    private let unknown = UnknownVoices()

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
                try await SpeechBody(rawRate: .hz24000).deliver(try await answer(to: request), to: deliver)
                deliver(.finished)
            } catch {
                if error.category != .cancelled { deliver(.failed(error)) }
            }
        }
    }

    /// - Returns: an answer whose status is good.
    private func answer(to request: SynthesisRequest) async throws(EngineError) -> HTTPClientResponse {
        guard let preferred = request.preferredVoice, preferred != voice, !unknown.contains(preferred) else {
            return try await post(request, voice: voice)
        }
        do throws(EngineError) {
            return try await post(request, voice: preferred)
        } catch {
            guard ["tts.refused", "tts.not_found", "tts.provider_failed"].contains(error.code) else { throw error }
            let response = try await post(request, voice: voice)
            // A server that failed may do so for other reasons than a voice.
            if error.code != "tts.provider_failed" { unknown.insert(preferred) }
            return response
        }
    }

    private struct Body: Encodable {
        var model: String
        var input: String
        var voice: String
        var responseFormat = "pcm"
        /// `nil` for the voice's own pace.
        var speed: Double?

        enum CodingKeys: String, CodingKey {
            case model, input, voice, speed
            case responseFormat = "response_format"
        }
    }

    private func post(_ request: SynthesisRequest, voice: String) async throws(EngineError) -> HTTPClientResponse {
        let speed = request.speed == 1 ? nil : request.speed
        guard
            let body = try? JSONEncoder().encode(Body(model: model, input: request.text, voice: voice, speed: speed))
        else {
            throw EngineError(
                code: "tts.internal", message: "the request cannot be written as JSON.", category: .server)
        }
        return try await client.post("/audio/speech", contentType: "application/json", body: ByteBuffer(bytes: body))
    }
}

/// Voices that a server refused, so that each is asked for once. Bounded, for clients choose the names.
private final class UnknownVoices: Sendable {
    private static let limit = 256
    private let names = Mutex<Set<String>>([])

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }

    func insert(_ name: String) {
        names.withLock { names in
            if names.count >= Self.limit { names.removeAll() }
            names.insert(name)
        }
    }
}
