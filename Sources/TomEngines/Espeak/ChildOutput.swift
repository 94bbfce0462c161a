import Glibc

/// What a process wrote.
package enum ChildOutput {
    /// Reads until the process closes its output, or `deadline`, and keeps the last `limit` bytes.
    package static func read(
        _ process: borrowing ChildProcess, atMost limit: Int, until deadline: ContinuousClock.Instant
    ) -> String {
        var kept: [UInt8] = []
        while true {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { break }
            var event = pollfd(fd: process.output, events: Int16(POLLIN), revents: 0)
            guard poll(&event, 1, CInt(clamping: remaining.components.seconds * 1_000 + 1_000)) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = buffer.withUnsafeMutableBytes { Glibc.read(process.output, $0.baseAddress, $0.count) }
            if count < 0, errno == EAGAIN || errno == EINTR { continue }
            guard count > 0 else { break }
            kept.append(contentsOf: buffer.prefix(count))
            if kept.count > 2 * limit { kept.removeFirst(kept.count - limit) }
        }
        return String(decoding: kept.suffix(limit), as: UTF8.self)
    }
}
