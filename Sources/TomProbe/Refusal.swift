import Foundation
import TomErrors

/// What an HTTP answer other than 101 says about a call that was refused.
struct Refusal: Sendable, Equatable {
    let status: Int
    /// The `Retry-After` header.
    var retryAfter: String?
    /// The body, which for TOM is an RFC 9457 problem.
    var body: [UInt8] = []

    /// The refusal in words, with what can be done about it.
    var error: ProbeError {
        let (code, said, advice, category) = meaning
        let problem = try? JSONDecoder().decode(Problem.self, from: Data(body))
        let detail = problem.flatMap { $0.detail ?? $0.title }.map { ": \($0)" } ?? ""
        let separator = detail.hasSuffix(".") ? "" : "."
        return ProbeError(
            code: "probe.\(code)", message: "the server answered \(status), \(said)\(detail)\(separator)",
            hint: answersToTheProbe ? advice : problem?.hint ?? advice, category: category)
    }

    /// Whether what helps is a setting or option of the probe, which the server's own hint knows nothing of.
    private var answersToTheProbe: Bool { [401, 409, 429].contains(status) }

    private struct Problem: Decodable {
        var title: String?
        var detail: String?
        var hint: String?
    }

    private var meaning: (code: String, said: String, advice: String, category: ErrorCategory) {
        switch status {
        case 401:
            (
                "unauthorized", "it does not accept the token",
                "Set JWT_SECRET to the server's, so that the probe makes its own tokens, or TOM_PROBE_TOKEN to one for this call.",
                .authentication
            )
        case 403:
            (
                "forbidden", "it does not allow this caller", "Check WS_IP_ALLOWLIST and the token's call_id.",
                .authorization
            )
        case 404: ("not_found", "it has no such path", "Is the address that of a TOM server?", .invalidRequest)
        case 409: ("conflict", "a call with this id is live", "Use another --call-id, or none.", .invalidRequest)
        case 429:
            (
                "rate_limited", "too many new calls from this address",
                "Wait \(wait), probe with fewer calls, or raise RATE_LIMIT_CONN_PER_MIN (0 is unlimited).", .rateLimit
            )
        case 503:
            (
                "unavailable", "it is full or draining", "Wait \(wait), or raise MAX_CALLS.", .quota
            )
        default:
            ("refused", "which opens no WebSocket", "Is the address that of a TOM server?", .server)
        }
    }

    private var wait: String { retryAfter.map { "\($0) s" } ?? "a minute" }
}
