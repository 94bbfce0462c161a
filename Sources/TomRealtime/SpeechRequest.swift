import TomConversation

/// What `POST /v1/audio/speech` asks for.
public struct SpeechRequest: Sendable, Equatable {
    /// How the audio is written.
    public enum Format: String, Sendable, CaseIterable {
        case mp3, opus, aac, flac, wav
        /// 16 bit, little endian, mono, 24 kHz, without a header.
        case pcm
    }

    /// How the audio is sent.
    public enum Streaming: String, Sendable, CaseIterable {
        /// The bytes of the file.
        case audio
        /// Events with pieces of it in base64.
        case sse
    }

    public var model: String?
    public var input: String
    public var voice: String?
    /// `nil`: the client leaves it to the server.
    public var format: Format?
    /// 0.25...4
    public var speed = 1.0
    public var streaming = Streaming.audio

    /// Characters of ``input``, as the hosted API has it.
    public static let inputCharacters = 1...4_096
    public static let speeds = 0.25...4.0

    /// - Parameter body: one JSON object. `instructions` are taken and have no effect.
    /// - Throws: `RealtimeFault`.
    public init(body: UnsafeRawBufferPointer) throws(RealtimeFault) {
        let members = try JSONMembers(
            try JSONReader.object(body), at: "",
            known: ["model", "input", "voice", "response_format", "speed", "instructions", "stream_format"])
        model = try members.string("model", length: 1...256)
        input = try members.requiredString("input", length: Self.inputCharacters)
        voice = try members.value("voice")?.voice(at: members.path("voice"))
        format = try members.choice("response_format")
        speed = try members.number("speed", in: Self.speeds) ?? 1
        _ = try members.string("instructions")
        streaming = try members.choice("stream_format") ?? .audio
    }
}
