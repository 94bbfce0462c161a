import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import TomAudio
import TomConversation
public import TomEngines
import TomErrors

/// Speech to text behind an OpenAI-compatible `POST /audio/transcriptions`: OpenAI, whisper.cpp's server, Speaches, LocalAI,
/// `transformers serve`. One request for each turn, with its audio as WAV; where the server streams its answer, the words so far are
/// interim results.
///
/// Failures: those of ``OpenAIChatModel``, with `stt.` in place of `llm.`.
public struct OpenAITranscriber: Transcriber {
    public let name = "openai"
    public let capabilities = TranscriberCapabilities(languages: [], hearsAtEnd: true)
    private let client: ProviderClient
    private let model: String
    private let stream = OptionalField("stream")

    /// - Parameter model: its id at the provider, such as `whisper-1`.
    public init(client: ProviderClient, model: String) {
        self.client = client
        self.model = model
    }

    public func prepare() { client.warm() }

    public func transcribe(
        _ request: TranscriptionRequest, deliver: @escaping @Sendable (TranscriptionEvent) -> Void
    ) -> any Transcription {
        BufferedTranscription { samples in
            do throws(EngineError) {
                deliver(.final(try await transcript(of: samples, language: request.language, deliver)))
            } catch {
                if error.category != .cancelled { deliver(.failed(error)) }
            }
        }
    }

    private func transcript(
        of samples: [Int16], language: String, _ deliver: @Sendable (TranscriptionEvent) -> Void
    ) async throws(EngineError) -> Transcript {
        let primary = language.primaryLanguage
        // A server may refuse the field, or stream in a form of its own, as `transformers serve` does.
        return try await stream.asking(blamedFor: ["stt.refused", "stt.malformed"]) { asks throws(EngineError) in
            try await transcript(of: samples, primary, asksForStream: asks, deliver)
        }
    }

    private func transcript(
        of samples: [Int16], _ language: String, asksForStream: Bool,
        _ deliver: @Sendable (TranscriptionEvent) -> Void
    ) async throws(EngineError) -> Transcript {
        let response = try await post(samples, language, asksForStream: asksForStream)
        if response.headers.first(name: "Content-Type")?.lowercased().hasPrefix("text/event-stream") == true {
            do throws(EngineError) {
                return Transcript(text: try await streamed(response, deliver), language: language)
            } catch {
                if error.code == "stt.malformed" { stream.blame() }
                throw error
            }
        }
        struct Answer: Decodable { var text: String }
        let body = try await client.whole(response)
        guard let answer = try? JSONDecoder().decode(Answer.self, from: body) else {
            throw .malformed("it holds no text", stage: "stt")
        }
        return Transcript(text: answer.text, language: language)
    }

    private func post(
        _ samples: [Int16], _ language: String, asksForStream: Bool
    ) async throws(EngineError) -> HTTPClientResponse {
        var form = MultipartForm()
        form.add("model", model)
        form.add("language", language)
        form.add("response_format", "json")
        if asksForStream { form.add("stream", "true") }
        form.add("file", fileName: "turn.wav", type: "audio/wav", WAV.write(samples: samples, rate: .hz16000))
        return try await client.post(
            "/audio/transcriptions", contentType: form.contentType, body: ByteBuffer(bytes: form.body),
            holding: asksForStream ? [stream] : [])
    }

    private func streamed(
        _ response: HTTPClientResponse, _ deliver: (TranscriptionEvent) -> Void
    ) async throws(EngineError) -> String {
        var events = ServerSentEvents()
        var words = TranscriptStream()
        do {
            for try await bytes in response.body {
                try events.append(bytes.readableBytesView) { data in
                    if let interim = try words.take(data) { deliver(.interim(text: interim, turnComplete: nil)) }
                }
            }
        } catch is ServerSentEvents.TooLong {
            throw .malformed("a line is longer than \(ServerSentEvents.maxBytes) bytes", stage: "stt")
        } catch {
            if words.text == nil { throw .transport(error, stage: "stt") }
        }
        guard let text = words.text else {
            throw EngineError(
                code: "stt.connection_lost", message: "the provider's answer ended in the middle.",
                hint: "Look into the provider's log.", category: .connectivity)
        }
        return text
    }
}

/// Keeps a turn's audio until it is complete and then hands all of it over, once.
final class BufferedTranscription: Transcription {
    private struct State {
        var samples: [Int16] = []
        var task: ProviderTask?
        var isOver = false
    }

    private let state = Mutex(State())
    private let body: @Sendable ([Int16]) async -> Void

    init(_ body: @escaping @Sendable ([Int16]) async -> Void) { self.body = body }

    func append(_ samples: Span<Int16>) {
        state.withLock { state in
            guard !state.isOver else { return }
            let count = min(samples.count, TranscriptionRequest.maxSamples - state.samples.count)
            samples.extracting(first: count).withUnsafeBufferPointer { state.samples.append(contentsOf: $0) }
        }
    }

    func finish() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            let (samples, body) = (state.samples, body)
            state.samples = []
            state.task = ProviderTask { await body(samples) }
        }
    }

    func cancel() {
        let task = state.withLock { state in
            state.isOver = true
            state.samples = []
            return state.task
        }
        task?.cancel()
    }
}

/// A form with a file in it. See: RFC 7578.
struct MultipartForm {
    private let boundary = "tom-" + UUID().uuidString
    private var parts: [UInt8] = []

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }
    var body: [UInt8] { parts + Array("--\(boundary)--\r\n".utf8) }

    /// - Parameter name: of a closed set: nothing is escaped.
    mutating func add(_ name: String, _ value: String) {
        parts += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8
    }

    mutating func add(_ name: String, fileName: String, type: String, _ bytes: [UInt8]) {
        let disposition = "form-data; name=\"\(name)\"; filename=\"\(fileName)\""
        parts += "--\(boundary)\r\nContent-Disposition: \(disposition)\r\nContent-Type: \(type)\r\n\r\n".utf8
        parts += bytes
        parts += "\r\n".utf8
    }
}
