import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import TomConversation
import TomRealtime
import TomWire

/// Makes ephemeral secrets: what a server of others asks for on behalf of a browser, which then opens a session with it.
struct RealtimeSecrets: Sendable {
    let gate: APIGate
    /// Id of the agent that answers by default.
    let defaultAgent: String

    /// The longest request, in bytes: instructions and tools of a session.
    static let maxBodyBytes = 1 << 20

    func add(to router: Router<ServerRequestContext>) {
        router.post("v1/realtime/client_secrets") { request, context in
            try await respond(request, context, .ga) { body throws(RealtimeFault) in
                let asked = try body.span.withUnsafeBytes { (bytes) throws(RealtimeFault) in
                    try RealtimeSecretRequest(body: bytes)
                }
                return Order(seconds: asked.seconds, session: asked.session)
            }
        }
        router.post("v1/realtime/sessions") { request, context in
            try await respond(request, context, .beta) { body throws(RealtimeFault) in
                try Order(beta: body, kind: .realtime)
            }
        }
        router.post("v1/realtime/transcription_sessions") { request, context in
            try await respond(request, context, .beta) { body throws(RealtimeFault) in
                try Order(beta: body, kind: .transcription)
            }
        }
    }

    /// What is asked for, in either dialect.
    private struct Order {
        var seconds: Int
        var session: [String: JSONValue]

        init(seconds: Int, session: [String: JSONValue]) {
            self.seconds = seconds
            self.session = session
        }

        /// The beta's body is the session itself; its `client_secret` says how long the secret is good.
        /// - Throws: `RealtimeFault`.
        init(beta body: [UInt8], kind: RealtimeSession.Kind) throws(RealtimeFault) {
            session = body.isEmpty ? [:] : try JSONReader.object(body)
            session["type"] = .string(kind.rawValue)
            var secret: [UInt8] = []
            if let asked = session.removeValue(forKey: "client_secret"), asked != .null {
                JSONWriter.append(to: &secret) { $0.value(asked) }
            }
            seconds = try secret.span.withUnsafeBytes { (bytes) throws(RealtimeFault) in
                try RealtimeSecretRequest(body: bytes).seconds
            }
        }
    }

    private func respond(
        _ request: Request, _ context: ServerRequestContext, _ dialect: RealtimeDialect,
        read: @Sendable ([UInt8]) throws(RealtimeFault) -> Order
    ) async throws -> Response {
        let now = Clocks.unixSeconds()
        let admission = try await gate.admit(request, context, .clientSecrets)
        let body = try await request.bodyBytes(upTo: Self.maxBodyBytes)
        var session: RealtimeSession
        do throws(RealtimeFault) {
            let order = try read(body)
            session = try initial(Int(now) + order.seconds).applying(order.session, dialect: dialect, isNew: true)
        } catch { throw ServerError(dialect == .ga ? error : error.ofBody) }
        // transcripts are what such a session is for
        if session.kind == .transcription, session.transcription == nil { session.transcription = .init() }
        let secret = EphemeralSecret(
            expires: Double(session.expiresAt), session: session, keyID: admission.keyID, size: body.count)
        let value = try gate.access.secrets.mint(secret, now: now)
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: Self.answer(value, session, dialect))))
    }

    private func initial(_ expires: Int) -> RealtimeSession {
        RealtimeAdmission().initialSession(
            id: "sess_" + UUID().uuidString.lowercased().filter { $0 != "-" }, expiresAt: expires, agent: defaultAgent)
    }

    private static func answer(_ value: String, _ session: RealtimeSession, _ dialect: RealtimeDialect) -> [UInt8] {
        var body: [UInt8] = []
        JSONWriter.append(to: &body) { writer in
            guard dialect == .beta else {
                return writer.object { writer in
                    writer.field("value", value)
                    writer.field("expires_at", session.expiresAt)
                    writer.name("session")
                    session.write(to: &writer, dialect: .ga)
                }
            }
            session.write(to: &writer, dialect: .beta, clientSecret: value)
        }
        return body
    }
}

extension RealtimeFault {
    /// The same fault where the body is the session itself.
    fileprivate var ofBody: RealtimeFault {
        var fault = self
        if let param, param.hasPrefix("session.") { fault.param = String(param.dropFirst("session.".count)) }
        return fault
    }
}
