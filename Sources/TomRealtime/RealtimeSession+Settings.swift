import TomConversation

/// What the parts of a session are read from; `path` is where a part is, for faults.
extension RealtimeSession.Modality {
    /// `["audio"]` or `["text"]`.
    init(_ value: JSONValue, at path: String) throws(RealtimeFault) {
        switch value {
        case ["audio"]: self = .audio
        case ["text"]: self = .text
        case .array:
            throw .value(path, "['audio'] or ['text']", "Audio brings its transcript along; both cannot be asked for.")
        default: throw .type(path, "an array", is: value)
        }
    }

    /// The beta's `["audio", "text"]` or `["text"]`.
    init(betaValue value: JSONValue, at path: String) throws(RealtimeFault) {
        switch value {
        case ["audio", "text"], ["text", "audio"]: self = .audio
        case ["text"]: self = .text
        case .array: throw .value(path, "['audio', 'text'] or ['text']", "The beta has no audio without text.")
        default: throw .type(path, "an array", is: value)
        }
    }
}

extension RealtimeSession.Format {
    /// An object with `type`, and `rate` if at all the one that `type` has.
    init(_ value: JSONValue, at path: String, over current: Self) throws(RealtimeFault) {
        let members = try JSONMembers(value, at: path, known: ["type", "rate"])
        self = try members.choice("type") ?? current
        _ = try members.integer("rate", in: sampleRate...sampleRate)
    }

    /// One of the beta's names; `nil` when it is not there or `null`.
    init?(betaName name: String, of members: JSONMembers) throws(RealtimeFault) {
        let formats = Self.allCases
        guard let text = try members.choice(name, of: formats.map(\.betaName)),
            let format = formats.first(where: { $0.betaName == text })
        else { return nil }
        self = format
    }
}

extension RealtimeSession.TurnDetection {
    /// What the API does where the client says nothing.
    enum Default {
        static let threshold = 0.5
        static let prefixPaddingMs = 300
        static let silenceMs = 500
    }

    /// Server VAD as it is unless the client wants it otherwise.
    public static let server = Self(
        .server(
            threshold: Default.threshold, prefixPaddingMs: Default.prefixPaddingMs, silenceMs: Default.silenceMs,
            idleTimeoutMs: nil))
    static let semantic = Self(.semantic(.auto))

    init(_ value: JSONValue, at path: String, over current: Self?) throws(RealtimeFault) {
        guard case .object(let values) = value else { throw .type(path, "an object or null", is: value) }
        let type = try Self.type(values, at: path, over: current)
        self = type == current?.typeName ? current ?? .server : type == Self.server.typeName ? .server : .semantic
        let own =
            type == Self.server.typeName
            ? ["threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"] : ["eagerness"]
        let members = try JSONMembers(
            values, at: path, known: ["type", "create_response", "interrupt_response"] + own)
        try updateKind(members)
        if members["create_response"] != nil { createsResponse = try members.boolean("create_response") ?? true }
        if members["interrupt_response"] != nil {
            interruptsResponse = try members.boolean("interrupt_response") ?? true
        }
    }

    private mutating func updateKind(_ members: JSONMembers) throws(RealtimeFault) {
        switch kind {
        case .server(var threshold, var prefixPaddingMs, var silenceMs, var idleTimeoutMs):
            if members["threshold"] != nil {
                threshold = try members.number("threshold", in: 0...1) ?? Default.threshold
            }
            let range = RealtimeLimits.paddingMs
            if members["prefix_padding_ms"] != nil {
                prefixPaddingMs = try members.integer("prefix_padding_ms", in: range) ?? Default.prefixPaddingMs
            }
            if members["silence_duration_ms"] != nil {
                silenceMs = try members.integer("silence_duration_ms", in: range) ?? Default.silenceMs
            }
            if members["idle_timeout_ms"] != nil {
                idleTimeoutMs = try members.integer("idle_timeout_ms", in: RealtimeLimits.idleTimeoutMs)
            }
            kind = .server(
                threshold: threshold, prefixPaddingMs: prefixPaddingMs, silenceMs: silenceMs,
                idleTimeoutMs: idleTimeoutMs)
        case .semantic(var eagerness):
            if members["eagerness"] != nil { eagerness = try members.choice("eagerness") ?? .auto }
            kind = .semantic(eagerness)
        }
    }

