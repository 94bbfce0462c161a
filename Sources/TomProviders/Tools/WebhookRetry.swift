import NIOHTTP1
import TomEngines

/// Whether and when a webhook that was not taken is sent again.
struct WebhookRetry: Sendable, Equatable {
    /// Further attempts at most.
    let retries: Int
    /// Before the second attempt; doubled for each one after it.
    static let firstDelay = Duration.milliseconds(200)
    static let longestDelay = Duration.seconds(5)

    /// How long to wait before the attempt that follows attempt number `attempt`; `nil`: it is over.
    /// - Parameters:
    ///   - attempt: counts from 0.
    ///   - retryAfter: what the receiver asked for.
    ///   - remaining: time left for the whole tool; an attempt that could not even begin is not waited for.
    ///   - jitter: 0..<1, so that calls that failed together do not come back together.
    func delay(after attempt: Int, retryAfter: Duration?, remaining: Duration, jitter: Double) -> Duration? {
        guard attempt < retries else { return nil }
        let doubled = min(Self.firstDelay * (1 << min(attempt, 10)), Self.longestDelay)
        let delay = max(doubled + doubled * (jitter / 2), retryAfter ?? .zero)
        return delay < remaining ? delay : nil
    }

    /// Whether the receiver says that it did nothing, or failed at it.
    static func isWorthwhile(_ status: HTTPResponseStatus) -> Bool { status.code == 429 || status.code >= 500 }

    /// Whether nothing can have been done yet.
    static func isWorthwhile(_ error: EngineError) -> Bool { error.code == "tool.unreachable" }
}
