public import TomConversation

/// Who answers the call: persona, facts, intents and every sentence that is not made up by a model.
///
/// Read from an agent file (`docs/agents.md`). All texts are final: placeholders of facts are filled in when the file
/// is loaded. The local receptionist runs on it, the local recogniser's grammar is compiled from it, and ``prompt``
/// turns it into instructions for a language model.
public struct Agent: Sendable, Equatable {
    /// Stable identifier, `a-z 0-9 . _ -`; what `start.agent` selects and messages record.
    public let id: String
    /// What the agent calls itself.
    public let name: String
    /// BCP 47 code, `en` or `de`.
    public let language: String
    /// The synthesiser's voice; `nil` for its default in the language.
    public let voice: String?
    /// Who the agent is and how it behaves, for language models.
    public let persona: String
    /// The first sentences of every call, spoken by the session.
    public let greeting: String
    /// In the file's order.
    public let facts: [Fact]
    /// In the file's order, which decides between equally good matches.
    public let intents: [Intent]
    /// What the agent asks for when it takes a message, in this order.
    public let slots: [Slot]
    /// Words and short phrases that mean yes, lower case.
    public let yesWords: [String]
    /// Words and short phrases that mean no, lower case.
    public let noWords: [String]
    public let messages: Messages
    /// What language models may do for the agent.
    public let tools: Tools

    /// Something the agent knows.
    public struct Fact: Sendable, Equatable {
        public let key: String
        public let value: Value

        public enum Value: Sendable, Equatable {
            case text(String)
            /// Seven texts, Monday first; filled in with the weekday the caller named.
            case byWeekday([String])
        }
    }

    /// Something the caller may want.
    public struct Intent: Sendable, Equatable {
        public let id: String
        public let action: Action
        /// How callers say it. `{weekday}` stands for the name of any day.
        public let phrases: [String]
        /// What is said. Where every phrase holds `{weekday}`, it may hold `{weekday}` and facts that differ by
        /// weekday.
        public let answer: String
        /// The telephone key that selects it while no question is open.
        public let key: Character?
    }

    /// What an intent does, beyond speaking its answer.
    public enum Action: String, Sendable, Equatable, CaseIterable {
        /// Nothing more.
        case answer
        /// Asks for the slots and saves a message.
        case takeMessage = "take_message"
        /// Speaks an answer that ends in the question whether to take a message.
        case offerMessage = "offer_message"
        /// Says the last reply again.
        case `repeat`
        /// Drops the message being taken.
        case cancel
        /// Says goodbye and hangs up.
        case endCall = "end_call"
    }

    /// One part of a message.
    public struct Slot: Sendable, Equatable {
        public let id: SlotID
        /// `shortAudio`, `digits` or `longAudio`.
        public let expectation: Expectation
        public let ask: String
        public let askAgain: String
        /// Holds `{name}`, `{number}` or `{concern}`, after the slot's id.
        public let readBack: String
        /// Said instead of ``readBack`` when only the recording is known; `nil` for digits.
        public let readBackRecorded: String?
        /// What callers say before the value proper ("my name is"), lower case.
        public let leadIns: [String]
        /// Phrases by which the caller asks to change this slot.
        public let change: [String]
        /// Phrases by which the caller leaves this slot out; empty when it may not be.
        public let skip: [String]
        /// Said when the caller left it out.
        public let skipped: String?
        /// The fewest digits of a whole number; 0 unless `expectation` is `digits`.
        public let minDigits: Int
    }

    /// The parts a message can have.
    public enum SlotID: String, Sendable, Equatable, CaseIterable { case name, number, concern }

    /// The sentences between the answers.
    public struct Messages: Sendable, Equatable {
        /// At least two, said in turn when nothing was understood.
        public let notUnderstood: [String]
        /// Said after those; asks whether to take a message.
        public let giveUp: String
        /// At least one, said in turn when the caller is silent.
        public let idle: [String]
        /// Said when an engine failed.
        public let apology: String
        /// Said while an answer takes long, in turn; may be empty.
        public let filler: [String]
        public let goodbye: String
        /// Said when the caller answers yes to "anything else?".
        public let goAhead: String
        /// Opens the read-back of a message.
        public let readBack: String
        /// Asks whether the message read back is right.
        public let confirm: String
        /// Said before a yes-or-no question that was not understood.
        public let yesOrNo: String
        /// Asks whether to take a message.
        public let offer: String
        /// Asks which part of the message to change.
        public let change: String
        /// Holds `{digits}`.
        public let moreDigits: String
        public let saved: String
        /// Asks whether to try again.
        public let saveFailed: String
        public let saveAbandoned: String
    }
}
