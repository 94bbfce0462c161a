import NIOCore
import TomConversation
public import TomEngines
import TomErrors

/// A model behind a Realtime API that hears and speaks by itself, over one WebSocket for each call.
///
/// TOM ends the turns (`turn_detection` is null), sends the caller's audio while they speak, and tells the provider on
/// an interruption how much of its answer was heard. A connection that breaks between turns is made once more at the
/// next turn, with the record created in it as text; one that breaks in the middle fails the turn.
///
/// Failures: those of ``OpenAIChatModel``, and `llm.stalled`, `llm.quota`, `llm.bad_audio`, also where a turn is lost
/// with the connection; `stt.provider_failed` for words that could not be written down.
public struct RealtimeModel: SpeechModel {
    public let name = Self.engineName
    static let engineName = "openai-realtime"
    private let address: ProviderAddress
    private let model: String
    private let voice: String
    private let transcriptionModel: String
    private let instructions: String
    private let goodbye: String
    private let limits: ProviderSocket.Limits

    /// - Parameters:
    ///   - endpoint: base of the API: `https://api.openai.com/v1`.
    ///   - model: its id at the provider, such as `gpt-realtime`.
    ///   - voice: the provider's name of it.
    ///   - transcriptionModel: writes down what callers say, beside the answer: `gpt-4o-mini-transcribe`.
    ///   - agent: who speaks; its ``Agent/prompt`` is the session's instructions.
    ///   - connectTimeout: from the TCP connect to the end of the handshake.
    /// - Throws: `llm.bad_url`, `llm.tls`.
    public init(
        endpoint: ProviderEndpoint, model: String, voice: String, transcriptionModel: String, agent: Agent,
        egress: EgressPolicy, connectTimeout: Duration
    ) throws(EngineError) {
        try self.init(
            endpoint: endpoint, model: model, voice: voice, transcriptionModel: transcriptionModel, agent: agent,
            egress: egress, connectTimeout: connectTimeout, limits: .init())
    }

    init(
        endpoint: ProviderEndpoint, model: String, voice: String, transcriptionModel: String, agent: Agent,
        egress: EgressPolicy, connectTimeout: Duration, limits: ProviderSocket.Limits
    ) throws(EngineError) {
        address = try ProviderAddress(
            endpoint, path: "/realtime", authorization: nil, stage: "llm", egress: egress,
            connectTimeout: .nanoseconds(connectTimeout.nanoseconds))
        self.model = model
        self.voice = voice
        self.transcriptionModel = transcriptionModel
        self.limits = limits
        instructions =
            agent.prompt + "\n\n" + """
                You are on the telephone: short sentences. Answer in the language with the code \(agent.language). \
                Text in parentheses describes what the caller did.
                """
        goodbye = agent.messages.goodbye
    }

    /// Checks, for the start, whether the provider's address is one that may be asked.
    /// - Throws: `llm.egress_forbidden`, `llm.host_unknown`.
    public func checkEgress() async throws(EngineError) { try await address.checkEgress() }

    /// Opens a session and closes it again, for `tom doctor`: whether the provider is there and takes the key.
    /// - Throws: as the handshake fails.
    public func reach() async throws(EngineError) { try await address.reach(parameters) }

    private var parameters: [(name: String, value: String)] { [(name: "model", value: model)] }

    public func open(language: String, tools: [ToolDescription]) -> any SpeechModelCall {
        let session = RealtimeClientEvent.Session(
            instructions: instructions, voice: voice, transcriptionModel: transcriptionModel,
            language: language.primaryLanguage, tools: tools)
        return RealtimeCall(
            RealtimeDialogue(session: session, goodbye: goodbye), address: address, parameters: parameters,
            limits: limits)
    }
}
