extension ClientEvent {
    /// The settings a call starts with.
    public struct Start: Sendable, Equatable {
        /// How audio travels, both ways.
        public enum Framing: String, Sendable, CaseIterable {
            /// Base64 in `audio_chunk` and `tts_audio`.
            case json
            /// Raw samples in binary frames.
            case binary
        }

        /// Who says that an utterance is complete.
        public enum TurnDetection: String, Sendable, CaseIterable {
            /// The server, by voice activity.
            case serverVAD = "server_vad"
            /// The client, by `commit`.
            case manual
        }

        /// The agent to talk to, 1 to 64 of `A-Z a-z 0-9 . _ -`; `nil` for the server's default.
        public var agent: String?
        /// BCP 47 tag such as `de` or `en-GB`; `nil` for the agent's own.
        public var language: String?
        public var input: WireAudioFormat
        public var output: WireAudioFormat
        public var framing: Framing
        public var turnDetection: TurnDetection
        /// The client's own notes on the call; keys and values together at most `WireLimits.metadataBytes`.
        public var metadata: [String: String]

        /// The defaults are the protocol's: what holds for a call without a `start`.
        public init(
            agent: String? = nil, language: String? = nil, input: WireAudioFormat = .standard,
            output: WireAudioFormat = .standard, framing: Framing = .json, turnDetection: TurnDetection = .serverVAD,
            metadata: [String: String] = [:]
        ) {
            self.agent = agent
            self.language = language
            self.input = input
            self.output = output
            self.framing = framing
            self.turnDetection = turnDetection
            self.metadata = metadata
        }
    }
}

extension ClientEvent.Start {
    init(_ fields: MessageFields) throws(WireError) {
        self.init()
        agent = try fields.optionalString(.agent)
        if let agent, !Self.isIdentifier(agent) {
            throw fields.invalid(.agent, "1 to \(WireLimits.identifierCharacters) of A-Z a-z 0-9 . _ -")
        }
        language = try fields.optionalString(.language)
        if let language, !Self.isLanguageTag(language) {
            throw fields.invalid(.language, "a BCP 47 language tag such as \"en\" or \"de-AT\"")
        }
        if let object = try fields.optionalObject(.input, path: "input.") { input = try WireAudioFormat(object) }
        if let object = try fields.optionalObject(.output, path: "output.") { output = try WireAudioFormat(object) }
        framing = try fields.optionalChoice(.framing) ?? .json
        turnDetection = try fields.optionalChoice(.turnDetection) ?? .serverVAD
        metadata = try fields.metadata()
    }

    private static func isIdentifier(_ text: String) -> Bool {
        1...WireLimits.identifierCharacters ~= text.utf8.count
            && text.utf8.allSatisfy { $0.isAlphanumeric || [0x2D, 0x2E, 0x5F].contains($0) }
    }

    /// The shape of RFC 5646 section 2.1: a primary subtag of two to eight letters, then subtags of up to eight
    /// letters and digits.
    private static func isLanguageTag(_ text: String) -> Bool {
        guard text.utf8.count <= WireLimits.languageCharacters else { return false }
        let subtags = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return 2...8 ~= subtags[0].count && subtags[0].allSatisfy(\.isLetter)
            && subtags.dropFirst().allSatisfy { 1...8 ~= $0.count && $0.allSatisfy(\.isAlphanumeric) }
    }
}

extension WireAudioFormat {
    init(_ fields: MessageFields) throws(WireError) {
        codec = try fields.choice(.codec)
        sampleRate = try fields.integer(.sampleRate)
        let rates = Self.sampleRates(for: codec)
        guard rates.contains(sampleRate) else {
            throw fields.invalid(.sampleRate, MessageFields.list(rates.map(String.init)) + " for \(codec.rawValue)")
        }
    }
}

extension MessageFields {
    fileprivate func metadata() throws(WireError) -> [String: String] {
        guard let value = try optional(.metadata) else { return [:] }
        guard value.kind == .object else { throw invalid(.metadata, "an object of strings") }
        var members = JSONScanner(scanner.bytes, at: value.range.lowerBound)
        try members.enter(depth: 2)
        var isFirst = true
        var metadata: [String: String] = [:]
        var size = 0
        while let member = try members.nextMember(&isFirst, depth: 2) {
            guard member.value.kind.isString else { throw invalid(.metadata, "an object of strings") }
            let (key, text) = (scanner.string(member.key), scanner.string(member.value))
            size += key.utf8.count + text.utf8.count
            guard size <= WireLimits.metadataBytes else {
                throw WireError(
                    .metadataTooLarge, field: path(.metadata),
                    message: "Field 'metadata' has more than \(WireLimits.metadataBytes) bytes of keys and values.",
                    hint: "Keep less in 'metadata'.")
            }
            guard metadata.updateValue(text, forKey: key) == nil else { throw .duplicate(path(.metadata)) }
        }
        return metadata
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
    fileprivate var isAlphanumeric: Bool { isDigit || isLetter }
}
