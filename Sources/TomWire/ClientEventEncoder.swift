/// Writes client events, on the client's side of a call.
public enum ClientEventEncoder {
    /// Appends `event` as one JSON object. For `.audio` the samples are `audio`, whatever the event's `byteCount` says.
    ///
    /// Nothing is checked: what the event holds is what the server gets to judge.
    public static func encode(
        _ event: ClientEvent, audio: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        into bytes: inout [UInt8]
    ) {
        if case .audio(_, let ts, let seq) = event {
            return encodeAudioChunk(into: &bytes, audio: audio, ts: ts, seq: seq)
        }
        JSONWriter.append(to: &bytes) { $0.object { $0.fields(of: event) } }
    }

    /// Appends an `audio_chunk`; allocates nothing once `bytes` has its capacity.
    ///
    /// - Parameter statesFormat: writes `format`, which is possible for PCM16 at 16 kHz only.
    public static func encodeAudioChunk(
        into bytes: inout [UInt8], audio: UnsafeRawBufferPointer, ts: Double? = nil, seq: Int? = nil,
        statesFormat: Bool = false
    ) {
        JSONWriter.append(to: &bytes) { writer in
            writer.object { writer in
                writer.field(.type, "audio_chunk")
                writer.field(.data, base64: audio)
                if statesFormat { writer.field(.format, "pcm16_16k") }
                writer.field(.ts, ts)
                writer.field(.seq, seq)
            }
        }
    }
}

extension ClientEvent {
    /// The `type` this event is sent under.
    public var name: Name {
        switch self {
        case .start: .start
        case .audio: .audioChunk
        case .commit: .commit
        case .bargeIn: .bargeIn
        case .playback: .playback
        case .text: .text
        case .dtmf: .dtmf
        case .ping: .ping
        case .stop: .stop
        }
    }
}

extension JSONWriter {
    fileprivate mutating func fields(of event: ClientEvent) {
        field(.type, event.name.rawValue)
        switch event {
        case .start(let start): fields(of: start)
        case .audio, .commit: break
        case .bargeIn(let ts, let playedMs):
            field(.ts, ts)
            field(.playedMs, playedMs)
        case .playback(let responseID, let playedMs):
            field(.responseID, responseID)
            field(.playedMs, playedMs)
        case .text(let text): field(.text, text)
        case .dtmf(let digit): field(.digit, String(digit))
        case .ping(let ts, let id):
            field(.ts, ts)
            field(.id, id)
        case .stop(let reason): field(.reason, reason)
        }
    }

    private mutating func fields(of start: ClientEvent.Start) {
        let defaults = ClientEvent.Start()
        field(.agent, start.agent)
        field(.language, start.language)
        if start.input != defaults.input { field(.input, start.input) }
        if start.output != defaults.output { field(.output, start.output) }
        if start.framing != defaults.framing { field(.framing, start.framing.rawValue) }
        if start.turnDetection != defaults.turnDetection { field(.turnDetection, start.turnDetection.rawValue) }
        if !start.metadata.isEmpty { field(.metadata, start.metadata) }
    }

    mutating func field(_ name: FieldName, _ format: WireAudioFormat) {
        field(name) { writer in
            writer.field(.codec, format.codec.rawValue)
            writer.field(.sampleRate, format.sampleRate)
        }
    }
}
