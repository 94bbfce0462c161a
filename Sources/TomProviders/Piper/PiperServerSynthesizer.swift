import AsyncHTTPClient
import Foundation
import NIOCore
import TomConversation
public import TomEngines
import TomErrors

/// Text to speech by Piper's own HTTP server, `python -m piper.http_server`: one `POST /synthesize` for each sentence,
/// answered with a WAV file.
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
                if request.hasWords { try await speak(request.text, deliver) }
                deliver(.finished)
            } catch {
                if error.category != .cancelled { deliver(.failed(error)) }
            }
        }
    }

    private struct Body: Encodable {
        var text: String
        var voice: String?
    }

    private func speak(_ text: String, _ deliver: @Sendable (SynthesisEvent) -> Void) async throws(EngineError) {
        guard let body = try? JSONEncoder().encode(Body(text: text, voice: voice)) else {
            throw EngineError(
                code: "tts.internal", message: "the request cannot be written as JSON.", category: .server)
        }
        let response = try await client.post(
            "/synthesize", contentType: "application/json", body: ByteBuffer(bytes: body))
        try await SpeechBody(rawRate: nil).deliver(response, to: deliver)
    }
}
