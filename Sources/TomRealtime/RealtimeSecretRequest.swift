public import TomConversation

/// What `POST /v1/realtime/client_secrets` asks for: a secret that stands for the caller's key for a while, and the
/// session that it opens.
public struct RealtimeSecretRequest: Sendable, Equatable {
    /// Seconds that sessions can be opened for, 10 to 7200.
    public var seconds = 600
    /// The members of `session`, for `RealtimeSession.applying(_:dialect:isNew:)`.
    public var session: [String: JSONValue] = [:]

    /// - Parameter body: one JSON object; an empty body is one without members.
    /// - Throws: `RealtimeFault`. The session is read where it is applied.
    public init(body: UnsafeRawBufferPointer) throws(RealtimeFault) {
        guard !body.isEmpty else { return }
        let members = try JSONMembers(
            try JSONReader.object(body), at: "", known: ["expires_after", "session"],
            hint: { _ in "The session's settings go into 'session'." })
        if let after = try members.members("expires_after", known: ["anchor", "seconds"]) {
            _ = try after.choice("anchor", of: ["created_at"])
            seconds = try after.integer("seconds", in: RealtimeLimits.secretSeconds) ?? seconds
        }
        session = try members.object("session") ?? [:]
    }
}
