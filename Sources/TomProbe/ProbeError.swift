public import TomErrors

/// Why the probe could not measure, or why a call ended before its script was through.
public struct ProbeError: DescribedError, Hashable {
    /// Begins with `probe.`.
    public let code: String
    public let message: String
    public let hint: String?
    public let category: ErrorCategory

    public init(code: String, message: String, hint: String? = nil, category: ErrorCategory) {
        self.code = code
        self.message = message
        self.hint = hint
        self.category = category
    }
}

extension ProbeError {
    /// The server's address is no WebSocket address.
    static func badURL(_ text: String) -> ProbeError {
        ProbeError(
            code: "probe.bad_url", message: "“\(text)” is not a WebSocket address.",
            hint: "Use one like ws://127.0.0.1:8080 or wss://tom.example.org.", category: .invalidRequest)
    }

    /// No connection came about.
    static func unreachable(_ url: ServerURL, reason: String) -> ProbeError {
        ProbeError(
            code: "probe.unreachable", message: "no connection to \(url): \(reason).",
            hint: "Is `tom serve` running there? Check host, port and scheme (ws or wss).", category: .connectivity)
    }

    /// The server did not say `connected` in time.
    static let noGreeting = ProbeError(
        code: "probe.no_connected_event",
        message:
            "the WebSocket opened but no `connected` event came within \(Caller.Limits.opening.components.seconds) s.",
        hint: "Is the address that of a TOM server?", category: .timeout)

    /// The server ended the call before the script was through.
    static func ended(_ reason: String) -> ProbeError {
        ProbeError(
            code: "probe.call_ended", message: "the server ended the call before the script was through (\(reason)).",
            hint: "The server's log says why.", category: .server)
    }

    /// A message the server sent cannot be read.
    static func unreadable(_ error: any DescribedError) -> ProbeError {
        ProbeError(
            code: "probe.unreadable_message", message: "the server sent a message that is not TOM v1: \(error.message)",
            hint: "Are server and probe of the same version?", category: .server)
    }
}
