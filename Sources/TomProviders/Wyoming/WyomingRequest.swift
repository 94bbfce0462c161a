import Foundation
import NIOCore
import TomAudio

/// What TOM says to a server of the Wyoming protocol.
///
/// Data is written into the line itself, which servers of every version read. Texts are short of the 64 KiB at which
/// the protocol's own Python library ends a line.
enum WyomingRequest: Sendable, Equatable {
    case describe
    /// - model: a name of the server's; `nil` for its default.
    case transcribe(model: String?, language: String)
    case audioStart
    /// Samples of a caller.
    case audioChunk([Int16])
    case audioStop
    /// One whole text.
    case synthesize(String, voice: WyomingVoice)
    case synthesizeStart(voice: WyomingVoice)
    case synthesizeChunk(String)
    case synthesizeStop

    /// Appends the request's line and payload to `buffer`.
    func write(into buffer: inout ByteBuffer) {
        let chunkRate = WyomingAudioFormat.caller.json
        switch self {
        case .describe: buffer.writeString("{\"type\":\"describe\"}\n")
        case .transcribe(let model, let language):
            Self.write("transcribe", Transcribe(name: model, language: language), into: &buffer)
        case .audioStart: buffer.writeString("{\"type\":\"audio-start\",\"data\":\(chunkRate)}\n")
        case .audioChunk(let samples):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * samples.count)
            PCM16.encode(samples.span, into: &bytes)
            buffer.writeString(
                "{\"type\":\"audio-chunk\",\"data\":\(chunkRate),\"payload_length\":\(bytes.count)}\n")
            buffer.writeBytes(bytes)
        case .audioStop: buffer.writeString("{\"type\":\"audio-stop\"}\n")
        case .synthesize(let text, let voice):
            Self.write("synthesize", Synthesize(text: text, voice: voice), into: &buffer)
        case .synthesizeStart(let voice):
            Self.write("synthesize-start", Synthesize(text: nil, voice: voice), into: &buffer)
        case .synthesizeChunk(let text):
            Self.write("synthesize-chunk", Synthesize(text: text, voice: nil), into: &buffer)
        case .synthesizeStop: buffer.writeString("{\"type\":\"synthesize-stop\"}\n")
        }
    }

    private struct Line<Content: Encodable>: Encodable {
        var type: String
        var data: Content
    }

    private struct Transcribe: Encodable {
        var name: String?
        var language: String
    }

    private struct Synthesize: Encodable {
        var text: String?
        var voice: WyomingVoice?
    }

    private static func write(_ type: String, _ data: some Encodable, into buffer: inout ByteBuffer) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings alone can always be encoded.
        guard let line = try? encoder.encode(Line(type: type, data: data)) else { return }
        buffer.writeBytes(line)
        buffer.writeInteger(UInt8(ascii: "\n"))
    }
}

/// Whom a server is to speak as: a voice by its name, or whichever it has for a language.
struct WyomingVoice: Sendable, Equatable, Encodable {
    var name: String?
    var language: String?
}
