import AsyncHTTPClient
import Foundation
import NIOCore
import TomConversation
public import TomEngines
import TomErrors

/// Text to speech by Piper's own HTTP server, `python -m piper.http_server`: one `POST /synthesize` for each sentence,
/// answered with a WAV file. The voice is the configured one whatever a client prefers, for the server keeps every voice it was
/// ever asked for in memory.
///
/// Failures: those of ``OpenAISynthesizer``.
public struct PiperServerSynthesizer: SpeechSynthesizer {
    public let name = "piper"
    private let client: ProviderClient
    private let voice: String?

    /// - Parameter voice: one that lies in the server's data directory; `nil` for the one it was started with.
    public init(client: ProviderClient, voice: String?) {
        self.client = client
        self.voice = voice
    }

    public func synthesize(
        _ request: SynthesisRequest, deliver: @escaping @Sendable (SynthesisEvent) -> Void
    ) -> any EngineTask {
        ProviderTask {
            do throws(EngineError) {
                if request.hasWords { try await speak(request, deliver) }
                deliver(.finished)
            } catch {
                if error.category != .cancelled { deliver(.failed(error)) }
            }
        }
    }

    private struct Body: Encodable {
        var text: String
        var voice: String?
        /// Of every sound, as a multiple of its usual length; `nil` for the voice's own pace.
        var lengthScale: Double?

        enum CodingKeys: String, CodingKey {
            case text, voice
            case lengthScale = "length_scale"
        }
    }

    private func speak(
        _ request: SynthesisRequest, _ deliver: @Sendable (SynthesisEvent) -> Void
    ) async throws(EngineError) {
        let body = Body(text: request.text, voice: voice, lengthScale: request.speed == 1 ? nil : 1 / request.speed)
        guard let body = try? JSONEncoder().encode(body) else {
            throw EngineError(
                code: "tts.internal", message: "the request cannot be written as JSON.", category: .server)
        }
        let response = try await client.post(
            "/synthesize", contentType: "application/json", body: ByteBuffer(bytes: body))
        try await SpeechBody(rawRate: nil).deliver(response, to: deliver)
    }
}
