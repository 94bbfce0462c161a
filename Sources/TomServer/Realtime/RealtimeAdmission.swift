import HTTPTypes
import TomConversation
import TomRealtime

/// What a client of the Realtime API was admitted with, before its socket is open.
struct RealtimeAdmission: Sendable, Equatable {
    /// The names that events and members of the session have: `beta` with `OpenAI-Beta: realtime=v1`.
    var dialect = RealtimeDialect.ga
    /// `model` of the query; `nil` when it is missing.
    var model: String?
    /// The agent that the model names; `nil`: the server's own.
    var agent: String?
    /// Whether the client wants transcripts only (`intent=transcription`).
    var isTranscription = false
    /// The session that came with the ephemeral secret; `nil` without one.
    var session: RealtimeSession?
    /// The subprotocol the handshake is answered with.
    var subprotocol: String?
    /// When the caller's authorisation ends, in seconds since the Unix epoch; `nil`: not during the session.
    var expires: Double?

    /// What a browser names beside its key.
    static let subprotocols = ["realtime", "openai-beta.realtime-v1"]

    init() {}

    /// - Parameters:
    ///   - offered: the subprotocols of the handshake.
    ///   - query: the first value of each field of the query.
    ///   - agents: ids of all agents.
    ///   - endsAtExpiry: whether the session may not outlive the authorisation it began with.
    init(
        _ fields: HTTPFields, offered: [String], query: [String: String], agents: [String], _ admission: APIAdmission,
        endsAtExpiry: Bool
    ) {
        let isBeta =
            WebSocketHandshake.tokens(fields, .openAIBeta).contains("realtime=v1")
            || offered.contains(Self.subprotocols[1])
        dialect = isBeta ? .beta : .ga
        session = admission.secret?.session
        model = query["model"].flatMap { $0.isEmpty ? nil : $0 }
        // Whoever made a secret chose the agent, whatever its holder calls the model.
        let named = session?.model ?? model
        agent = agents.first { $0 == named }
        isTranscription = query["intent"] == "transcription"
        subprotocol = Self.subprotocols.first(where: offered.contains)
        expires = endsAtExpiry ? admission.expires : nil
    }
}

extension HTTPField.Name {
    static let openAIBeta = HTTPField.Name("OpenAI-Beta")!  // a valid token
}
