public import TomConversation
public import TomEngines

/// The engines that serve a call; a stage that is switched off is `nil`.
public struct CallEngines: Sendable {
    public var transcriber: (any Transcriber)?
    public var languageModel: (any LanguageModel)?
    public var synthesizer: (any SpeechSynthesizer)?
    /// Hears and speaks in place of transcriber and language model; the synthesiser then says TOM's own sentences only.
    public var speechModel: (any SpeechModel)?
    /// `nil`: the built-in voice activity detector.
    public var speechDetector: (any SpeechDetector)?
    /// `nil`: silence and words alone end a turn.
    public var turnEndJudge: (any TurnEndJudge)?

    public init(
        transcriber: (any Transcriber)?, languageModel: (any LanguageModel)?, synthesizer: (any SpeechSynthesizer)?,
        speechDetector: (any SpeechDetector)? = nil, turnEndJudge: (any TurnEndJudge)? = nil
    ) {
        self.transcriber = transcriber
        self.languageModel = languageModel
        self.synthesizer = synthesizer
        self.speechDetector = speechDetector
        self.turnEndJudge = turnEndJudge
    }

    /// The engines that the wire does not show: their kinds and names in metrics.
    var listeners: [(kind: String, name: String)] {
        [("vad", speechDetector?.name), ("turn_end", turnEndJudge?.name)].compactMap { kind, name in
            name.map { (kind, $0) }
        }
    }

    /// A call with a model that hears and speaks by itself.
    public init(synthesizer: (any SpeechSynthesizer)?, speechModel: any SpeechModel) {
        self.synthesizer = synthesizer
        self.speechModel = speechModel
    }

    /// The names the wire shows.
    public var names: EngineNames {
        if let speechModel {
            return EngineNames(stt: speechModel.name, llm: speechModel.name, tts: speechModel.name)
        }
        return EngineNames(
            stt: transcriber?.name ?? "off", llm: languageModel?.name ?? "off", tts: synthesizer?.name ?? "off")
    }
}

/// Everything a call with one agent needs: what it says, in which language and voice, and the engines behind it.
public struct CallProfile: Sendable {
    public var agentID: String
    /// BCP 47.
    public var language: String
    public var voice: String?
    public var texts: Conversation.Texts
    public var backchannels: Set<String>
    public var engines: CallEngines
    /// What is said of TOM's own accord, spoken beforehand.
    public var canned = CannedSpeech()

    public init(
        agentID: String, language: String, voice: String?, texts: Conversation.Texts, backchannels: Set<String>,
        engines: CallEngines
    ) {
        self.agentID = agentID
        self.language = language
        self.voice = voice
        self.texts = texts
        self.backchannels = backchannels
        self.engines = engines
    }
}
