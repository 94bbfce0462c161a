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
        try await SpeechBody(rawRate: .hz24000).deliver(response.body, to: deliver)
    }
}

/// The body of a speech answer: samples without a header, or a WAV file.
struct SpeechBody {
    /// The rate of samples without a header; `nil` when only a WAV file will do.
    private let rawRate: SampleRate?
    private var head: [UInt8] = []
    private var wav: WAVStreamReader?
    private var isRaw = false
    /// The first half of a sample whose second is still to come.
    private var half: UInt8?

    /// - Parameter rawRate: the rate of samples without a header; `nil` when only a WAV file will do.
    init(rawRate: SampleRate?) { self.rawRate = rawRate }

    /// Hands the audio of `body` over as it arrives.
    /// - Throws: `tts.bad_audio`, or why the body broke off.
    func deliver(
        _ body: HTTPClientResponse.Body, to deliver: @Sendable (SynthesisEvent) -> Void
    ) async throws(EngineError) {
        var audio = self
        do {
            for try await bytes in body {
                if let event = try audio.take([UInt8](bytes.readableBytesView)) { deliver(event) }
            }
            try audio.finish()
        } catch {
            throw .transport(error, stage: "tts")
        }
    }

    /// - Returns: the samples that are complete, if any.
    /// - Throws: `tts.bad_audio`.
    mutating func take(_ bytes: [UInt8]) throws(EngineError) -> SynthesisEvent? {
        if isRaw { return raw(bytes) }
        if wav != nil { return try file(bytes) }
        head += bytes
        guard head.count >= 4 else { return nil }
        defer { head = [] }
        if head.starts(with: "RIFF".utf8) {
            wav = WAVStreamReader()
            return try file(head)
        }
        guard rawRate != nil else { throw Self.bad("it is not a WAV file") }
        isRaw = true
        return raw(head)
    }

    /// - Throws: `tts.bad_audio` when the audio ends within a sample, or before the first one of a WAV file.
    mutating func finish() throws(EngineError) {
        guard half == nil, head.isEmpty else { throw Self.bad("it ends within a sample") }
        guard rawRate != nil || wav?.hasHeader == true else { throw Self.bad("it is not a WAV file") }
    }

    private mutating func raw(_ bytes: [UInt8]) -> SynthesisEvent? {
        var bytes = bytes
        if let half { bytes.insert(half, at: 0) }
        half = bytes.count.isMultiple(of: 2) ? nil : bytes.removeLast()
        guard let rawRate, !bytes.isEmpty else { return nil }
        return .audio(PCM16.decode(bytes), rate: rawRate)
    }

    private mutating func file(_ bytes: [UInt8]) throws(EngineError) -> SynthesisEvent? {
        guard var reader = wav else { return nil }
        defer { wav = reader }
        do throws(AudioError) {
            let samples = try reader.append(bytes)
            guard let rate = reader.rate, !samples.isEmpty else { return nil }
            return .audio(samples, rate: rate)
        } catch {
            throw Self.bad(error.message)
        }
    }

    private static func bad(_ why: String) -> EngineError {
        EngineError(
            code: "tts.bad_audio", message: "the provider's audio cannot be read: \(why)",
            hint: "Check the provider's model and format.", category: .server)
    }
}
