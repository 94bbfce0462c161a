import Testing
import TomConversation
import TomRealtime

/// The body of `POST /v1/realtime/client_secrets`.
struct SecretRequestTests {
    private func read(_ text: String) throws -> RealtimeSecretRequest {
        try Array(text.utf8).withUnsafeBytes { try RealtimeSecretRequest(body: $0) }
    }

    @Test(arguments: [
        "", "{}", #"{"expires_after":null,"session":null}"#, #"{"expires_after":{"anchor":"created_at"}}"#,
    ])
    func asksForTenMinutesByDefault(text: String) throws {
        let request = try read(text)
        #expect(request.seconds == 600 && request.session.isEmpty)
    }

    @Test func isReadInFull() throws {
        let request = try read(
            #"{"expires_after":{"anchor":"created_at","seconds":7200},"session":{"type":"realtime","model":"m","instructions":"Hi"}}"#
        )
        #expect(request.seconds == 7_200)
        let session = try plainSession.applying(request.session, dialect: .ga, isNew: true)
        #expect(session.model == "m" && session.instructions == "Hi")
    }

    static let bad: [BadText] = [
        .init("[]", "invalid_json"),
        .init("{", "invalid_json"),
        .init(#"{"model":"gpt-realtime"}"#, "unknown_parameter", "model"),
        .init(#"{"session":[]}"#, "invalid_type", "session"),
        .init(#"{"expires_after":600}"#, "invalid_type", "expires_after"),
        .init(#"{"expires_after":{"anchor":"last_used"}}"#, "invalid_value", "expires_after.anchor"),
        .init(#"{"expires_after":{"seconds":9}}"#, "integer_below_min_value", "expires_after.seconds"),
        .init(#"{"expires_after":{"seconds":7201}}"#, "integer_above_max_value", "expires_after.seconds"),
        .init(#"{"expires_after":{"minutes":1}}"#, "unknown_parameter", "expires_after.minutes"),
    ]

    @Test(arguments: bad)
    func isRefused(bad: BadText) {
        bad.expect(#expect(throws: RealtimeFault.self) { try read(bad.text) })
    }
}
