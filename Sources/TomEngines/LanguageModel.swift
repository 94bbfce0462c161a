public import TomAudio
public import TomConversation

/// Decides what TOM says: history in, text deltas and tool calls out.
public protocol LanguageModel: Sendable {
    /// The engine's name as shown on the wire, in metrics and logs (`receptionist`, `mock`).
    var name: String { get }
    /// Begins one generation. Never blocks: it is called on the call's event loop.
    func respond(
        to request: ResponseRequest, deliver: @escaping @Sendable (ResponseEvent) -> Void
    ) -> any EngineTask
    /// A call has begun: what its first turn will need, such as a connection, may be made ready. Never blocks, and never fails.
    func prepare()
}

extension LanguageModel {
    public func prepare() {}
}

/// What a generation is to answer.
public struct ResponseRequest: Sendable {
    public let response: ResponseID
    public let turn: TurnID
    /// BCP 47 code of the call's language.
    public let language: String
    /// The record so far, oldest first. It ends with the caller's item to be answered or, when a tool has run, with its output.
    public let history: [Item]
    /// What the model may call, ``BuiltInTool/endCall`` among them.
    public let tools: [ToolDescription]
    /// What a client that leads the conversation wants of the response; `nil` in TOM's own calls.
    public let directions: ResponseDirections?
    /// Where the engine reports the tokens it used; `nil`: nowhere.
    public let meter: UsageMeter?
    /// Names of engines that broke off in this turn: they are asked only when there is no other.
    public let avoiding: Set<String>

    public init(
        response: ResponseID, turn: TurnID, language: String, history: [Item], tools: [ToolDescription] = [],
        directions: ResponseDirections? = nil, meter: UsageMeter? = nil, avoiding: Set<String> = []
    ) {
        self.response = response
        self.turn = turn
        self.language = language
        self.history = history
        self.tools = tools
        self.directions = directions
        self.meter = meter
        self.avoiding = avoiding
    }
}

/// What a generation reports.
public enum ResponseEvent: Sendable, Equatable {
    /// More text to be spoken; from a ``SpeechModel``, the words of what it speaks itself.
    case text(String)
    /// Audio that the model made itself, PCM16 mono at `rate`; only a ``SpeechModel`` reports it.
    case audio([Int16], rate: SampleRate)
    /// A tool to run. When the generation finishes, TOM runs it and asks again with the output in the history.
    case toolCall(ToolCall)
    /// State to be kept on this response's item and handed back with the history.
    case memory(String)
    /// What the caller is expected to say next.
    case expects(Expectation)
    /// The call is over once this response has been heard.
    case endsCall
    /// The model ended before its answer did; what came so far is the answer, and ``finished`` follows.
    case cutShort(Shortfall)
    /// Another engine goes on with this generation.
    case failedOver(EngineFailover)
    /// Terminal.
    case finished
    /// Terminal: the engine broke off in the middle, and another one could begin the reply anew.
    case broke(EngineFailover)
    /// Terminal.
    case failed(EngineError)
}
