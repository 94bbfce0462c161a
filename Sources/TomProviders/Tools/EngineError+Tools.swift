import NIOHTTP1
import TomEngines
import TomErrors

/// What went wrong with a tool, for the operator. Neither arguments nor answers nor keys are part of it.
extension EngineError {
    /// A request to a tool that got no answer, or only a part of one.
    static func tool(_ name: String, transport error: any Error) -> EngineError {
        let known = EngineError.transport(error, stage: "tool")
        let (what, hint): (String, String?) =
            switch known.code {
            case "tool.timeout": ("did not answer in time", "Check that it runs, or give it more time in timeout_ms.")
            case "tool.tls":
                (
                    "has a certificate or TLS that is not accepted",
                    "Check that the URL's host is in the certificate and that its authority is known."
                )
            case "tool.unreachable": ("cannot be reached", "Check its URL in the agent file, and that it runs.")
            case "tool.connection_lost": ("broke the connection", "Look into its log.")
            case "tool.cancelled": ("was called off", nil)
            case "tool.egress_forbidden":
                (
                    "is outside this network, and what callers say may not leave it",
                    "Set ALLOW_EGRESS=true to allow it, or run the tool on this network."
                )
            case "tool.host_unknown": ("has a host without an address", "Check its URL in the agent file.")
            default: (known.message, known.hint)
            }
        return EngineError(code: known.code, message: "the tool \(name) \(what).", hint: hint, category: known.category)
    }

    static func tool(_ name: String, status: HTTPResponseStatus) -> EngineError {
        let known = EngineError.status(status, stage: "tool", reason: nil, retryAfter: nil)
        let hint: String =
            switch status.code {
            case 401, 403: "Check the secret and the header fields it is asked with."
            case 404, 405: "Check its URL in the agent file."
            case 300..<400: "Redirects are not followed: write the address it points to into the agent file."
            default: "Look into its log."
            }
        return EngineError(
            code: known.code, message: "the tool \(name) answered \(status.code).", hint: hint, category: known.category
        )
    }

    static func tool(_ name: String, malformed what: String) -> EngineError {
        EngineError(
            code: "tool.malformed", message: "the answer of the tool \(name) is malformed: \(what).",
            hint: "Look into its log.", category: .server)
    }

    /// A secret that the agent file names is missing or unusable.
    static func tool(_ name: String, secret setting: String, _ problem: String, hint: String) -> EngineError {
        EngineError(
            code: "tool.bad_secret", message: "\(setting), which the tool \(name) needs, \(problem).", hint: hint,
            category: .invalidRequest)
    }
}
