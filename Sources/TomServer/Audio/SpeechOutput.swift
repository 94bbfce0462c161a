import Hummingbird
import NIOCore
import TomAudio
import TomErrors
import TomRealtime
import TomSession
import TomWire

/// Speech on its way to the client, in the format it asked for.
struct SpeechOutput: Sendable {
    /// What was made before the answer began.
    let first: [Int16]
    let audio: SpokenAudio
    let format: SpeechRequest.Format
    let encoder: SpeechEncoder?
    let eventLoop: any EventLoop
    let patience: Duration
    /// Given back ahead of the answer's end: a client that waits for it finds the slot free.
    let slot: AudioSlots.Slot

    /// The file, as it is made.
    var body: ResponseBody {
        ResponseBody { writer in
            try await write { try await writer.write($0) }
            try await writer.finish(nil)
        }
    }

    /// The file in pieces, each an event; a failure in the middle is one too.
    var events: ResponseBody {
        ResponseBody { writer in
            do {
                try await write { bytes in
                    try await writer.write(ByteBuffer(bytes: Self.delta(bytes)))
                }
                try await writer.write(ByteBuffer(bytes: Self.done))
            } catch let error as any DescribedError {
                try await writer.write(ByteBuffer(bytes: ServerSentEvent.failure(ServerError(engine: error))))
            }
            try await writer.finish(nil)
        }
    }

    /// Ends the engine's work, and the use of its slot, however writing ends.
    private func write(_ write: (ByteBuffer) async throws -> Void) async throws {
        defer {
            audio.cancel()
            slot.release()
        }
        let source = PieceSource(first, audio)
        switch format {
        case .wav, .pcm:
            if format == .wav { try await write(ByteBuffer(bytes: WAV.header(samples: nil, rate: audio.rate))) }
            while let samples = try await source.next() {
                try await write(ByteBuffer(bytes: PCM16.encode(samples)))
            }
        case .mp3, .opus, .aac, .flac:
            try await encoder?.encode(
                format, on: eventLoop, patience: patience, next: { try await source.next() }, write: write)
        }
    }

    private static func delta(_ bytes: ByteBuffer) -> [UInt8] {
        ServerSentEvent.json { writer in
            writer.field("type", "speech.audio.delta")
            bytes.withUnsafeReadableBytes { writer.field("audio", base64: $0) }
        }
    }

    /// Engines of TOM count characters and seconds, no tokens.
    private static var done: [UInt8] {
        ServerSentEvent.json { writer in
            writer.field("type", "speech.audio.done")
            writer.field("usage") { writer in
                writer.field("input_tokens", 0)
                writer.field("output_tokens", 0)
                writer.field("total_tokens", 0)
            }
        }
    }
}

/// The first piece, then the others.
private actor PieceSource {
    private var first: [Int16]?
    private let audio: SpokenAudio

    init(_ first: [Int16], _ audio: SpokenAudio) {
        self.first = first
        self.audio = audio
    }

    func next() async throws -> [Int16]? {
        if let first = first.take() { return first }
        return try await audio.next()
    }
}
