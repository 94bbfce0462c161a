import TomConversation
import TomEngines
import TomErrors

/// One call's dialogue with a Realtime API: which messages follow on what TOM decides, and what the API's events mean
/// to it.
///
/// Pure: commands and events in, outputs out. The provider's conversation is kept the same as TOM's record: what it
/// lacks is created ahead of a response, what TOM made nothing of is deleted. A connection that broke is made anew at
/// the next turn or response, and the record is then created in it as text.
struct RealtimeDialogue {
    enum Output: Sendable {
        /// A connection is to be made; what is sent from here on goes there.
        case connect
        case disconnect
        case send(String)
        case transcription(TurnID, TranscriptionEvent)
        case response(Int, ResponseEvent)
        /// What the response took, ahead of its end.
        case used(Int, TokenUse)
    }

    private var session: RealtimeClientEvent.Session
    /// Said when the model ends the call without a word.
    private let goodbye: String
    private(set) var isConnected = false
    /// Counts the call's connections.
    private var connection = 0
    var turns = RealtimeTurns()
    private var mirror = RealtimeMirror(connection: 0)
    private var active: RealtimeResponse?
    /// A response that waits for the end of the one that was cancelled.
    private var queued: Wanted?
    /// Where the audio of the latest responses came from, oldest first.
    private var spoken: [RealtimeResponse.Track] = []

    /// Responses that were given up while they waited for the end of the same other one.
    private var givenUp = 0

    private static let maxTracks = 32
    private static let mostGivenUp = 3

    init(session: RealtimeClientEvent.Session, goodbye: String) {
        self.session = session
        self.goodbye = goodbye
    }

    // MARK: Connection

    mutating func connect() -> [Output] {
        guard !isConnected else { return [] }
        isConnected = true
        connection += 1
        mirror = RealtimeMirror(connection: connection)
        givenUp = 0
        spoken = []
        return [.connect, .send(RealtimeClientEvent.update(session).json)]
    }

    /// The connection has ended: what was under way in it has failed.
    mutating func disconnected(_ error: EngineError) -> [Output] {
        isConnected = false
        var outputs = turns.fail(error)
        if let answer = active, !answer.isCancelled { outputs.append(.response(answer.key, .failed(error))) }
        if let queued { outputs.append(.response(queued.key, .failed(error))) }
        (active, queued) = (nil, nil)
        return outputs
    }

    // MARK: The caller's turns

    /// Tells of TOM's record as it is when a turn begins, for what the provider lacks of it belongs ahead of the turn.
    mutating func begin(_ turn: TurnID, history: [Item]) -> [Output] {
        let outputs = connect()
        turns.begin(turn)
        return outputs + mirror.complete(history, turns: &turns).map { .send($0.json) }
    }

    /// - Parameter pcm: 24 kHz.
    mutating func hear(_ pcm: [UInt8], of turn: TurnID) -> [Output] { turns.hear(pcm, of: turn) }
    mutating func end(_ turn: TurnID) -> [Output] { turns.end(turn) }
    mutating func cancel(_ turn: TurnID) -> [Output] { turns.cancel(turn) }

    // MARK: Responses

    /// - Parameter key: names the response in what is reported of it.
    mutating func respond(to request: ResponseRequest, key: Int) -> [Output] {
        var outputs = connect()
        if request.tools != session.tools {
            session.tools = request.tools
            outputs.append(.send(RealtimeClientEvent.update(session).json))
        }
        outputs += mirror.complete(request.history, turns: &turns).map { .send($0.json) }
        outputs += turns.deleteUnrecorded(before: request.turn).map { .send($0.json) }
        let wanted = Wanted(request, key: key)
        if active == nil { outputs.append(create(wanted)) } else { queued = wanted }
        return outputs
    }

    private mutating func create(_ wanted: Wanted) -> Output {
        active = RealtimeResponse(
            key: wanted.key, response: wanted.response, startMs: spokenMs(of: wanted.response), offered: session.tools,
            isDirected: wanted.wishes != nil)
        return .send(RealtimeClientEvent.createResponse(id: "response-\(wanted.key)", wanted.wishes).json)
    }

    /// The audio of a response's earlier rounds.
    private func spokenMs(of response: ResponseID) -> Int {
        spoken.last { $0.response == response }.map { $0.startMs + $0.ms } ?? 0
    }

    mutating func cancelResponse(_ key: Int) -> [Output] {
        if queued?.key == key {
            queued = nil
            givenUp += 1
            guard givenUp == Self.mostGivenUp else { return [] }
            // The one before them should have ended long ago: this connection is of no use any more.
            isConnected = false
            return [.disconnect] + disconnected(.stuck)
        }
        guard active?.key == key, active?.isCancelled == false else { return [] }
        active?.isCancelled = true
        return [.send(RealtimeClientEvent.cancelResponse.json)]
    }

