/// Every event of the protocol with its fields, as data: what documents and tests are checked against.
public enum WireCatalog {
    /// What a field holds.
    public indirect enum Kind: Sendable, Equatable {
        case string
        /// One of these strings.
        case choice([String])
        /// A whole number from 0 to 2^53-1.
        case integer
        case number
        /// A number or `null`.
        case nullableNumber
        case boolean
        /// A string, number, boolean or null.
        case scalar
        case base64
        /// An object of strings.
        case strings
        case object([Field])
    }

    public struct Field: Sendable, Equatable {
        public let name: String
        public let kind: Kind
        public let isRequired: Bool
    }

    public struct Event: Sendable, Equatable {
        public let type: String
        /// Other spellings of `type` that are read.
        public let aliases: [String]
        /// Every field but `type`, in the order they are written.
        public let fields: [Field]
    }

    /// Client to server.
    public static let client: [Event] = ClientEvent.Name.allCases.compactMap { name in
        switch name {
        case .audio: nil
        case .audioChunk:
            event(
                name.rawValue, aliases: ["audio"],
                [
                    required("data", .base64), optional("format", .choice(["pcm16_16k"])), optional("ts", .number),
                    optional("seq", .integer),
                ])
        case .start:
            event(
                name.rawValue,
                [
                    optional("agent", .string), optional("language", .string), optional("input", format),
                    optional("output", format), optional("framing", framing),
                    optional("turn_detection", choice(ClientEvent.Start.TurnDetection.self)),
                    optional("metadata", .strings),
                ])
        case .commit: event(name.rawValue, [])
        case .bargeIn: event(name.rawValue, [optional("ts", .number), optional("played_ms", .number)])
        case .playback: event(name.rawValue, [required("response_id", .string), required("played_ms", .number)])
        case .text: event(name.rawValue, [required("text", .string)])
        case .dtmf: event(name.rawValue, [required("digit", .choice(ClientEvent.dtmfDigits.map(String.init)))])
        case .ping: event(name.rawValue, [optional("ts", .scalar), optional("id", .scalar)])
        case .stop: event(name.rawValue, [optional("reason", .string)])
        }
    }

    /// Server to client.
    public static let server: [Event] = ServerEvent.Name.allCases.map { name in
        let clock = required("ts", name == .pong ? .scalar : .integer)
        return event(name.rawValue, [clock] + fields(of: name))
    }

    private static func fields(of name: ServerEvent.Name) -> [Field] {
        switch name {
        case .connected:
            [
                required("call_id", .string), required("protocol", .choice([TomProtocol.name])),
                required(
                    "audio",
                    .object([required("input", format), required("output", format), required("framing", framing)])),
                required("engines", .object(["stt", "llm", "tts"].map { required($0, .string) })),
                required(
                    "limits", .object(["messages_per_second", "max_message_bytes"].map { required($0, .integer) })),
            ]
        case .speechStarted, .speechStopped: [required("audio_ms", .integer)]
        case .sttPartial: [required("text", .string), turnID]
        case .sttFinal:
            [required("text", .string), turnID, optional("language", .string), optional("confidence", .number)]
        case .llmToken: [required("text", .string), turnID, responseID]
        case .toolCall:
            [turnID, required("name", .string), required("status", choice(ServerEvent.ToolStatus.self))]
        case .ttsAudio:
            formatFields + [required("bytes", .base64), required("seq", .integer), turnID, responseID]
        case .ttsStart: [responseID, turnID]
        case .ttsEnd: [responseID]
        case .bargeIn: [responseID, required("heard_ms", .integer), required("heard_text", .string)]
        case .turnEnd:
            [
                turnID, responseID, required("status", choice(ServerEvent.TurnStatus.self)),
                required("latency", .object(stages.map { required($0, .nullableNumber) })),
            ]
        case .heartbeat: []
        case .pong: [optional("id", .scalar)]
        case .notice: [required("code", .string), required("message", .string)]
        case .stopped: [required("reason", .string)]
        case .error:
            [
                required("code", .string), required("message", .string), optional("hint", .string),
                required("fatal", .boolean), optional("ref", .string),
            ]
        }
    }

    private static let stages = [
        "endpointing_ms", "stt_ms", "llm_first_token_ms", "tts_first_audio_ms", "other_ms", "e2e_ms",
    ]
    private static let turnID = required("turn_id", .string)
    private static let responseID = required("response_id", .string)
    private static let formatFields = [
        required("codec", choice(WireCodec.self)), required("sample_rate", .integer),
    ]
    private static let format = Kind.object(formatFields)
    private static let framing = choice(ClientEvent.Start.Framing.self)

    private static func choice<Choice: CaseIterable & RawRepresentable>(
        _ type: Choice.Type
    ) -> Kind where Choice.RawValue == String {
        .choice(type.allCases.map(\.rawValue))
    }

    private static func event(_ type: String, aliases: [String] = [], _ fields: [Field]) -> Event {
        Event(type: type, aliases: aliases, fields: fields)
    }

    private static func required(_ name: String, _ kind: Kind) -> Field {
        Field(name: name, kind: kind, isRequired: true)
    }

    private static func optional(_ name: String, _ kind: Kind) -> Field {
        Field(name: name, kind: kind, isRequired: false)
    }
}
