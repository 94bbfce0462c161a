public import NIOCore
public import TomAudio
public import TomConversation

/// A session as its transport sees it. Every call happens on the call's event loop, synchronously.
public protocol CallSession: AnyObject {
    /// The transport is ready: the session may use the link from here on, and speaks its greeting.
    func begin()
    /// Takes caller audio in the negotiated input format. The bytes are valid during the call only.
    func receiveAudio(_ bytes: UnsafeRawBufferPointer)
    func receive(_ input: CallerInput)
    /// The transport is gone, or the server ends the call. The session releases everything; a second call does nothing.
    func end(_ termination: Termination)
}

/// What a caller's client may say besides audio.
public enum CallerInput: Sendable, Equatable {
    /// Manual turn detection: the utterance is complete.
    case commit
    /// The client stopped its playout; `playedMs` of the current response had been heard.
    case bargeIn(playedMs: Int?)
    /// How much of a response has left the loudspeaker.
    case playback(ResponseID, playedMs: Int)
    case text(String)
    /// `0-9*#A-D`.
    case key(Character)
    case hangUp
}

/// What a transport negotiated for one call.
public struct CallOptions: Sendable, Equatable {
    public var callID: String
    /// The agent asked for; `nil` for the server's own.
    public var agent: String?
    /// BCP 47; `nil` for the agent's own.
    public var language: String?
    public var input: AudioFormat
    public var output: AudioFormat
    /// Whether the client ends its turns by `commit` instead of the server's voice activity detection.
    public var manualTurns: Bool
    /// Its name in metrics and records.
    public var transport: String
    public var metadata: [String: String]

    public init(
        callID: String, agent: String? = nil, language: String? = nil,
        input: AudioFormat, output: AudioFormat, manualTurns: Bool = false,
        transport: String = "websocket", metadata: [String: String] = [:]
    ) {
        self.callID = callID
        self.agent = agent
        self.language = language
        self.input = input
        self.output = output
        self.manualTurns = manualTurns
        self.transport = transport
        self.metadata = metadata
    }
}

/// Makes the session of each call.
public protocol CallSessionFactory: Sendable {
    /// - Throws: a `DescribedError` when the call cannot be served as asked (an unknown agent).
    func makeSession(
        _ options: CallOptions, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any CallSession
    /// The engines' names as the wire shows them, for the agent that answers by default; `off` where a stage is switched off.
    var engineNames: EngineNames { get }
    /// The engines that would serve a call with these options.
    func engineNames(for options: CallOptions) -> EngineNames
    /// Ids of the agents that a call may ask for, the one that answers by default first.
    var agentIDs: [String] { get }
}

extension CallSessionFactory {
    public func engineNames(for options: CallOptions) -> EngineNames { engineNames }
    public var agentIDs: [String] { [] }
}

/// The name of the engine at each stage.
public struct EngineNames: Sendable, Equatable {
    public var stt: String
    public var llm: String
    public var tts: String
    public init(stt: String, llm: String, tts: String) {
        self.stt = stt
        self.llm = llm
        self.tts = tts
    }
}
