/// Counts what a caller sends: messages, bytes and the frames between messages against their rates, bad messages against
/// their bound.
///
/// Times are seconds on a clock that does not go backwards.
struct CallIntake: Sendable {
    enum Exceeded: String, Sendable { case messages, bytes, frames }

    private var messages: TokenBucket
    private var bytes: TokenBucket
    /// Control frames and pieces of messages: an honest client sends few of them, and each costs as much as a message.
    private var frames: TokenBucket
    private let maxErrors: Int
    private let window: Double
    /// When the latest bad messages came, oldest first; at most `maxErrors`.
    private var errors: [Double] = []

    /// - Parameters:
    ///   - burstMessages: messages that may come at once, where it is more than those of a second.
    ///   - burstBytes: the same for bytes.
    init(
        _ rates: ServerConfiguration.Rates, _ limits: ServerConfiguration.CallLimits, burstMessages: Int = 0,
        burstBytes: Int = 0, now: Double
    ) {
        messages = TokenBucket(
            rate: Double(rates.messagesPerSecond), burst: Double(max(rates.messagesPerSecond, burstMessages)), now: now)
        bytes = TokenBucket(
            rate: Double(rates.bytesPerSecond), burst: Double(max(rates.bytesPerSecond, burstBytes)), now: now)
        frames = TokenBucket(rate: Double(rates.messagesPerSecond), burst: Double(rates.messagesPerSecond), now: now)
        maxErrors = limits.maxErrors
        window = limits.errorWindowSeconds
    }

    /// Counts one message; the rate it exceeds, if any.
    mutating func admit(bytes count: Int, now: Double) -> Exceeded? {
        guard messages.take(now: now) else { return .messages }
        return bytes.take(Double(count), now: now) ? nil : .bytes
    }

    /// Counts a frame that is no message: a ping, a pong, a piece of a message whose bytes are counted at its end.
    mutating func admitFrame(bytes count: Int, now: Double) -> Exceeded? {
        guard frames.take(now: now) else { return .frames }
        return bytes.take(Double(count), now: now) ? nil : .bytes
    }

    /// Counts a bad message; `true` when it is one too many within the window.
    mutating func countError(now: Double) -> Bool {
        errors.removeAll { now - $0 >= window }
        errors.append(now)
        return errors.count >= maxErrors
    }
}
