extension ServerEvent {
    /// What was agreed for the call.
    public struct Connected: Sendable, Equatable {
        public var callID: String
        public var input: WireAudioFormat
        public var output: WireAudioFormat
        public var framing: ClientEvent.Start.Framing
        public var engines: Engines
        public var limits: Limits

        public init(
            callID: String, input: WireAudioFormat, output: WireAudioFormat, framing: ClientEvent.Start.Framing,
            engines: Engines, limits: Limits
        ) {
            self.callID = callID
            self.input = input
            self.output = output
            self.framing = framing
            self.engines = engines
            self.limits = limits
        }
    }

    /// The names of the engines that serve the call.
    public struct Engines: Sendable, Equatable {
        public var stt: String
        public var llm: String
        public var tts: String

        public init(stt: String, llm: String, tts: String) {
            self.stt = stt
            self.llm = llm
            self.tts = tts
        }
    }

    /// What a client may send; 0 means unlimited.
    public struct Limits: Sendable, Equatable {
        public var messagesPerSecond: Int
        public var maxMessageBytes: Int

        public init(messagesPerSecond: Int, maxMessageBytes: Int) {
            self.messagesPerSecond = messagesPerSecond
            self.maxMessageBytes = maxMessageBytes
        }
    }

    /// Everything about a piece of reply audio but the bytes.
    public struct TTSAudio: Sendable, Equatable {
        public var format: WireAudioFormat
        public var byteCount: Int
        /// Counts from 0 within the response.
        public var seq: Int
        public var turnID: String
        public var responseID: String

        public init(format: WireAudioFormat, byteCount: Int, seq: Int, turnID: String, responseID: String) {
            self.format = format
            self.byteCount = byteCount
            self.seq = seq
            self.turnID = turnID
            self.responseID = responseID
        }
    }

    /// How a turn ended.
    public struct TurnEnd: Sendable, Equatable {
        public var turnID: String
        public var responseID: String
        public var status: TurnStatus
        public var latency: Latency

        public init(turnID: String, responseID: String, status: TurnStatus, latency: Latency) {
            self.turnID = turnID
            self.responseID = responseID
            self.status = status
            self.latency = latency
        }
    }

    /// Where the time went, in milliseconds; `nil` (`null` on the wire) for a stage the turn did not pass.
    public struct Latency: Sendable, Equatable {
        /// End of speech to the decision that the turn is over.
        public var endpointingMs: Double?
        /// That decision to the final transcript.
        public var sttMs: Double?
        /// The transcript to the reply's first text.
        public var llmFirstTokenMs: Double?
        /// The first sentence to its first audio.
        public var ttsFirstAudioMs: Double?
        /// `e2eMs` less the stages.
        public var otherMs: Double?
        /// End of speech to the first reply audio handed to the socket.
        public var e2eMs: Double?

        public init(
            endpointingMs: Double? = nil, sttMs: Double? = nil, llmFirstTokenMs: Double? = nil,
            ttsFirstAudioMs: Double? = nil, otherMs: Double? = nil, e2eMs: Double? = nil
        ) {
            self.endpointingMs = endpointingMs
            self.sttMs = sttMs
            self.llmFirstTokenMs = llmFirstTokenMs
            self.ttsFirstAudioMs = ttsFirstAudioMs
            self.otherMs = otherMs
            self.e2eMs = e2eMs
        }
    }

    /// What an `error` event tells.
    public struct Failure: Sendable, Equatable {
        /// Stable, from a closed set.
        public var code: String
        public var message: String
        public var hint: String?
        /// Whether the close follows.
        public var fatal: Bool
        /// The offending message's `type`.
        public var ref: String?

        public init(code: String, message: String, hint: String? = nil, fatal: Bool, ref: String? = nil) {
            self.code = code
            self.message = message
            self.hint = hint
            self.fatal = fatal
            self.ref = ref
        }

        /// Reports a refused message; the call goes on unless `fatal`.
        public init(_ error: WireError, fatal: Bool = false) {
            self.init(code: error.code, message: error.message, hint: error.hint, fatal: fatal, ref: error.ref)
        }
    }
}
