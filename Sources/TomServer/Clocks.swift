import Foundation
import NIOCore

/// The clocks the server's shells read; the deciding types are given times.
enum Clocks {
    /// Milliseconds since the Unix epoch.
    static func unixMilliseconds() -> Int { Int(unixSeconds() * 1_000) }

    /// Seconds since the Unix epoch.
    static func unixSeconds() -> Double { Date().timeIntervalSince1970 }

    /// Seconds on a clock that does not go backwards.
    static func monotonicSeconds() -> Double { Double(NIODeadline.now().uptimeNanoseconds) / 1e9 }
}
