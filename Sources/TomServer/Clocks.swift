import Glibc

/// The clocks the server's shells read; the deciding types are given times.
enum Clocks {
    /// Milliseconds since the Unix epoch.
    static func unixMilliseconds() -> Int {
        let now = read(CLOCK_REALTIME)
        return now.tv_sec * 1_000 + now.tv_nsec / 1_000_000
    }

    /// Seconds since the Unix epoch.
    static func unixSeconds() -> Double { seconds(read(CLOCK_REALTIME)) }

    /// Seconds on a clock that does not go backwards.
    static func monotonicSeconds() -> Double { seconds(read(CLOCK_MONOTONIC)) }

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        clock_gettime(clock, &now)
        return now
    }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }
}
