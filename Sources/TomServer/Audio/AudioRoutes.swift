import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TomAudio
import TomErrors
import TomRealtime
import TomSession

/// `POST /v1/audio/speech` and `POST /v1/audio/transcriptions` on TOM's own engines.
struct AudioRoutes: Sendable {
    let gate: APIGate
    let registry: CallRegistry
    let service: SpeechService
    let slots: AudioSlots
    let encoder: SpeechEncoder?
    let timeout: TimeAmount

    /// As the hosted API has it: 25 MB of recording; what else a form holds is small.
    static let maxFileBytes = 25 * 1_048_576
    static let maxFormBytes = maxFileBytes + 262_144
    /// 4,096 characters, each perhaps written as an escape, and the other members.
    static let maxSpeechBytes = 131_072

    func add(to router: Router<ServerRequestContext>) {
        router.post("v1/audio/speech") { request, context in
            try await answering { try await speak(request, context) }
        }
        router.post("v1/audio/transcriptions") { request, context in
            try await answering { try await transcribe(request, context) }
        }
    }

    /// Everything that can refuse a request, cheap checks first, ahead of its body.
    /// - Returns: the slot that the request holds until it is answered.
    private func admit(_ request: Request, _ context: ServerRequestContext) async throws -> AudioSlots.Slot {
        if registry.isDraining { throw ServerError.draining(retryAfterSeconds: 5) }
        _ = try await gate.admit(request, context, .speech)
        return try slots.take()
    }

    /// Says what an engine fails with as the API does.
    private func answering(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch { throw Self.refusal(for: error) }
    }

    static func refusal(for error: any Error) -> any Error {
        switch error {
        case is CancellationError: return ServerError.clientGone
        case let error as ServerError: return error
        case let error as AudioError:
            var refusal = ServerError(engine: error)
            refusal.parameter = "file"
            return refusal
        case let error as any DescribedError: return ServerError(engine: error)
        default: return error
        }
    }

    private func id(_ kind: String) -> String { "\(kind)-\(UUID().uuidString.lowercased())" }
}

// MARK: Speech

extension AudioRoutes {
    private func speak(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        let slot = try await admit(request, context)
        let order = try Self.order(try await request.bodyBytes(upTo: Self.maxSpeechBytes))
        let format = try format(order.format)
        let agents = service.agentIDs
        let agent = agents.first { $0 == order.voice } ?? agents.first { $0 == order.model }
        let voice = agents.contains { $0 == order.voice } ? nil : order.voice
        let audio = try service.speak(
            order.input, agent: agent, voice: voice, speed: order.speed, id: id("speech"))
        try await context.follow(timeout: timeout) { audio.cancel() }
        // an engine that cannot begin is told of by a status
        guard let first = try await audio.next() else { throw ServerError.nothingToSay }
        let output = SpeechOutput(
            first: first, audio: audio, format: format, encoder: encoder, eventLoop: context.channel.eventLoop,
            patience: .nanoseconds(timeout.nanoseconds), slot: slot)
        return switch order.streaming {
        case .audio:
            Response(
                status: .ok, headers: [.contentType: format.contentType, .cacheControl: "no-store"], body: output.body)
        case .sse:
            Response(
                status: .ok, headers: [.contentType: ServerSentEvent.contentType, .cacheControl: "no-store"],
                body: output.events)
        }
    }

    private static func order(_ body: [UInt8]) throws(ServerError) -> SpeechRequest {
        do throws(RealtimeFault) {
            return try body.span.withUnsafeBytes { (bytes) throws(RealtimeFault) in try SpeechRequest(body: bytes) }
        } catch { throw ServerError(error) }
    }

    /// What is asked for; where nothing is, mp3 as at the hosted API, and wav where there is no encoder.
    private func format(_ asked: SpeechRequest.Format?) throws(ServerError) -> SpeechRequest.Format {
        let offered = SpeechRequest.Format.allCases.filter {
            $0 == .wav || $0 == .pcm || encoder?.formats.contains($0) == true
        }
        guard let asked else { return offered.contains(.mp3) ? .mp3 : .wav }
        guard offered.contains(asked) else {
            throw .unsupportedFormat(asked.rawValue, offered: offered.map(\.rawValue))
        }
        return asked
    }
}

extension SpeechRequest.Format {
    var contentType: String {
        switch self {
        case .mp3: "audio/mpeg"
        case .opus: "audio/ogg"
        case .aac: "audio/aac"
        case .flac: "audio/flac"
        case .wav: "audio/wav"
        case .pcm: "audio/pcm"
        }
    }
}

// MARK: Transcriptions

extension AudioRoutes {
    private func transcribe(_ request: Request, _ context: ServerRequestContext) async throws -> Response {
        let slot = try await admit(request, context)
        // a long recording takes its time to come, and may not hold its slot for ever meanwhile
        try await context.follow(timeout: min(timeout, .seconds(60))) {}
        let body = try await request.bodyBytes(upTo: Self.maxFormBytes)
        let form = try TranscriptionForm(
            MultipartForm(body, contentType: request.headers[.contentType]), maxFileBytes: Self.maxFileBytes)
        guard form.file.starts(with: Array("RIFF".utf8)) else { throw ServerError.unsupportedFile }
        let agent = service.agentIDs.first { $0 == form.model }
        let speech = try service.transcribe(
            form.file, agent: agent, language: form.language, id: id("transcription"))
        try await context.follow(timeout: timeout) { speech.cancel() }
        // a file that cannot be read, or an engine that cannot begin, is told of by a status
        let first = try await speech.next()
        let output = TranscriptOutput(first: first, speech: speech, slot: slot)
        guard !form.streams else {
            return Response(
                status: .ok, headers: [.contentType: ServerSentEvent.contentType, .cacheControl: "no-store"],
                body: output.events)
        }
        let (bytes, contentType) = try await output.whole().body(form.format)
        return Response(
            status: .ok, headers: [.contentType: contentType, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
