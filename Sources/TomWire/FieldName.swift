/// Every field name the protocol knows, in either direction and at any depth; the raw value is its slot in
/// `MessageFields`.
enum FieldName: UInt8, CaseIterable {
    case type, ts, seq, id, data, format
    case agent, language, input, output, framing, turnDetection, metadata, codec, sampleRate
    case playedMs, responseID, text, digit, reason
    case callID, `protocol`, audio, engines, limits, stt, llm, tts, messagesPerSecond, maxMessageBytes
    case audioMs, turnID, confidence, name, status, bytes, heardMs, heardText
    case latency, endpointingMs, sttMs, llmFirstTokenMs, ttsFirstAudioMs, otherMs, e2eMs
    case code, message, hint, fatal, ref

    /// The name on the wire.
    var spelling: StaticString {
        switch self {
        case .type: "type"
        case .ts: "ts"
        case .seq: "seq"
        case .id: "id"
        case .data: "data"
        case .format: "format"
        case .agent: "agent"
        case .language: "language"
        case .input: "input"
        case .output: "output"
        case .framing: "framing"
        case .turnDetection: "turn_detection"
        case .metadata: "metadata"
        case .codec: "codec"
        case .sampleRate: "sample_rate"
        case .playedMs: "played_ms"
        case .responseID: "response_id"
        case .text: "text"
        case .digit: "digit"
        case .reason: "reason"
        case .callID: "call_id"
        case .protocol: "protocol"
        case .audio: "audio"
        case .engines: "engines"
        case .limits: "limits"
        case .stt: "stt"
        case .llm: "llm"
        case .tts: "tts"
        case .messagesPerSecond: "messages_per_second"
        case .maxMessageBytes: "max_message_bytes"
        case .audioMs: "audio_ms"
        case .turnID: "turn_id"
        case .confidence: "confidence"
        case .name: "name"
        case .status: "status"
        case .bytes: "bytes"
        case .heardMs: "heard_ms"
        case .heardText: "heard_text"
        case .latency: "latency"
        case .endpointingMs: "endpointing_ms"
        case .sttMs: "stt_ms"
        case .llmFirstTokenMs: "llm_first_token_ms"
        case .ttsFirstAudioMs: "tts_first_audio_ms"
        case .otherMs: "other_ms"
        case .e2eMs: "e2e_ms"
        case .code: "code"
        case .message: "message"
        case .hint: "hint"
        case .fatal: "fatal"
        case .ref: "ref"
        }
    }

    /// The fields whose name has `length` bytes; keeps the comparisons per field of a message to a handful.
    @inline(__always)
    private static func candidates(length: Int) -> InlineArray<8, FieldName?> {
        switch length {
        case 2: [.ts, .id, nil, nil, nil, nil, nil, nil]
        case 3: [.seq, .stt, .llm, .tts, .ref, nil, nil, nil]
        case 4: [.type, .data, .text, .name, .code, .hint, nil, nil]
        case 5: [.input, .bytes, .audio, .agent, .codec, .digit, .fatal, nil]
        case 6: [.format, .output, .reason, .limits, .status, .sttMs, .e2eMs, nil]
        case 7: [.turnID, .framing, .callID, .engines, .latency, .message, nil, nil]
        case 8: [.language, .metadata, .protocol, .audioMs, .otherMs, .heardMs, nil, nil]
        case 9: [.playedMs, nil, nil, nil, nil, nil, nil, nil]
        case 10: [.confidence, .heardText, nil, nil, nil, nil, nil, nil]
        case 11: [.responseID, .sampleRate, nil, nil, nil, nil, nil, nil]
        case 14: [.turnDetection, .endpointingMs, nil, nil, nil, nil, nil, nil]
        case 17: [.maxMessageBytes, nil, nil, nil, nil, nil, nil, nil]
        case 18: [.llmFirstTokenMs, .ttsFirstAudioMs, nil, nil, nil, nil, nil, nil]
        case 19: [.messagesPerSecond, nil, nil, nil, nil, nil, nil, nil]
        default: InlineArray(repeating: nil)
        }
    }

    /// The name that the unescaped UTF-8 in `range` spells; `nil` for a field the protocol does not know.
    static func spelled(_ range: Range<Int>, in scanner: borrowing JSONScanner) -> FieldName? {
        let candidates = candidates(length: range.count)
        for index in candidates.indices {
            guard let candidate = candidates[index] else { return nil }
            if scanner.matches(range, candidate.spelling) { return candidate }
        }
        return nil
    }
}
