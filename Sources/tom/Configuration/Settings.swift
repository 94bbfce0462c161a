import TomProviders

/// All settings of `tom serve`, typed and checked, grouped by the part they are for.
struct Settings: Sendable, Equatable {
    var listening: Listening
    var admission: Admission
    var engines: Engines
    var tools: Tools
    var conversation: Conversation
    var limits: Limits
    var files: Files
    var logs: Logs
    /// What is allowed but worth a word at the start.
    var warnings: [String]
    /// Settings that nothing asks for; they are among the warnings.
    var unasked: [SettingProblem] = []

    /// Where the server listens.
    struct Listening: Sendable, Equatable {
        var host: String
        /// 0 takes any free port.
        var port: Int
        /// Both files or neither.
        var tls: TLSFiles?
        /// `nil`: one per core.
        var eventLoops: Int?
        var drainTimeout: Duration

        /// Whether only this machine can reach the server.
        var isLoopback: Bool { SettingValue.isLoopback(host) }
    }

    /// The PEM files of a TLS server.
    struct TLSFiles: Sendable, Equatable {
        var certificate: String
        var key: String
    }

    /// Who may call.
    struct Admission: Sendable, Equatable {
        var allowsMissingToken: Bool
        var secret: Secret?
        var jwksFile: String?
        var issuer: String?
        var audience: String?
        var maxTokenLifetime: Duration
        var endsCallWithToken: Bool
        /// Empty: same origin and loopback pages.
        var origins: [String]
        /// Empty: all.
        var addresses: [String]

        /// Whether there is any key a token could be checked with.
        var hasKeys: Bool { secret != nil || jwksFile != nil }
    }

    /// The engine of each stage.
    struct Engines: Sendable, Equatable {
        var stt: EngineChoice
        var llm: EngineChoice
        var tts: EngineChoice
        var sttTimeout: Duration
        var llmTimeout: Duration
        var ttsTimeout: Duration
        var pocketSphinxModelDir: String
        var pocketSphinxMaxDecoders: Int
        var espeakPath: String
        var ffmpegPath: String
        var mock: Mock
        /// Engines of the stages whose choice is `provider`, in the order in which they are asked.
        var sttOrder: [String]
        var llmOrder: [String]
        var ttsOrder: [String]
        var sttProvider: Provider?
        var llmProvider: Provider?
        var ttsProvider: Provider?
        var deepgram: Provider?
        /// A model that hears and speaks by itself, and the one beside it that writes down what callers say.
        var realtime: Provider?
        var realtimeTranscriptionModel: String
        /// Of the OpenAI-compatible engine.
        var ttsVoice: String
        var speech: SpeechServers
        var sherpa: Sherpa
        var allowsEgress: Bool
        var connectTimeout: Duration
        var failoverPatience: Duration
        /// The longest that 95 of 100 turns may take at an engine of several; `nil`: no bound.
        var sttBudget: Duration?
        var llmBudget: Duration?
        var ttsBudget: Duration?
        var voiceActivity: VoiceActivity
    }

    /// A model behind an API.
    struct Provider: Sendable, Equatable {
        var url: String
        var key: Secret?
        var model: String
        /// The settings that say so.
        var names: ProviderSettingNames

        var shownURL: String { SettingValue.shown(url: url) }
    }

    /// Which engine a stage runs.
    enum EngineChoice: String, Sendable, Equatable, CaseIterable { case off, mock, local, provider }

    /// How the mock engines behave.
    struct Mock: Sendable, Equatable {
        var sttDelay: Duration
        var llmDelay: Duration
        var ttsDelay: Duration
        var audio: Duration
    }

    /// How a conversation goes.
    struct Conversation: Sendable, Equatable {
        /// `nil`: the built-in English receptionist.
        var agentFile: String?
        var greets: Bool
        var endpointingMinDelay: Duration
        var endpointingMaxDelay: Duration
        var interruptionMinSpeech: Duration
        /// `nil`: an interrupted reply never goes on.
        var falseInterruptionMaxSpeech: Duration?
        /// `nil`: TOM never asks.
        var idlePromptAfter: Duration?
        /// Prompts before TOM hangs up.
        var idlePrompts: Int
        /// How long words must be stable before an answer is prepared; `nil`: none is before the turn is over.
        var speculationStable: Duration?
        /// `nil`: no fillers.
        var fillerAfter: Duration?
    }

    /// What is bounded; `nil` is unlimited.
    struct Limits: Sendable, Equatable {
        var maxCalls: Int
        var maxAudioRequests: Int
        var messagesPerSecond: Int?
        var bytesPerSecond: Int?
        var connectionsPerMinute: Int?
        var maxMessageBytes: Int
    }

    /// Where TOM writes.
    struct Files: Sendable, Equatable {
        var dataDir: String
        var journalDir: String?
        var modelsDir: String
        /// `nil`: the one in `dataDir`.
        var ownKeysFile: String?
        /// `nil`: ended calls are not logged.
        var costLog: String?
        /// `nil`: nothing has a price.
        var pricesFile: String?

        /// Directory of the taken messages.
        var messagesDir: String { dataDir + "/messages" }
        /// The keys of the OpenAI-compatible API.
        var keysFile: String { ownKeysFile ?? dataDir + "/keys.json" }
    }

    /// How TOM logs.
    struct Logs: Sendable, Equatable {
        /// A level's name in swift-log.
        var level: String
        /// `nil`: text on a terminal, else JSON.
        var format: Format?

        enum Format: String, Sendable, Equatable { case text, json }
    }
}

/// Text that must not be shown: its description is redacted wherever it is printed, logged or dumped.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The secret itself, for the one place that signs or checks with it.
    let value: String

    var description: String { "<redacted>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
