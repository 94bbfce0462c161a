extension Conversation {
    /// Everything about a conversation that is chosen before it begins.
    public struct Configuration: Sendable, Equatable, Codable {
        public var lead = Lead.server
        public var turnPolicy = TurnPolicy()
        public var turnDetection = TurnDetection.serverVAD
        public var endpointing = Endpointing()
        public var interruption = Interruption()
        public var idle = Idle()
        public var speculation = SpeculationPolicy()
        public var filler = Filler()
        public var timeouts = Timeouts()
        public var texts = Texts()
        public var limits = Limits()
        /// Which stages exist: a stage that is `off` is skipped, not waited for.
        public var stages = Stages()
        /// Samples per second of the reply audio the transport carries; `audioGenerated` and `audioSent` count in it.
        public var outputSamplesPerSecond = 16_000

        public init() {}
    }

    /// Who decides that the caller's turn is over.
    public enum TurnDetection: String, Sendable, Codable {
        /// TOM, by voice activity and endpointing.
        case serverVAD
        /// The client, by `commit`.
        case manual
    }

    /// How much silence ends the caller's turn.
    public struct Endpointing: Sendable, Equatable, Codable {
        /// Silence that ends a turn whose words may be complete.
        public var minDelay = Duration.milliseconds(500)
        /// Silence that ends a turn whose words are known to be incomplete.
        public var maxDelay = Duration.milliseconds(3_000)
        /// Least silence while digits are expected: callers pause between groups.
        public var digitsDelay = Duration.milliseconds(1_500)
        /// Least silence while a name is expected.
        public var shortAudioDelay = Duration.milliseconds(1_000)
        /// Least silence while a message is being recorded.
        public var longAudioDelay = Duration.milliseconds(2_000)
        /// Silence between two keys that ends a key entry; `#` ends it at once.
        public var keyGap = Duration.milliseconds(1_000)
        /// Whether an engine judges each pause, by `pauseJudged`.
        public var judgesPauses = false
        public init() {}

        /// - Parameter turnComplete: `false` when the words or the sound of the turn say that more must come.
        func delay(for expectation: Expectation, turnComplete: Bool?) -> Duration {
            let least: Duration =
                switch expectation {
                case .open, .yesNo: minDelay
                case .digits: max(minDelay, digitsDelay)
                case .shortAudio: max(minDelay, shortAudioDelay)
                case .longAudio: max(minDelay, longAudioDelay)
                }
            return turnComplete == false ? max(least, maxDelay) : least
        }
    }

    /// When the caller's speech stops TOM's.
    public struct Interruption: Sendable, Equatable, Codable {
        /// Speech that stops a reply; anything shorter, such as a cough, leaves it alone.
        public var minSpeech = Duration.milliseconds(300)
        /// An interruption without recognisable words that is shorter than this was noise: the reply is resumed.
        public var noiseMaxSpeech = Duration.milliseconds(800)
        /// Speech without words that counts as the answer where a name or a message is asked for.
        public var minRecordedSpeech = Duration.milliseconds(160)
        /// Words that show listening, not interrupting ("mhm"), compared without case and punctuation.
        public var backchannels: Set<String> = []
        public init() {}
    }

    /// What happens while nobody speaks.
    public struct Idle: Sendable, Equatable, Codable {
        /// Silence before TOM asks whether anyone is there; `nil` never asks.
        public var promptAfter: Duration? = .seconds(15)
        /// Prompts before TOM says goodbye and hangs up.
        public var maxPrompts = 2
        public init() {}
    }

    /// Words that pass the time while an answer takes long.
    public struct Filler: Sendable, Equatable, Codable {
        /// From the request for an answer to the filler; `nil` says none.
        public var after: Duration?
        public init() {}
    }

    /// How long an engine may keep the caller waiting.
    public struct Timeouts: Sendable, Equatable, Codable {
        /// From the end of a turn's audio to its transcript.
        public var transcription = Duration.seconds(10)
        /// Between two signs of life of a generation: words or tool calls.
        public var generation = Duration.seconds(15)
        /// Between two pieces of a sentence's audio.
        public var synthesis = Duration.seconds(10)
        public var tool = Duration.seconds(10)
        /// How long a client that reports its playout may be silent about it past the audio's end.
        public var playoutReport = Duration.seconds(1)
        public init() {}
    }

    /// What TOM says of its own accord, in the call's language.
    public struct Texts: Sendable, Equatable, Codable {
        /// BCP 47 code of the call's language, by whose rules texts and answers are cut into sentences; `nil`: English.
        public var language: String?
        /// Spoken when the call begins; `nil` waits for the caller.
        public var greeting: String?
        /// Asked one after the other while the caller stays silent; the last one again when there are more prompts.
        public var idlePrompts = ["Are you still there?"]
        public var idleGoodbye = "I cannot hear you, so I will hang up now. Goodbye."
        /// Said while an answer takes long, in turn; none for silence.
        public var fillers: [String] = []
        public var apology = "I am sorry, something went wrong on my side. Could you say that again, please?"
        public init() {}

        /// All of it, cut into the sentences in which it is spoken.
        public var sentences: [String] {
            ([greeting ?? "", apology] + idlePrompts + [idleGoodbye] + fillers).flatMap {
                SentenceSplitter.sentences($0, language: language)
            }
        }
    }

    public struct Stages: Sendable, Equatable, Codable {
        public var transcribes = true
        public var answers = true
        public var speaks = true
        /// Whether the model hears and speaks by itself: turns are answered before their words are known, and the audio
        /// of an answer comes with it.
        public var generatesSpeech = false
        public init() {}
    }

    /// Bounds; each is reached only by a faulty engine or an unusual caller.
    public struct Limits: Sendable, Equatable, Codable {
        /// Speech after which a turn is ended although the caller speaks on.
        public var maxTurn = Duration.seconds(120)
        /// Turns whose transcripts may be awaited at once; one more fails the oldest.
        public var maxAwaitedTurns = 8
        /// Items kept in the record; the oldest are dropped first.
        public var maxItems = 400
        /// Characters of one response; a generation that floods is cut off there.
        public var maxResponseCharacters = 4_000
        /// How often a model may call tools before it has to answer.
        public var maxToolRounds = 5
        /// Tools one response may call; a model that asks for more has gone wrong.
        public var maxToolCalls = 16
        /// Audio of one sentence; a synthesiser that makes more is cut off there. A sentence has 300 characters at most.
        public var maxSentenceAudio = Duration.seconds(90)
        /// Audio that may be made ahead of the playout before the next sentence is synthesised.
        public var maxBufferedAudio = Duration.seconds(8)
        /// Audio handed to the transport ahead of real time.
        public var maxPlayoutLead = Duration.milliseconds(500)
        public init() {}
    }
}
