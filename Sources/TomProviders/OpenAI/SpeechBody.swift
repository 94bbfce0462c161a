import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import TomAudio
import TomEngines
import TomErrors

/// The body of a speech answer: samples without a header, or a WAV file.
struct SpeechBody {
    /// The rate of samples without a header; `nil` when only a WAV file will do.
    private let rawRate: SampleRate?
    /// What the server calls the body, in small letters and without parameters.
    private var type = ""
    private var head: [UInt8] = []
    private var wav: WAVStreamReader?
    private var isRaw = false
    /// The first half of a sample whose second is still to come.
    private var half: UInt8?

    /// - Parameter rawRate: the rate of samples without a header; `nil` when only a WAV file will do.
    init(rawRate: SampleRate?) { self.rawRate = rawRate }

    /// Hands the audio of `response` over as it arrives.
    /// - Throws: `tts.bad_audio`, or why the body broke off.
    func deliver(
        _ response: HTTPClientResponse, to deliver: @Sendable (SynthesisEvent) -> Void
    ) async throws(EngineError) {
        var audio = self
        let type = response.headers.first(name: "Content-Type") ?? ""
        audio.type = type.prefix { $0 != ";" && !$0.isWhitespace }.lowercased()
        do {
            for try await bytes in response.body {
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
        try checkRaw()
        isRaw = true
        return raw(head)
    }

    /// - Throws: `tts.bad_audio` when the audio ends within a sample, or before the first one of a WAV file.
    mutating func finish() throws(EngineError) {
        guard half == nil, head.isEmpty, wav?.endsWithinSample != true else {
            throw Self.bad("it ends within a sample")
        }
        if wav?.hasHeader != true, !isRaw { try checkRaw() }
    }

    /// Whether the body, which does not begin like a WAV file, may be samples: whatever is none would be played as noise.
    /// - Throws: `tts.bad_audio`.
    private func checkRaw() throws(EngineError) {
        guard rawRate != nil, wav == nil else { throw Self.bad("it is not a WAV file") }
        if type.hasPrefix("text/") || type == "application/json" {
            throw Self.notAudio("the server calls it \(type)")
        }
        // Some servers say what they make by default, whatever they were asked for: there the bytes decide.
        let isCalledMPEG = ["audio/mpeg", "audio/mp3", "audio/aac"].contains(type)
        if let format = Self.format(of: head) ?? (isCalledMPEG ? Self.mpeg(head) : nil) {
            throw Self.notAudio("it begins like \(format)")
        }
    }

    /// What a frame of MPEG audio begins with: its sync word, and fields that have no other value (ISO 11172-3, 2.4.1.3, layer
    /// III; for AAC ISO 14496-3, 1.A.2). Samples may begin so by chance, therefore only a body is looked at that is called one.
    private static func mpeg(_ head: [UInt8]) -> String? {
        guard head.count >= 4, head[0] == 0xFF else { return nil }
        if head[1] & 0xF6 == 0xF0 { return "AAC" }
        let isLayerIII = head[1] & 0xE6 == 0xE2 && head[1] >> 3 & 3 != 1
        return isLayerIII && head[2] >> 4 != 15 && head[2] >> 2 & 3 != 3 ? "MP3" : nil
    }

    /// What begins with these bytes and is not samples.
    private static func format(of head: [UInt8]) -> String? {
        let head = head.prefix(4)
        if head.starts(with: "ID3".utf8) { return "MP3" }
        if head.starts(with: "OggS".utf8) { return "Ogg" }
        if head.starts(with: "fLaC".utf8) { return "FLAC" }
        // The first byte alone tells nothing: samples may begin with it. Four that are all text would be a click much louder
        // than speech begins.
        guard head.allSatisfy({ (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) }) else { return nil }
        return switch head.first {
        case UInt8(ascii: "<"): "HTML or XML"
        case UInt8(ascii: "{"): "JSON"
        default: nil
        }
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

    private static func notAudio(_ why: String) -> EngineError {
        EngineError(
            code: "tts.bad_audio", message: "the provider's answer is neither samples nor a WAV file: \(why).",
            hint: "Use a server and model that take response_format pcm.", category: .server)
    }

    private static func bad(_ why: String) -> EngineError {
        EngineError(
            code: "tts.bad_audio", message: "the provider's audio cannot be read: \(why)",
            hint: "Check the provider's model and format.", category: .server)
    }
}
