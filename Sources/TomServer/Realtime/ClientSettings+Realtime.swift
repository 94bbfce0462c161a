import TomAudio
import TomConversation
import TomEngines
import TomRealtime
import TomSession

extension ClientSettings {
    /// What a session of the Realtime API means to TOM.
    init(_ session: RealtimeSession) {
        self.init(input: AudioFormat(session.inputFormat), output: AudioFormat(session.outputFormat))
        switch session.turnDetection?.kind {
        case nil: turnEnd = .client
        case .server(let threshold, _, let silenceMs, let idleTimeoutMs):
            turnEnd = .silence(ms: silenceMs, threshold: threshold)
            idleTimeout = idleTimeoutMs.map { .milliseconds($0) }
        case .semantic(let eagerness): turnEnd = .meaning(maxMs: eagerness.maxWaitMs)
        }
        // Without detection a turn is over when the client says so, and answered when it asks.
        turnPolicy.answers = session.turnDetection?.createsResponse ?? false
        turnPolicy.interrupts = session.turnDetection?.interruptsResponse ?? false
        onlyTranscribes = session.kind == .transcription
        language = session.transcription?.language
        noiseReduction = session.noiseReduction.map { $0 == .nearField ? .nearField : .farField }
        response.speaks = session.modality == .audio
        response.voice = session.voice == RealtimeSession.agentVoice ? nil : session.voice
        response.speed = session.speed
        response.tools = session.tools.isEmpty && session.instructions.isEmpty ? nil : session.tools.descriptions
        response.servers = session.tools.servers
        response.remoteChoice = RemoteToolChoice(session.toolChoice)
        response.directions = ResponseDirections(
            instructions: session.instructions, choice: session.toolChoice, maxTokens: session.maxOutputTokens,
            speaks: session.modality == .audio)
        response.directions?.parallelToolCalls = session.parallelToolCalls
        response.directions?.reasoningEffort = session.reasoning?["effort"]?.text
    }
}

extension RequestedResponse {
    /// - Parameters:
    ///   - session: where the items are that the request refers to.
    ///   - settings: what holds where the request says nothing.
    init(
        _ request: RealtimeResponseRequest, in session: (any ClientLedSession)?, over settings: RealtimeSession
    ) {
        self.init()
        let parameters = request.parameters
        speaks = parameters.modality.map { $0 == .audio }
        voice = parameters.voice
        output = parameters.outputFormat.map { AudioFormat($0) }
        tools = parameters.tools?.descriptions
        servers = parameters.tools?.servers
        remoteChoice = RemoteToolChoice(parameters.toolChoice ?? settings.toolChoice)
        history = request.context.map { context in
            context.enumerated().compactMap { index, element in
                switch element {
                case .item(let id): session?.item(id)
                case .content(let content):
                    Item(id: ItemID(-1 - index), turn: TurnID(0), content: content)
                }
            }
        }
        let maxTokens: Int? =
            switch parameters.maxOutputTokens {
            case .limit(let count): count
            case .unlimited: nil
            case nil: settings.maxOutputTokens
            }
        directions = ResponseDirections(
            instructions: parameters.instructions ?? settings.instructions,
            choice: parameters.toolChoice ?? settings.toolChoice, maxTokens: maxTokens,
            speaks: (parameters.modality ?? settings.modality) == .audio)
        directions?.parallelToolCalls = parameters.parallelToolCalls ?? settings.parallelToolCalls
        directions?.reasoningEffort = (parameters.reasoning ?? settings.reasoning)?["effort"]?.text
    }
}

extension ResponseDirections {
    fileprivate init(instructions: String, choice: RealtimeToolChoice, maxTokens: Int?, speaks: Bool) {
        self.init()
        // An empty text is no instruction: the agent's own prompt stands.
        self.instructions = instructions.isEmpty ? nil : instructions
        toolChoice =
            switch choice {
            // Of a remote tool's choice the session takes care, which knows its name.
            case .auto, .mcp: .auto
            case .none: .none
            case .required: .required
            case .function(let name): .function(name)
            }
        maxOutputTokens = maxTokens
        self.speaks = speaks
    }
}

extension [RealtimeTool] {
    /// The tools that the client runs.
    fileprivate var descriptions: [ToolDescription] {
        compactMap { tool in
            guard case .function(let name, let description, let parameters) = tool else { return nil }
            return ToolDescription(name: name, description: description, parameters: parameters)
        }
    }
}

extension AudioFormat {
    init(_ format: RealtimeSession.Format) {
        switch format {
        case .pcm: self.init(codec: .pcm16, sampleRate: .hz24000)
        case .mu: self.init(codec: .pcmu, sampleRate: .hz8000)
        case .a: self.init(codec: .pcma, sampleRate: .hz8000)
        }
    }
}

extension RealtimeSession.TurnDetection.Eagerness {
    /// The longest silence within a turn, in milliseconds, as the API documents it.
    fileprivate var maxWaitMs: Int {
        switch self {
        case .low: 8_000
        case .medium, .auto: 4_000
        case .high: 2_000
        }
    }
}
