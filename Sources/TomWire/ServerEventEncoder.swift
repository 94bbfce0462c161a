/// Writes server events, on the server's side of a call.
public enum ServerEventEncoder {
    /// Appends `event` as one JSON object. For `.ttsAudio` the samples are `audio`, whatever the event's `byteCount`
    /// says.
    ///
    /// - Parameter ts: milliseconds since the Unix epoch.
    public static func encode(
        _ event: ServerEvent, ts: Int, audio: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        into bytes: inout [UInt8]
    ) {
        if case .ttsAudio(let tts) = event {
            return encodeTTSAudio(
                into: &bytes, ts: ts, codec: tts.format.codec, sampleRate: tts.format.sampleRate, pcm: audio,
                seq: tts.seq, turnID: tts.turnID, responseID: tts.responseID)
        }
        JSONWriter.append(to: &bytes) { $0.object { $0.fields(of: event, ts: ts) } }
    }

    /// Appends a `tts_audio`; allocates nothing once `bytes` has its capacity.
    ///
    /// - Parameters:
    ///   - ts: milliseconds since the Unix epoch.
    ///   - pcm: samples in `codec`, any number of them.
    ///   - seq: counts from 0 within the response.
    public static func encodeTTSAudio(
        into bytes: inout [UInt8], ts: Int, codec: WireCodec = .pcm16, sampleRate: Int, pcm: UnsafeRawBufferPointer,
        seq: Int, turnID: String, responseID: String
    ) {
        JSONWriter.append(to: &bytes) { writer in
            writer.object { writer in
                writer.field(.type, "tts_audio")
                writer.field(.ts, ts)
                writer.field(.codec, codec.rawValue)
                writer.field(.sampleRate, sampleRate)
                writer.field(.bytes, base64: pcm)
                writer.field(.seq, seq)
                writer.field(.turnID, turnID)
                writer.field(.responseID, responseID)
            }
        }
    }
}

extension ServerEvent {
    /// The `type` this event is sent under.
    public var name: Name {
        switch self {
        case .connected: .connected
        case .speechStarted: .speechStarted
        case .speechStopped: .speechStopped
        case .sttPartial: .sttPartial
        case .sttFinal: .sttFinal
        case .llmToken: .llmToken
        case .toolCall: .toolCall
        case .ttsAudio: .ttsAudio
        case .ttsStart: .ttsStart
        case .ttsEnd: .ttsEnd
        case .bargeIn: .bargeIn
        case .turnEnd: .turnEnd
        case .heartbeat: .heartbeat
        case .pong: .pong
        case .notice: .notice
        case .stopped: .stopped
        case .error: .error
        }
    }
}

extension JSONWriter {
    fileprivate mutating func fields(of event: ServerEvent, ts: Int) {
        field(.type, event.name.rawValue)
        if case .pong(let echoed?, _) = event { field(.ts, echoed) } else { field(.ts, ts) }
        switch event {
        case .connected(let connected): fields(of: connected)
        case .speechStarted(let audioMs), .speechStopped(let audioMs): field(.audioMs, audioMs)
        case .sttPartial(let text, let turnID): fields(text: text, turnID: turnID)
        case .sttFinal(let text, let turnID, let language, let confidence):
            fields(text: text, turnID: turnID)
            field(.language, language)
            field(.confidence, confidence)
        case .llmToken(let text, let turnID, let responseID):
            fields(text: text, turnID: turnID)
            field(.responseID, responseID)
        case .toolCall(let turnID, let name, let status):
            field(.turnID, turnID)
            field(.name, name)
            field(.status, status.rawValue)
        case .ttsStart(let responseID, let turnID):
            field(.responseID, responseID)
            field(.turnID, turnID)
        case .ttsEnd(let responseID): field(.responseID, responseID)
        case .bargeIn(let responseID, let heardMs, let heardText):
            field(.responseID, responseID)
            field(.heardMs, heardMs)
            field(.heardText, heardText)
        case .turnEnd(let end): fields(of: end)
        case .pong(_, let id): field(.id, id)
        case .notice(let code, let message):
            field(.code, code)
            field(.message, message)
        case .stopped(let reason): field(.reason, reason)
        case .error(let failure): fields(of: failure)
        case .ttsAudio, .heartbeat: break
        }
    }

    private mutating func fields(text: String, turnID: String) {
        field(.text, text)
        field(.turnID, turnID)
    }

    private mutating func fields(of connected: ServerEvent.Connected) {
        field(.callID, connected.callID)
        field(.protocol, TomProtocol.name)
        field(.audio) { writer in
            writer.field(.input, connected.input)
            writer.field(.output, connected.output)
            writer.field(.framing, connected.framing.rawValue)
        }
        field(.engines) { writer in
            writer.field(.stt, connected.engines.stt)
            writer.field(.llm, connected.engines.llm)
            writer.field(.tts, connected.engines.tts)
        }
        field(.limits) { writer in
            writer.field(.messagesPerSecond, connected.limits.messagesPerSecond)
            writer.field(.maxMessageBytes, connected.limits.maxMessageBytes)
        }
    }

    private mutating func fields(of end: ServerEvent.TurnEnd) {
        field(.turnID, end.turnID)
        field(.responseID, end.responseID)
        field(.status, end.status.rawValue)
        field(.latency) { writer in
            writer.nullableField(.endpointingMs, end.latency.endpointingMs)
            writer.nullableField(.sttMs, end.latency.sttMs)
            writer.nullableField(.llmFirstTokenMs, end.latency.llmFirstTokenMs)
            writer.nullableField(.ttsFirstAudioMs, end.latency.ttsFirstAudioMs)
            writer.nullableField(.otherMs, end.latency.otherMs)
            writer.nullableField(.e2eMs, end.latency.e2eMs)
        }
    }

    private mutating func fields(of failure: ServerEvent.Failure) {
        field(.code, failure.code)
        field(.message, failure.message)
        field(.hint, failure.hint)
        field(.fatal, failure.fatal)
        field(.ref, failure.ref)
    }
}
