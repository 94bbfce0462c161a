import TomRealtime

extension RealtimeAdmission {
    /// What the client's session begins as: what came with its secret, or the defaults.
    /// - Parameter agent: id of the agent that answers by default.
    func initialSession(id: String, expiresAt: Int, agent: String) -> RealtimeSession {
        if var session {
            session.id = id
            session.expiresAt = expiresAt
            session.model = model ?? session.model
            return session
        }
        var initial = RealtimeSession(
            id: id, expiresAt: expiresAt, model: model ?? self.agent ?? agent, voice: RealtimeSession.agentVoice)
        if isTranscription {
            initial.kind = .transcription
            initial.transcription = RealtimeSession.Transcription()
        }
        return initial
    }
}

extension RealtimeSession {
    /// The name of the agent's own voice.
    static let agentVoice = "default"
}