    /// The `type` on the wire.
    var typeName: String {
        switch kind {
        case .server: "server_vad"
        case .semantic: "semantic_vad"
        }
    }

    private static func type(
        _ values: [String: JSONValue], at path: String, over current: Self?
    ) throws(RealtimeFault) -> String {
        let types = [server.typeName, semantic.typeName]
        guard let value = values["type"], value != .null else {
            guard let current else { throw .missing(path.member("type"), "Send 'server_vad' or 'semantic_vad'.") }
            return current.typeName
        }
        let type = try value.string(at: path.member("type"))
        guard types.contains(type) else { throw .choice(path.member("type"), types) }
        return type
    }
}

extension RealtimeSession.Transcription {
    init(_ value: JSONValue, at path: String, over current: Self?) throws(RealtimeFault) {
        let members = try JSONMembers(
            value, at: path, known: ["model", "language", "prompt", "languages", "keywords", "delay"])
        self = current ?? Self()
        if members["model"] != nil { model = try members.string("model") }
        if members["language"] != nil { language = try members.string("language") }
        if members["prompt"] != nil { prompt = try members.string("prompt") }
        for name in ["languages", "keywords"] where members[name] != nil {
            others[name] = try members.strings(name).map { .array($0.map { .string($0) }) }
        }
        if members["delay"] != nil {
            let delays = ["minimal", "low", "medium", "high", "xhigh"]
            others["delay"] = try members.choice("delay", of: delays).map { .string($0) }
        }
    }
}

extension JSONValue {
    /// `"inf"`, which is `nil`, or a number of tokens.
    func outputTokens(at path: String) throws(RealtimeFault) -> Int? {
        switch self {
        case "inf": return nil
        case .integer, .number: return try integer(at: path, in: RealtimeLimits.outputTokens)
        case .string: throw .value(path, "'inf' or an integer", "Send 1 to 4096, or 'inf' for no limit.")
        default: throw .type(path, "'inf' or an integer", is: self)
        }
    }

    /// A name, or an object with the name as its `id`.
    func voice(at path: String) throws(RealtimeFault) -> String {
        if case .object = self {
            return try JSONMembers(self, at: path, known: ["id"]).requiredString("id", length: 1...256)
        }
        return try string(at: path, length: 1...256)
    }

    /// `"auto"`, `"disabled"` or a `retention_ratio`, unchanged.
    func truncation(at path: String) throws(RealtimeFault) -> JSONValue {
        if case .string(let text) = self {
            guard ["auto", "disabled"].contains(text) else { throw .choice(path, ["auto", "disabled"]) }
            return self
        }
        let members = try JSONMembers(self, at: path, known: ["type", "retention_ratio", "token_limits"])
        _ = try members.requiredType(["retention_ratio"])
        _ = try members.required("retention_ratio").number(at: members.path("retention_ratio"), in: 0...1)
        let limits = try members.members("token_limits", known: ["post_instructions"])
        _ = try limits?.integer("post_instructions", in: 0...Int(Int32.max))
        return self
    }

    /// `"auto"` or what a trace is called, unchanged.
    func tracing(at path: String) throws(RealtimeFault) -> JSONValue {
        if case .string(let text) = self {
            guard text == "auto" else { throw .choice(path, ["auto"]) }
            return self
        }
        let members = try JSONMembers(self, at: path, known: ["workflow_name", "group_id", "metadata"])
        _ = try members.string("workflow_name")
        _ = try members.string("group_id")
        _ = try members.object("metadata")
        return self
    }

    /// A prompt template, unchanged.
    func prompt(at path: String) throws(RealtimeFault) -> JSONValue {
        let members = try JSONMembers(self, at: path, known: ["id", "version", "variables"])
        _ = try members.requiredString("id", length: 1...256)
        _ = try members.string("version")
        _ = try members.object("variables")
        return self
    }

    /// How much a model is to think, unchanged.
    func reasoning(at path: String) throws(RealtimeFault) -> JSONValue {
        let members = try JSONMembers(self, at: path, known: ["effort"])
        _ = try members.choice("effort", of: ["minimal", "low", "medium", "high", "xhigh"])
        return self
    }
}
