/// A point in a call's own time: nanoseconds since the call began, on a monotonic clock.
///
/// The core never reads a clock; whoever calls it passes the time in, which is what makes a call replayable.
public struct Instant: Comparable, Hashable, Sendable, Codable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    public init(milliseconds: Int) { nanoseconds = Int64(milliseconds) * 1_000_000 }

    /// The moment the call began.
    public static let start = Instant(nanoseconds: 0)

    public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    public static func + (a: Instant, b: Duration) -> Instant { Instant(nanoseconds: a.nanoseconds + b.nanoseconds) }
    public static func - (a: Instant, b: Duration) -> Instant { Instant(nanoseconds: a.nanoseconds - b.nanoseconds) }
    public static func - (a: Instant, b: Instant) -> Duration { .nanoseconds(a.nanoseconds - b.nanoseconds) }

    /// Encoded as the bare number, so that a journal's line stays short.
    public init(from decoder: any Decoder) throws {
        nanoseconds = try decoder.singleValueContainer().decode(Int64.self)
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(nanoseconds)
    }
}

extension Duration {
    /// The whole length in nanoseconds; calls are shorter than the 292 years an `Int64` holds.
    public var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
    /// The length in milliseconds with its fraction.
    public var milliseconds: Double { Double(nanoseconds) / 1_000_000 }
}
