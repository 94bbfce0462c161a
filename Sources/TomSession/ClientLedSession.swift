public import NIOCore
public import TomAudio
public import TomConversation
public import TomEngines

/// A session whose client leads the conversation; see `Conversation.Lead`. Called as `CallSession` is.
public protocol ClientLedSession: CallSession {
    /// Carries out what the client asks for; what comes of it the link is told before this returns, or later.
    /// - Throws: a `DescribedError` for settings that cannot be served; nothing has changed then.
    func receive(_ request: ClientRequest) throws
    /// The record, oldest first.
    var items: [Item] { get }
    /// An item of the record as it is; `nil` when there is none of that name.
    func item(_ id: ItemID) -> Item?
    /// The audio of an item in the call's format of its direction, as far as it was kept; of TOM's, what was heard.
    func audio(of item: ItemID) -> [UInt8]?
    /// Tokens the response used, as far as its engines said so by now; `nil` when none did, or another response has begun.
    func tokens(of response: ResponseID) -> TokenUse?
    /// Milliseconds of the caller's audio that have come.
    var inputMs: Int { get }
}

/// Makes the sessions of calls that their clients lead.
public protocol ClientLedSessionFactory: CallSessionFactory {
    /// - Throws: a `DescribedError` when the call cannot be served as asked.
    func makeSession(
        _ options: CallOptions, settings: ClientSettings, link: any CallLink, eventLoop: any EventLoop
    ) throws -> any ClientLedSession
}

/// What a client may ask for besides sending audio.
public enum ClientRequest: Sendable {
    case configure(ClientSettings)
    /// `commit`, `clearAudio`, `insert`, `truncate`, `delete`, `cancelResponse` or `approve`.
    case input(Conversation.Input)
    case respond(ResponseRequestID, RequestedResponse)
    /// Audio in the call's input format that is a turn of the caller as a whole; it is not answered before it is asked for.
    case hear([UInt8])
}

/// What holds for a call that its client leads until the client changes it.
public struct ClientSettings: Sendable, Equatable {
    /// Who ends the caller's turns.
    public enum TurnEnd: Sendable, Equatable {
        /// The client, by `commit`.
        case client
        /// Silence. `threshold`: 0...1, how sure the detector has to be of speech; 0.5 is what TOM uses by itself.
        case silence(ms: Int, threshold: Double)
        /// What was said, as far as an engine can tell, and else silence of at most `maxMs`.
        case meaning(maxMs: Int)
    }

    public var input: AudioFormat
    public var output: AudioFormat
    public var turnEnd = TurnEnd.silence(ms: 500, threshold: 0.5)
    public var turnPolicy = Conversation.TurnPolicy()
    /// Silence of the caller, once a response has been played, after which TOM speaks up; `nil` never.
    public var idleTimeout: Duration?
    /// Whether turns are transcribed and never answered.
    public var onlyTranscribes = false
    /// BCP 47 code of what the caller speaks; `nil` for the agent's. Engines that do not know it go on with theirs.
    public var language: String?
    public var noiseReduction: NoiseReduction.Strength?
    public var response = RequestedResponse()

    public init(input: AudioFormat, output: AudioFormat) {
        self.input = input
        self.output = output
    }
}

/// What a response is to be like. In a request, what is `nil` is as the call's settings say.
public struct RequestedResponse: Sendable, Equatable {
    public var directions: ResponseDirections?
    /// The tools that the client runs; `nil` in a call's settings: the agent's own tools are offered, and run by TOM.
    public var tools: [ToolDescription]?
    /// The client's tool servers, whose tools are offered beside `tools` and run by TOM. Those of a call's settings are
    /// opened when they are set; a response that brings others begins once their tools are listed.
    public var servers: [ClientToolServer]?
    /// Which remote tools the model has to choose from, before it has called one.
    public var remoteChoice: RemoteToolChoice?
    public var voice: String?
    /// 1 is the voice's own.
    public var speed: Double?
    /// Whether it has a voice.
    public var speaks: Bool?
    public var output: AudioFormat?
    /// What is answered instead of the record.
    public var history: [Item]?

    public init() {}

    /// What holds when `request` goes before these settings.
    public func overlaid(by request: RequestedResponse?) -> RequestedResponse {
        guard let request else { return self }
        var result = request
        result.directions = request.directions ?? directions
        result.tools = request.tools ?? tools
        result.servers = request.servers ?? servers
        // What is to be chosen is one with what the model is told besides.
        if request.directions == nil { result.remoteChoice = remoteChoice }
        result.voice = request.voice ?? voice
        result.speed = request.speed ?? speed
        return result
    }
}

/// The tools of one server, or one of them, that the model has to call.
public struct RemoteToolChoice: Sendable, Equatable {
    /// The server's label.
    public var server: String
    /// The tool's own name; `nil`: any of the server's.
    public var name: String?

    public init(server: String, name: String? = nil) {
        self.server = server
        self.name = name
    }
}
