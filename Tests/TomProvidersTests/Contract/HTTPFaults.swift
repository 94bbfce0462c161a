import NIOCore
import TomAudio

/// What engines behind HTTP are answered.
extension ContractEngine {
    /// A status with a body that quotes the key and the caller, as providers do.
    static func refused(_ fault: Fault) -> Cell {
        guard let status = fault.status, let code = fault.statusCode else { return .impossible("it is no status") }
        let body = #"{"error":{"code":"bad_thing","message":"sk-secret said by Erika"}}"#
        return .fault(.http([ScriptedHTTP.head(status, ["Retry-After: 7"]), .text(body), .close]), .error(code))
    }

    /// A tone of so many samples that is no silence to whoever plays it.
    static func tone(_ count: Int) -> [Int16] { [Int16](repeating: 9_000, count: count) }

    private var type: String {
        switch self {
        case .openAIVoice: "audio/pcm"
        case .piperServer: "audio/wav"
        default: "text/event-stream"
        }
    }

    private static func events(_ data: String...) -> [UInt8] { data.flatMap { Array("data: \($0)\n\n".utf8) } }

    /// The beginning of an answer: words short of a sentence, or audio too short to be played.
    private var part: [UInt8] {
        switch self {
        case .openAITranscriber: Self.events(#"{"type":"transcript.text.delta","delta":"Grü"}"#)
        case .openAIModel: Self.events(#"{"choices":[{"delta":{"content":"I th"}}]}"#)
        case .openAIVoice: PCM16.encode(Self.tone(8))
        default: Array(WAV.write(samples: Self.tone(4_000), rate: .hz22050).prefix(44 + 16))
        }
    }

    /// An answer up to what the caller has heard of it, and a little more.
    var heardPart: [UInt8] {
        switch self {
        case .openAIModel: Self.events(#"{"choices":[{"delta":{"content":"First. And"}}]}"#)
        case .openAIVoice: PCM16.encode(Self.tone(8_000))
        default: Array(WAV.write(samples: Self.tone(16_000), rate: .hz22050).prefix(44 + 16_000))
        }
    }

    private var whole: [UInt8] {
        switch self {
        case .openAITranscriber:
            Self.events(
                #"{"type":"transcript.text.delta","delta":"Grüß "}"#,
                #"{"type":"transcript.text.done","text":"Grüß Gott."}"#)
        case .openAIModel: Self.events(#"{"choices":[{"delta":{"content":"Grüß Gott."}}]}"#, "[DONE]")
        case .openAIVoice: PCM16.encode(Self.tone(4_000))
        default: WAV.write(samples: Self.tone(4_000), rate: .hz22050)
        }
    }

    private func answering(_ bytes: [UInt8], pieces: Int = 1, pause: Bool = false) -> Cause {
        let size = max(1, (bytes.count + pieces - 1) / pieces)
        let steps = stride(from: 0, to: bytes.count, by: size).flatMap { start -> [ScriptedHTTP.Step] in
            let piece = ScriptedHTTP.Step.send(Array(bytes[start..<min(start + size, bytes.count)]))
            return pause ? [.pause(.milliseconds(150)), piece] : [piece]
        }
        return .http([ScriptedHTTP.head("200 OK", type: type)] + steps + [.close])
    }

    /// The head and `bytes` of an answer that promises more.
    func beginning(_ bytes: [UInt8]) -> [ScriptedHTTP.Step] {
        [ScriptedHTTP.head("200 OK", ["Content-Length: 100000"], type: type), .send(bytes)]
    }

    private var beginning: [ScriptedHTTP.Step] { beginning(part) }

    func httpCell(_ fault: Fault, _ gate: Gate) -> Cell {
        switch fault {
        case .slow: .fault(answering(whole, pieces: 5, pause: true), .whole)
        case .hung: .fault(.http([.hang]), .error("timeout"))
        case .halfOpen: .fault(.unanswered(.half), .error("timeout"))
        case .neverConnected: .fault(.unanswered(.full), .error("timeout"))
        case .hungMidAnswer: .fault(.http(beginning + [.hang]), .error("timeout", passesOn: true))
        case .nobodyThere: .fault(.nobodyThere, .error("unreachable"))
        case .untrusted: .fault(.untrusted, .error("tls"))
        case .plainText: .fault(.plainText, .error("tls"))
        case .unauthorized, .forbidden, .notFound, .tooLarge, .rateLimited, .serverError: Self.refused(fault)
        case .malformed: malformed
        case .tooLong: tooLong
        case .splitUTF8: .fault(answering(whole, pieces: whole.count), .whole)
        case .oddAudio: oddAudio
        case .closedBeforeAnswer: .fault(.http([.close]), .error("connection_lost"))
        case .resetBeforeAnswer: .fault(.http([.reset]), .error("connection_lost"))
        case .closedMidAnswer:
            .fault(.http(beginning + [.hold(gate), .close]), .error("connection_lost", passesOn: true))
        case .resetMidAnswer:
            .fault(.http(beginning + [.hold(gate), .reset]), .error("connection_lost", passesOn: true))
        }
    }

    private var malformed: Cell {
        stage == .tts
            // Samples without a header may be any bytes; what calls itself a file may not.
            ? .fault(answering(Array("RIFF sk-secret, said by Erika".utf8)), .error("bad_audio"))
            : .fault(answering(Self.events(#"{"sk-secret": [Erika"#)), .error("malformed"))
    }

    private var tooLong: Cell {
        stage == .tts
            ? .impossible("audio has no lines and may be long")
            : .fault(
                answering(Array("data: ".utf8) + [UInt8](repeating: 0x61, count: 1 << 20)), .error("malformed"))
    }

    private var oddAudio: Cell {
        let bytes =
            self == .openAIVoice
            ? PCM16.encode(Self.tone(8)) + [1] : Array(WAV.write(samples: Self.tone(9), rate: .hz22050).dropLast())
        return .fault(answering(bytes), .error("bad_audio", passesOn: true))
    }
}