    mutating func truncate(_ response: ResponseID, heardMs: Int) -> [Output] {
        noteTracks()
        if active?.response == response { active?.heardMs = heardMs }
        var outputs: [Output] = []
        for track in spoken where track.response == response {
            if let event = track.cut(heardMs: heardMs) { outputs.append(.send(event.json)) }
        }
        spoken.removeAll { $0.response == response }
        return outputs
    }

    private mutating func noteTracks() {
        guard let answer = active else { return }
        spoken.removeAll { track in answer.tracks.contains { $0.item == track.item } }
        spoken += answer.tracks
        if spoken.count > Self.maxTracks { spoken.removeFirst(spoken.count - Self.maxTracks) }
    }

    // MARK: Events

    mutating func take(_ event: RealtimeServerEvent) -> [Output] {
        switch event {
        case .committed(let item): return turns.committed(item)
        case .words(let item, let delta): return turns.words(item, delta)
        case .transcribed(let item, let text): return turns.transcribed(item, text, language: session.language)
        case .notTranscribed(let item): return turns.notTranscribed(item)
        case .error(let code, let type, let event): return failed(code: code, type: type, event: event)
        case .itemAdded, .audio, .text, .call, .responseCreated, .responseDone: return answer(event)
        case .other: return []
        }
    }

    private mutating func answer(_ event: RealtimeServerEvent) -> [Output] {
        guard var answer = active else { return [] }
        let before = answer.tracks.count
        let events = answer.take(event, goodbye: goodbye, mirror: &mirror)
        active = answer
        // Begun after the response was cut off: nobody heard it.
        var outputs: [Output] = []
        if let heardMs = answer.heardMs {
            for track in answer.tracks[before...] {
                if let cut = track.cut(heardMs: heardMs) { outputs.append(.send(cut.json)) }
            }
        }
        if case .responseDone(_, _, _, let tokens?) = event { outputs.append(.used(answer.key, tokens)) }
        if !answer.isCancelled { outputs += events.map { .response(answer.key, $0) } }
        if answer.isOver { outputs += ended() }
        return outputs
    }

    private mutating func ended() -> [Output] {
        if active?.heardMs == nil { noteTracks() }
        active = nil
        givenUp = 0
        guard let next = queued else { return [] }
        queued = nil
        return [create(next)]
    }

    private mutating func failed(code: String?, type: String?, event: String?) -> [Output] {
        if let event, let failed = turns.failed(commit: event, code) { return failed }
        switch event {
        case "session":
            isConnected = false
            return [.disconnect] + disconnected(.refused(code))
        case let event? where active.map { event == "response-\($0.key)" } ?? false: return failResponse(.refused(code))
        case nil where code == "session_expired":
            // It closes the connection by itself; what runs in it is lost.
            return [.disconnect] + disconnected(.ofResponse(code: code))
        case nil where type == "server_error": return failResponse(.ofResponse(code: code))
        // A cancellation that came too late, an item that is gone: the dialogue goes on.
        default: return []
        }
    }

    private mutating func failResponse(_ error: EngineError) -> [Output] {
        guard let answer = active else { return [] }
        let outputs: [Output] = answer.isCancelled ? [] : [.response(answer.key, .failed(error))]
        return outputs + ended()
    }
}

extension EngineError {
    /// The API took a message of ours for wrong.
    fileprivate static func refused(_ code: String?) -> EngineError {
        let word = code.flatMap(ProviderClient.word).map { " (\($0))" } ?? ""
        return EngineError(
            code: "llm.refused", message: "the provider refused the request\(word).",
            hint: "Check LLM_MODEL, TTS_VOICE and the provider's version.", category: .invalidRequest)
    }

    /// A response of the API that failed by itself.
    static func ofResponse(code: String?) -> EngineError {
        let word = code.flatMap(ProviderClient.word).map { " (\($0))" } ?? ""
        switch code {
        case "rate_limit_exceeded":
            return EngineError(
                code: "llm.rate_limited", message: "the provider's limit is reached\(word).",
                hint: "Raise the provider's limit.", category: .rateLimit)
        case "insufficient_quota":
            return EngineError(
                code: "llm.quota", message: "the provider's quota is used up\(word).",
                hint: "Check the plan and the payment.", category: .quota)
        default:
            return EngineError(
                code: "llm.provider_failed", message: "the provider broke its answer off\(word).",
                hint: "Look into the provider's log.", category: .server)
        }
    }

    fileprivate static let stuck = EngineError(
        code: "llm.timeout", message: "the provider does not end a response that was cancelled.",
        hint: "Check that it runs and is not overloaded.", category: .timeout)
}
